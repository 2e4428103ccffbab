// Numbers in the paths of checkpoints are written as Python writes them.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { numberFormat } from "../../src/train/callbacks/number-format.ts";

type Case = readonly [spec: string, value: string | number, text: string];
const cases = JSON.parse(
  readFileSync(new URL("python/format.json", import.meta.url), "utf8"),
) as Case[];

/** Python's word for a number; whole numbers are numbers in the file, others text. */
function numberOf(value: string | number): number {
  return Number(String(value).replace("inf", "Infinity"));
}

test("numbers are written as Python's format writes them", () => {
  for (const [spec, value, text] of cases) {
    const isWhole = typeof value === "number";
    const write = numberFormat(spec, { isWhole, part: spec });
    expect(write(numberOf(value)), `${spec} of ${value}`).toBe(text);
  }
});
