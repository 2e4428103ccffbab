// The mean of equal numbers is that number, so what subtracts it from them leaves exactly 0.

import { expect, test } from "vitest";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";

const inputShape = [3, 5, 7] as const;

async function resultsFor(layer: Layer, value: number): Promise<number[]> {
  const model = sequential([layer], { device: new InterpreterDevice() });
  const data = new Float32Array(2 * 3 * 5 * 7).fill(value);
  const { data: results } = await model.predict({ data, shape: [2, ...inputShape] });
  await model.dispose();
  return [...new Set(results)];
}

test.each<[string, Layer]>([
  ["layerNormalization", layers.layerNormalization({ inputShape, axis: [1, 2, 3] })],
  ["layerNormalization of channels", layers.layerNormalization({ inputShape })],
  ["groupNormalization", layers.groupNormalization({ inputShape, groups: 1 })],
  ["groupNormalization of channels", layers.groupNormalization({ inputShape, groups: 7 })],
])("%s of a constant is 0", async (_, layer) => {
  for (const value of [3, -7, 1000]) expect(await resultsFor(layer, value)).toEqual([0]);
});

test.each<[string, Layer]>([
  ["globalAveragePooling2d", layers.globalAveragePooling2d({ inputShape })],
  ["averagePooling2d", layers.averagePooling2d({ inputShape, poolSize: [3, 5] })],
  [
    "averagePooling2d, padded",
    layers.averagePooling2d({ inputShape, poolSize: 3, padding: "same" }),
  ],
])("%s of a constant is that constant", async (_, layer) => {
  for (const value of [3, -7, 1000]) expect(await resultsFor(layer, value)).toEqual([value]);
});
