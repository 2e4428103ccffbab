// Examples in batches: partial ones count as Keras counts them, evaluation is what prediction gives by
// hand, and neither batch size nor the way that images are stored changes a result.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { sliceExamples } from "../../src/data/examples.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sgd } from "../../src/nn/optimizers/sgd.ts";
import type { Preprocess } from "../../src/nn/preprocess.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { classCount, image, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const examples = tinyExamples(37);

/** A model that has learned a little: its statistics are not those that it began with. */
async function trained(options: { preprocess?: Preprocess } = {}): Promise<Model> {
  const model = tinyModel(device, options);
  await model.fit(examples, { epochs: 2, batchSize: 8, verbose: 0 });
  return model;
}

/** Keras's loss and accuracy of predicted probabilities, in f64. */
function scoresOf({ data }: Tensor, labels: Tensor) {
  const rows = Array.from(labels.data, (label, i) => {
    const row = Array.from(data.subarray(i * classCount, (i + 1) * classCount));
    const best = row.indexOf(Math.max(...row));
    return { loss: -Math.log(row[label]), right: best === label ? 1 : 0 };
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { loss: mean(rows.map((r) => r.loss)), accuracy: mean(rows.map((r) => r.right)) };
}

describe("evaluate", () => {
  test.each([1, 5, 8, 37, 100])(
    "in batches of %i is the loss and the accuracy of what predict gives",
    async (batchSize) => {
      const model = await trained();
      const expected = scoresOf(await model.predict(examples.x), examples.y);
      const { loss, accuracy } = await model.evaluate(examples, { batchSize });
      expect(Math.abs(loss - expected.loss)).toBeLessThan(2e-6);
      // Exact over all examples, not a mean of the batches' means.
      expect(accuracy).toBe(expected.accuracy);
      await model.dispose();
    },
  );

  test("changes nothing: neither weights, statistics nor progress", async () => {
    const model = await trained();
    const before = await outcomeOf(model);
    await model.evaluate(examples);
    await model.predict(examples.x);
    expect(await outcomeOf(model)).toEqual(before);
    await model.dispose();
  });

  test("of class numbers as u8, as f32 and as a column is the same", async () => {
    const model = await trained();
    const expected = await model.evaluate(examples);
    const { data } = examples.y;
    for (const y of [
      { data: Uint8Array.from(data), shape: [37] },
      { data: Float32Array.from(data), shape: [37] },
      { data, shape: [37, 1] },
    ]) {
      expect(await model.evaluate({ x: examples.x, y })).toEqual(expected);
    }
    await model.dispose();
  });

  test("after other examples of the same shape looks at the new ones", async () => {
    const model = await trained();
    const others = tinyExamples(37, 99);
    const first = await model.evaluate(examples);
    const second = await model.evaluate(others);
    expect(second).not.toEqual(first);
    expect(second.accuracy).toBe(scoresOf(await model.predict(others.x), others.y).accuracy);
    expect(await model.evaluate(examples)).toEqual(first);
    await model.dispose();
  });
});

describe("predict", () => {
  test.each([
    ["one example", 1, 32],
    ["one example at a time", 37, 1],
    ["fewer examples than a batch", 3, 32],
    ["as many as a batch", 8, 8],
    ["one more than a batch", 9, 8],
    ["two batches less one", 15, 8],
    ["a batch larger than the data", 37, 1000],
  ])("%s: as many results, the same as all at once", async (_, count, batchSize) => {
    const model = await trained();
    const all = await model.predict(examples.x, { batchSize: 37 });
    const { x } = sliceExamples(examples, 0, count);
    const some = await model.predict(x, { batchSize });
    expect(some.shape).toEqual([count, classCount]);
    expect(some.data).toEqual(all.data.subarray(0, count * classCount));
    await model.dispose();
  });

  test("no example at all: no result at all", async () => {
    const model = await trained();
    const x = { data: new Float32Array(0), shape: [0, ...image] };
    expect(await model.predict(x)).toEqual({ data: new Float32Array(0), shape: [0, classCount] });
    await model.dispose();
  });

  test("more images than lie on the device at a time", async () => {
    const side = 1024;
    const count = 131;
    const model = sequential(
      [
        layers.averagePooling2d({ poolSize: side / 4, inputShape: [side, side, 1] }),
        layers.globalAveragePooling2d(),
      ],
      { device },
    );
    const data = new Uint8Array(count * side * side);
    for (let i = 0; i < count; i++) data.fill(i, i * side * side, (i + 1) * side * side);
    const x = { data, shape: [count, side, side, 1] };
    const results = await model.predict(x, { batchSize: 8 });
    expect(results.shape).toEqual([count, 1]);
    results.data.forEach((value, i) => {
      expect(value).toBeCloseTo(i, 3);
    });
    await model.dispose();
  });

  test("works on a model that was never compiled, and gives copies", async () => {
    const model = sequential([layers.flatten({ inputShape: image })], { device });
    const first = await model.predict(examples.x);
    expect(Array.from(first.data)).toEqual(Array.from(examples.x.data));
    first.data.fill(7);
    expect((await model.predict(examples.x)).data[0]).toBe(examples.x.data[0]);
    await model.dispose();
  });
});

describe("fit", () => {
  /** Mean squared error of one linear unit: every number can be worked out by hand. */
  async function linear(): Promise<Model> {
    const model = sequential(
      [layers.flatten({ inputShape: [1, 1, 1] }), layers.dense({ units: 1 })],
      { device },
    ).compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
    await model.setWeights(
      new Map([
        ["dense/kernel", { data: Float32Array.of(0.5), shape: [1, 1] }],
        ["dense/bias", { data: Float32Array.of(0.25), shape: [1] }],
      ]),
    );
    return model;
  }

  test("takes a partial last batch as its own mean, and the epoch's loss over all examples", async () => {
    const xs = [1, -2, 3, 0.5, -1];
    const ys = [2, 1, 0, -1, 0.5];
    let [w, b, total] = [0.5, 0.25, 0];
    for (const rows of [[0, 1], [2, 3], [4]]) {
      const off = rows.map((i) => w * xs[i] + b - ys[i]);
      total += off.reduce((sum, value) => sum + value * value, 0);
      const slope = (of: (i: number) => number) =>
        rows.reduce((sum, row, i) => sum + (2 * off[i] * of(row)) / rows.length, 0);
      const [dw, db] = [slope((i) => xs[i]), slope(() => 1)];
      w -= 0.1 * dw;
      b -= 0.1 * db;
    }
    const model = await linear();
    const shape = [5, 1, 1, 1];
    const { history } = await model.fit(
      { x: { data: Float32Array.from(xs), shape }, y: { data: Float32Array.from(ys), shape: [5] } },
      { batchSize: 2, shuffle: false, verbose: 0 },
    );
    expect(history.loss[0]).toBeCloseTo(total / 5, 5);
    const weights = await model.getWeights();
    expect(weights.get("dense/kernel")?.data[0]).toBeCloseTo(w, 6);
    expect(weights.get("dense/bias")?.data[0]).toBeCloseTo(b, 6);
    await model.dispose();
  });

  test("reports the mean of the epoch so far after every step", async () => {
    const model = await linear();
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: "meanSquaredError" });
    const seen: number[] = [];
    const shape = [3, 1, 1, 1];
    await model.fit(
      {
        x: { data: new Float32Array(3), shape },
        // With a result of 0.25 throughout, the squared errors are 1, 4 and 9.
        y: { data: Float32Array.of(1.25, 2.25, 3.25), shape: [3] },
      },
      {
        batchSize: 2,
        shuffle: false,
        verbose: 0,
        callbacks: [{ onStepEnd: ({ logs }) => void seen.push(logs.loss) }],
      },
    );
    expect(seen).toEqual([2.5, 14 / 3]);
    await model.dispose();
  });

  test("validates on the last rows as evaluate does, after the epoch", async () => {
    const model = tinyModel(device);
    const { history } = await model.fit(examples, {
      batchSize: 8,
      epochs: 2,
      validationSplit: 0.3,
      verbose: 0,
    });
    // Keras: the first floor(37 · 0.7) rows train.
    const held = sliceExamples(examples, 25, 37);
    const { loss, accuracy } = await model.evaluate(held, { batchSize: 8 });
    expect([history.val_loss[1], history.val_accuracy[1]]).toEqual([loss, accuracy]);
    await model.dispose();
  });

  test("validating on the last rows or on the same rows given apart is the same", async () => {
    const [split, apart] = [tinyModel(device), tinyModel(device)];
    await split.fit(examples, { batchSize: 8, validationSplit: 0.3, verbose: 0 });
    await apart.fit(sliceExamples(examples, 0, 25), {
      batchSize: 8,
      validationData: sliceExamples(examples, 25, 37),
      verbose: 0,
    });
    expect(await outcomeOf(apart)).toEqual(await outcomeOf(split));
    await Promise.all([split.dispose(), apart.dispose()]);
  });

  test("validation data wins over a split, and nothing is held back then", async () => {
    const model = tinyModel(device);
    const records: object[] = [];
    await model.fit(examples, {
      batchSize: 8,
      validationSplit: 0.5,
      validationData: sliceExamples(examples, 0, 3),
      verbose: 0,
      callbacks: [{ onTrainBegin: (record) => void records.push(record) }],
    });
    expect(records).toEqual([{ epochs: 1, steps: 5, examples: 37, validationExamples: 3 }]);
    await model.dispose();
  });

  test("fewer examples than a batch are one step", async () => {
    const model = tinyModel(device);
    await model.fit(sliceExamples(examples, 0, 5), { batchSize: 512, epochs: 2, verbose: 0 });
    expect(model.progress.iterations).toBe(2);
    await model.dispose();
  });

  test("a second fit goes on with the optimizer, and begins a history of its own", async () => {
    const model = tinyModel(device);
    const first = await model.fit(examples, { batchSize: 8, epochs: 2, verbose: 0 });
    const moved = [...(await model.getState()).slots.values()].some(({ data }) =>
      data.some((v) => v !== 0),
    );
    expect(moved).toBe(true);
    const second = await model.fit(examples, { batchSize: 8, epochs: 3, verbose: 0 });
    expect(first.history.loss).toHaveLength(2);
    expect(second.history.loss).toHaveLength(3);
    expect(second.epochs[0].epoch).toBe(1);
    expect(model.progress.iterations).toBe(25);
    expect(second.history.loss[0]).toBeLessThan(first.history.loss[0]);
    await model.dispose();
  });
});

