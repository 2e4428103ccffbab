// What is said where a layer's options cannot be used: which layer, which option, what came instead.

import { expect, test } from "vitest";
import type { ConfigError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";

test("an option that cannot be used is named with its layer, and its value is shown as it was written", () => {
  const text = "32" as unknown as number;
  expect(() => layers.conv2d({ filters: text, kernelSize: 3 })).toThrow(
    /layers\.conv2d: The option filters .*\n.*whole number.*\n.*received: "32"/,
  );
  expect(() => layers.dropout({ rate: 2 })).toThrow(/^The option rate of dropout/);
});

test("whatever came instead can be shown", () => {
  const round: unknown[] = [];
  round.push(round);
  const refusal = (filters: unknown) => {
    try {
      layers.conv2d({ filters: filters as number, kernelSize: 3 });
    } catch (error) {
      return (error as ConfigError).facts.received;
    }
    return undefined;
  };
  const values = [
    3n,
    Number.NaN,
    undefined,
    null,
    () => 3,
    Symbol("3"),
    { a: [Number.NaN, 2n] },
    "3",
  ];
  const texts = [
    "3",
    "NaN",
    "undefined",
    "null",
    "() => 3",
    "Symbol(3)",
    '{"a":["NaN","2"]}',
    '"3"',
  ];
  expect(values.map(refusal)).toEqual(texts);
  expect(refusal(round)).toBe("");
});

test("lists of two may be typed arrays", () => {
  const kernelSize = Int32Array.of(3, 5) as unknown as [number, number];
  expect(layers.conv2d({ filters: 4, kernelSize }).plan([[9, 9, 1]]).outputShape).toEqual([
    7, 5, 4,
  ]);
});

test.each([[null], ["3"], [[3]], [[3, 3, 3]], [{}]])("%j is no window", (value) => {
  const kernelSize = value as unknown as number;
  expect(() => layers.conv2d({ filters: 4, kernelSize })).toThrow(
    /layers\.conv2d: The option kernelSize .*\n.*one whole number, or two in a list/,
  );
});

test.each([["relu"], [3], [[3, 3]], [null], [Float32Array.of(1)]])(
  "options without their names are refused, such as %j",
  (options) => {
    const message = (name: string, example: string) =>
      `layers.${name}: The options cannot be used.\n  expected: one object that names them${example}\n`;
    const activation = message("activation", ', as in layers.activation({ activation: "relu" })');
    expect(() => layers.activation(options as never)).toThrow(activation);
    const dense = message("dense", ", as in layers.dense({ units: 10 })");
    expect(() => layers.dense(options as never)).toThrow(dense);
    const dropout = message("dropout", ", as in layers.dropout({ rate: 0.5 })");
    expect(() => layers.dropout(options as never)).toThrow(dropout);
    expect(() => layers.add(options as never)).toThrow(message("add", ""));
  },
);

test("an activation without a name is refused", () => {
  expect(() => layers.activation(undefined as never)).toThrow(/^layers\.activation: There is no/);
});

test("a shape that is no list is refused", () => {
  const inputShape = "28" as unknown as number[];
  expect(() => sequential([layers.dense({ units: 3, inputShape })])).toThrow(
    /not a shape.*\n.*a list of whole numbers.*\n.*"28"/,
  );
});

test("weights and predictions that no memory can hold say whose they are", async () => {
  const units = 2 ** 40;
  expect(() => sequential([layers.dense({ units, inputShape: [3] })])).toThrow(
    /The weight "dense\/kernel" does not fit into memory/,
  );
  const filters = 1_000_000;
  const model = sequential([layers.conv2d({ filters, kernelSize: 1, inputShape: [300, 300, 1] })]);
  const image = tensor(new Float32Array(300 * 300), [1, 300, 300, 1]);
  await expect(model.predict(image)).rejects.toThrow(
    /What the model predicts does not fit into memory/,
  );
});
