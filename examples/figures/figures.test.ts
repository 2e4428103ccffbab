// The example runs, in small, and draws its figures.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultOf } from "../../test/report/well-formed.ts";
import { main } from "./figures.ts";

test("draws the eleven figures of a first course", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fovea-figures-"));
  try {
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    const names = await main({ folder, epochs: 1, images: 128, tests: 64, say });
    expect(names.toSorted()).toEqual([
      "architectures",
      "augmentation",
      "confusion-matrix",
      "convolution",
      "features",
      "filters",
      "grad-cam",
      "history",
      "kernels",
      "pooling",
      "preprocessing",
    ]);
    expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.svg`).sort());
    for (const name of names) {
      expect(faultOf(readFileSync(join(folder, `${name}.svg`), "utf8"))).toBeUndefined();
    }
    expect(lines).toHaveLength(5);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
