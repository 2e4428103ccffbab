// The comparison in a small form, and its architectures' sizes.

import { expect, test } from "vitest";
import { lenet, main, resnetStyle, table, vggStyle } from "./architectures.ts";

test("the architectures have the weights that Keras counts", () => {
  expect(lenet().countParams()).toBe(44_426);
  expect(vggStyle().countParams()).toBe(1_867_466);
  // 1,227,786 that are trained, and the moving statistics.
  expect(resnetStyle().countParams()).toBe(1_230_474);
});

test("trains all three and prints a table", async () => {
  const lines: string[] = [];
  const rows = await main({ epochs: 1, images: 100, say: (line) => lines.push(line) });
  expect(rows.map(({ architecture }) => architecture)).toEqual([
    "LeNet",
    "VGG-style",
    "ResNet-style",
  ]);
  expect(lines.slice(-4)).toEqual(table(rows));
  expect(lines.at(-4)).toBe("architecture      parameters val. accuracy          time");
  for (const { accuracy } of rows) expect(accuracy).toBeGreaterThanOrEqual(0);
}, 240_000);
