// The example runs, in small, and says what it found.

import { expect, test } from "vitest";
import { main } from "./augmentation.ts";

test("trains both networks with and without augmentation", async () => {
  const lines: string[] = [];
  const found = await main({
    epochs: 2,
    images: 256,
    tests: 200,
    say: (line) => lines.push(line),
  });
  expect(Object.keys(found)).toEqual(["first", "second", "third"]);
  for (const accuracies of Object.values(found)) {
    for (const accuracy of Object.values(accuracies)) {
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
  }
  expect(found.first.with).not.toBe(found.first.without);
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^first network.*% without, .*% with$/);
  expect(lines[3]).toMatch(/slants and zooms: .*% without, .*% with$/);
}, 240_000);