describe("images as u8", () => {
  const bytes = Uint8Array.from(examples.x.data, (value) => Math.round(value * 200));
  const { shape } = examples.x;
  const images = (data: Uint8Array | Float32Array) => ({ x: { data, shape }, y: examples.y });
  const asBytes = images(bytes);
  const asFloats = images(Float32Array.from(bytes, (value) => value / 255));

  const preprocess = { scale: 1 / 255 };

  test("train with the same bits as the f32 images that they stand for", async () => {
    const share = Math.fround(1 / 255);
    const scaled = images(Float32Array.from(bytes, (value) => value * share));
    const outcomes = [];
    for (const [data, options] of [
      [asBytes, { preprocess }],
      [images(Float32Array.from(bytes)), { preprocess }],
      [scaled, {}],
    ] as const) {
      const model = tinyModel(device, options);
      await model.fit(data, { batchSize: 8, epochs: 3, validationSplit: 0.2, verbose: 0 });
      const predictions = await model.predict(data.x);
      outcomes.push({
        ...(await outcomeOf(model)),
        predictions,
        scores: await model.evaluate(data),
      });
      await model.dispose();
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]).toEqual(outcomes[2]);
  });

  test("are evaluated and predicted as f32 images of value / 255", async () => {
    const model = await trained({ preprocess });
    const plain = await trained();
    await plain.setWeights(await model.getWeights());
    const [b, f] = [await model.evaluate(asBytes), await plain.evaluate(asFloats)];
    // A product with 1 / 255 and a quotient differ in the last bit of f32.
    expect(Math.abs(b.loss - f.loss)).toBeLessThan(1e-6);
    const [p, q] = [await model.predict(asBytes.x), await plain.predict(asFloats.x)];
    p.data.forEach((value, i) => {
      expect(Math.abs(value - q.data[i])).toBeLessThan(1e-6);
    });
    await model.dispose();
  });

  test("mixed: u8 to train and f32 to validate", async () => {
    const model = tinyModel(device, { preprocess });
    const validationData = images(Float32Array.from(bytes));
    const { history } = await model.fit(asBytes, { validationData, verbose: 0 });
    const { loss } = await model.evaluate(asBytes);
    expect(Math.abs(loss - history.val_loss[0])).toBeLessThan(1e-5);
    await model.dispose();
  });

  test("targets as u8 are never scaled", async () => {
    const model = sequential(
      [layers.flatten({ inputShape: [1, 1, 1] }), layers.dense({ units: 1 })],
      { device },
    ).compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const x = { data: new Float32Array(2), shape: [2, 1, 1, 1] };
    const y = { data: Uint8Array.of(255, 255), shape: [2] };
    expect((await model.evaluate({ x, y })).loss).toBe(255 ** 2);
    await model.dispose();
  });
});
