// What fit says where validationSplit holds back examples that tell little about the others.

import { expect, test } from "vitest";
import { input, layers, model, sequential, tensor } from "../../src/index.ts";

/** The warnings of a fit on targets for `loss`; each example is one number. */
async function warningsOf(
  labels: readonly number[],
  { loss = "sparseCategoricalCrossentropy" as const, validationSplit = 0.25 } = {},
): Promise<string[]> {
  const net = sequential([layers.dense({ units: 4, activation: "softmax", inputShape: [1] })]);
  net.compile({ optimizer: "sgd", loss });
  const warnings: string[] = [];
  const x = tensor(Float32Array.from(labels), [labels.length, 1]);
  const y = tensor(Int32Array.from(labels), [labels.length]);
  const onWarning = (message: string) => warnings.push(message);
  await net.fit({ x, y }, { validationSplit, verbose: 0, onWarning });
  return warnings;
}

const sorted = [0, 1, 2, 3].flatMap((label) => new Array<number>(20).fill(label));
const mixed = sorted.map((_, i) => i % 4);

test("examples that are sorted by class are said to be, with the class and the way out", async () => {
  const [warning, ...others] = await warningsOf(sorted);
  expect(others).toEqual([]);
  expect(warning).toMatch(
    /^validationSplit holds back the last 20 examples, all of class 3, which no training/,
  );
  expect(warning).toContain("shuffle them first, or give validationData");
});

test("one class that the others have as well is said, too", async () => {
  const [warning] = await warningsOf([...mixed.slice(0, 60), ...new Array<number>(20).fill(3)]);
  expect(warning).toMatch(/the last 20 examples, all of class 3\. The examples seem/);
});

test("several classes that are never trained are listed", async () => {
  const [warning] = await warningsOf(sorted, { validationSplit: 0.5 });
  expect(warning).toContain("the last 40 examples, whose classes 2, 3 no training example has.");
});

test("nothing is said of mixed classes, of one class alone, of none held back, of a few", async () => {
  expect(await warningsOf(mixed)).toEqual([]);
  expect(await warningsOf(new Array<number>(40).fill(2))).toEqual([]);
  expect(await warningsOf(sorted, { validationSplit: 0 })).toEqual([]);
  expect(await warningsOf(mixed, { validationSplit: 0.02 })).toEqual([]);
});

test("rows of zeros and a one are classes, too, and each output is named", async () => {
  const start = input({ shape: [1] });
  const net = model({
    inputs: start,
    outputs: {
      size: layers.dense({ units: 1 }).apply(start),
      kind: layers.dense({ units: 4, activation: "softmax" }).apply(start),
    },
  });
  net.compile({
    optimizer: "sgd",
    loss: { size: "meanSquaredError", kind: "categoricalCrossentropy" },
  });
  const warnings: string[] = [];
  const x = tensor(Float32Array.from(sorted), [sorted.length, 1]);
  const kind = tensor(
    Float32Array.from(sorted.flatMap((label) => [0, 1, 2, 3].map((one) => Number(one === label)))),
    [sorted.length, 4],
  );
  await net.fit(
    { x, y: { size: x, kind } },
    { validationSplit: 0.25, verbose: 0, onWarning: (message) => warnings.push(message) },
  );
  expect(warnings).toEqual([expect.stringContaining('of the output "kind", all of class 3,')]);
});
