// Layers that mix the examples of a batch, and what training makes of their targets.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { sliceExamples, takeRows } from "../../src/data/examples.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import type { CompileOptions } from "../../src/train/model-options.ts";
import { sequential } from "../../src/train/sequential.ts";
import { classCount, image, tinyExamples } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const inputShape = image;
const kinds: [string, () => Layer[]][] = [
  ["mixUp", () => [layers.mixUp({ alpha: 0.8, inputShape })]],
  ["cutMix", () => [layers.cutMix({ factor: [1, 1], inputShape })]],
  ["both", () => [layers.mixUp({ alpha: 0.8, inputShape }), layers.cutMix({ factor: [1, 1] })]],
];

function oneHot({ data }: Tensor<Int32Array>): Tensor<Float32Array> {
  const rows = new Float32Array(data.length * classCount);
  data.forEach((label, i) => {
    rows[i * classCount + label] = 1;
  });
  return { data: rows, shape: [data.length, classCount] };
}

/** The history and the weights of a short run. */
async function run(mixing: readonly Layer[], loss: CompileOptions["loss"], y: Tensor) {
  const head = [layers.flatten(), layers.dense({ units: classCount, activation: "softmax" })];
  const model = sequential([...mixing, ...head], { seed: 5, device });
  model.compile({ optimizer: "sgd", loss, metrics: ["accuracy"] });
  const { x } = tinyExamples(24);
  const { history } = await model.fit({ x, y }, { epochs: 3, batchSize: 8, verbose: 0 });
  const weights = [...(await model.getWeights()).values()].map(({ data }) => [...data]);
  const [evaluated, predicted] = [await model.evaluate({ x, y }), await model.predict(x)];
  await model.dispose();
  return { history, weights, evaluated, predicted };
}

const { y } = tinyExamples(24);

describe.each(kinds)("%s", (_, make) => {
  test("class numbers are trained on as their rows of probabilities are", async () => {
    const classes = await run(make(), "sparseCategoricalCrossentropy", y);
    const rows = await run(make(), "categoricalCrossentropy", oneHot(y));
    classes.history.loss.forEach((loss, epoch) => {
      expect(loss).toBeCloseTo(rows.history.loss[epoch], 5);
    });
    expect(classes.history.accuracy).toEqual(rows.history.accuracy);
    classes.weights.forEach((values, i) => {
      values.forEach((value, j) => {
        expect(value).toBeCloseTo(rows.weights[i][j], 5);
      });
    });
  });

  test("a class that is ignored counts for nothing, in either part", async () => {
    const ignoring = losses.sparseCategoricalCrossentropy({ ignoreClass: -1 });
    const ignored = { ...y, data: y.data.map(() => -1) };
    const { history } = await run(make(), ignoring, ignored);
    expect(history.loss).toEqual([0, 0, 0]);
    const counted = await run(make(), ignoring, y);
    const plain = await run(make(), "sparseCategoricalCrossentropy", y);
    counted.history.loss.forEach((loss, epoch) => {
      expect(loss).toBeCloseTo(plain.history.loss[epoch], 5);
    });
  });

  test.each([22, 17])("the last batch of %i examples is mixed among its own", async (count) => {
    const model = sequential([...make(), layers.flatten(), layers.dense({ units: classCount })], {
      seed: 5,
      device,
    });
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e-12 }), loss });
    // All examples of a batch are the same, and other batches have others: mixed or not, they stay what they are.
    const { x, y } = tinyExamples(24);
    const batches = Int32Array.from({ length: count }, (_, i) => 3 * Math.floor(i / 8));
    const alike = { x: takeRows(x, batches), y: takeRows(y, batches) };
    const options = { batchSize: 8, shuffle: false, verbose: 0 } as const;
    const { history } = await model.fit(alike, options);
    expect(history.loss[0]).toBeCloseTo((await model.evaluate(alike)).loss, 5);
    const others = sliceExamples({ x, y }, 0, count);
    const mixed = await model.fit(others, options);
    const plain = await model.evaluate(others);
    expect(Math.abs(mixed.history.loss[0] - plain.loss)).toBeGreaterThan(1e-3);
    await model.dispose();
  });

  test("training is another than without it, and nothing else is", async () => {
    const mixed = await run(make(), "sparseCategoricalCrossentropy", y);
    const plain = await run([layers.identity({ inputShape })], "sparseCategoricalCrossentropy", y);
    expect(mixed.history.loss).not.toEqual(plain.history.loss);
    const again = await run(make(), "sparseCategoricalCrossentropy", y);
    expect(again).toEqual(mixed);
  });
});

test("evaluation and prediction mix nothing", async () => {
  const head = [layers.flatten(), layers.dense({ units: classCount, activation: "softmax" })];
  const made = (first: Layer) => sequential([first, ...head], { seed: 5, device });
  const { x } = tinyExamples(24);
  const results = await Promise.all(
    [layers.mixUp({ inputShape }), layers.identity({ inputShape })].map(async (first) => {
      const model = made(first);
      model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
      const found = [await model.evaluate({ x, y }), await model.predict(x)];
      await model.dispose();
      return found;
    }),
  );
  expect(results[0]).toEqual(results[1]);
});
