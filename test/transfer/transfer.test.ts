// Transfer learning on a base that has learned stripes: what is frozen stays, phases never make things worse, and
// features that are computed once train the head as those that are computed in each epoch.

import { beforeAll, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Source } from "../../src/data/source.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { model as modelOf } from "../../src/train/functional.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { splitModel } from "../../src/transfer/cached-features.ts";
import { baseOf } from "../../src/transfer/freezing.ts";
import { fineTune, freeze, transfer, unfreeze } from "../../src/transfer/index.ts";
import type { Phase } from "../../src/transfer/phases.ts";
import { size, stripes } from "../explain/trained.ts";

const quiet = { verbose: 0, onLine: () => undefined } as const;

/** A base `[24, 24, 1] → [12, 12, 16]` that knows lying from standing stripes. */
async function trainedBase(): Promise<{ base: Model; names: string[] }> {
  const base = sequential(
    [
      layers.conv2d({
        name: "first",
        filters: 8,
        kernelSize: 5,
        padding: "same",
        useBias: false,
        inputShape: [size, size, 1],
      }),
      layers.batchNormalization({ name: "norm" }),
      layers.relu(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({
        name: "second",
        filters: 16,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
      }),
    ],
    { seed: 1 },
  );
  const whole = transfer(base, { classes: 2, head: { dropout: 0 } });
  unfreeze(whole, { all: true, batchNormalization: true });
  whole.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  whole.learningRate = 0.01;
  await whole.fit(stripes(512, 3), { epochs: 8, verbose: 0 });
  return { base, names: base.layers.map(({ name }) => name) };
}

/** Another task on such pictures: whether the patch lies in the upper or the lower half, and its stripes. */
function quadrants(count: number, seed: number) {
  const { x, y, places } = stripes(count, seed);
  return {
    x,
    y: { data: y.data.map((label, n) => 2 * label + Number(places[n].top > 6)), shape: y.shape },
  };
}

let base: Model;
beforeAll(async () => {
  base = (await trainedBase()).base;
}, 120_000);

test("the base is frozen and shares its weights, and the head is made for the classes", () => {
  const model = transfer(base, { classes: ["a", "b", "c"], head: { units: [12], dropout: 0.5 } });
  expect(model.network.outputShape).toEqual([3]);
  expect(baseOf(model).trainable).toBe(false);
  const trainable = model.network.weights.filter((weight) => weight.trainable);
  expect(trainable.map(({ shape }) => shape)).toEqual([[16, 12], [12], [12, 3], [3]]);
});

test("unfreeze lets the last layers learn, those from one on, or all; normalizations when told", () => {
  const model = transfer(base, { classes: 3 });
  const learning = () =>
    baseOf(model)
      .layers.filter((layer) => layer.trainable)
      .map(({ name }) => name);
  unfreeze(model, { last: 1 });
  expect(learning()).toEqual(["second"]);
  unfreeze(model, { from: "norm" });
  expect(learning()).not.toContain("norm");
  expect(learning()).not.toContain("first");
  unfreeze(model, { all: true });
  expect(learning()).toContain("first");
  expect(learning()).not.toContain("norm");
  unfreeze(model, { all: true, batchNormalization: true });
  expect(learning()).toContain("norm");
  freeze(model);
  expect(model.network.weights.filter(({ trainable }) => trainable)).toHaveLength(2);
});

test("a frozen base stays as it is, statistics too, while the head learns", async () => {
  const model = transfer(base, { classes: 4, head: { dropout: 0 } });
  const before = await base.getWeights();
  const [record] = await fineTune(model, quadrants(256, 7), {
    ...quiet,
    phases: "head",
    epochs: { head: 3 },
  });
  expect(record.cached).toBe(true);
  expect(record.trainableParameters).toBe(16 * 4 + 4);
  for (const [name, { data }] of await base.getWeights()) {
    expect(data, name).toEqual(before.get(name)?.data);
  }
});

test("features that are computed once train the head as those of each epoch do", async () => {
  const train = quadrants(128, 8);
  const run = async (cacheMiB: number) => {
    const model = transfer(base, { classes: 4, head: { dropout: 0 }, seed: 5, name: "twin" });
    const options = { ...quiet, phases: "head", epochs: { head: 2 }, cacheMiB } as const;
    const [record] = await fineTune(model, train, options);
    return {
      record,
      weights: await model.getWeights(),
      test: await model.evaluate(quadrants(64, 9)),
    };
  };
  const [cached, fresh] = [await run(64), await run(0)];
  expect(cached.record.cached).toBe(true);
  expect(fresh.record.cached).toBe(false);
  for (const [name, { data }] of cached.weights) {
    const other = fresh.weights.get(name)?.data ?? [];
    data.forEach((value, i) => {
      expect(Math.abs(value - other[i]), name).toBeLessThan(1e-4);
    });
  }
  expect(cached.test.loss).toBeCloseTo(fresh.test.loss, 3);
});

test("a network that augments before the base is no base, and draws in each epoch", async () => {
  const x = input({ shape: [size, size, 1] });
  const augmentation = sequential([layers.randomFlip({ inputShape: [size, size, 1] })]);
  const features = base.apply(augmentation.apply(x));
  const pooled = layers.globalAveragePooling2d().apply(features);
  const outputs = layers.dense({ units: 4, activation: "softmax" }).apply(pooled);
  const model = modelOf({ inputs: x, outputs });
  unfreeze(model, { all: true });
  freeze(model);
  expect(baseOf(model).name).toBe(base.name);
  expect(model.network.weights.filter(({ trainable }) => trainable)).toHaveLength(2);
  const [record] = await fineTune(model, quadrants(32, 7), {
    ...quiet,
    phases: "head",
    epochs: { head: 1 },
  });
  expect(record.cached).toBe(false);
});

test("a source is read once for its features, targets too", async () => {
  const { x, y } = quadrants(100, 10);
  const seen = new Int32Array(100);
  const each = size * size;
  const source: Source = {
    count: 100,
    read(rows) {
      const data = new Float32Array(rows.length * each);
      rows.forEach((row, i) => {
        seen[row]++;
        data.set(x.data.subarray(row * each, (row + 1) * each), i * each);
      });
      return {
        x: { data, shape: [rows.length, size, size, 1] },
        y: { data: Int32Array.from(rows, (row) => y.data[row]), shape: [rows.length] },
      };
    },
  };
  const model = transfer(base, { classes: 4 });
  const options = { ...quiet, phases: "head", epochs: { head: 3 } } as const;
  const [record] = await fineTune(model, source, options);
  expect(record.cached).toBe(true);
  // Three epochs: the first row is read to see what rows are, and the last batch reaches back to be whole.
  expect(Math.max(...seen)).toBeLessThanOrEqual(2);
});

test("random layers before the base are said to prevent that", async () => {
  const lines: string[] = [];
  const augmentation = [layers.gaussianNoise({ stddev: 0.1 })];
  const model = transfer(base, { classes: 4, augmentation });
  const [record] = await fineTune(model, quadrants(64, 11), {
    verbose: 0,
    onLine: (line) => lines.push(line),
    phases: "head",
    epochs: { head: 1 },
  });
  expect(record.cached).toBe(false);
  expect(lines[0]).toBe("Phase 1, head: 68 parameters, 1 epoch, learning rate 0.001");
  expect(lines[1]).toBe('Features are computed in each epoch: "gaussian_noise" is random.');
});

test.each(["three", "oneCycle"] as const)(
  "%s: no phase makes the validation loss worse",
  async (phases) => {
    const model = transfer((await trainedBase()).base, {
      classes: 4,
      head: { units: [16], dropout: 0 },
    });
    const records = await fineTune(model, quadrants(512, 12), {
      ...quiet,
      phases,
      epochs: { head: 6, fine: 3 },
      validationData: quadrants(256, 13),
    });
    for (const { before, after } of records) {
      expect(after?.loss).toBeLessThanOrEqual(before?.loss as number);
    }
    const last = records[records.length - 1].after;
    const { loss } = await model.evaluate(quadrants(256, 13));
    expect(loss).toBeCloseTo(last?.loss as number, 5);
  },
  120_000,
);

test("wrong options are refused with a way out", async () => {
  const model = transfer(base, { classes: 4 });
  expect(() => unfreeze(model, {})).toThrow("exactly one of last, from and all");
  expect(() => unfreeze(model, { from: "secnd" })).toThrow('did you mean "second"?');
  expect(() => freeze(base)).toThrow("no base");
  expect(() => transfer(base, { classes: 0 })).toThrow("classes");
  await expect(fineTune(model, quadrants(8, 1), { phase: "two" } as object)).rejects.toThrow(
    'did you mean "phases"?',
  );
});

test.each([
  [{ shedule: "oneCycle" }, 'did you mean "schedule"?'],
  [{ schedule: "cosine" }, "schedule"],
  [{ rates: [1, 2] }, "rates"],
  [{ rates: [1, 2, -1] }, "rates"],
])("a phase with %j is refused", async (wrong, message) => {
  const model = transfer(base, { classes: 4 });
  const phase = { name: "head", epochs: 1, learningRate: 1e-3, ...wrong } as unknown as Phase;
  const work = fineTune(model, quadrants(8, 1), { ...quiet, phases: [phase] });
  await expect(work).rejects.toThrow(message);
});

test("no phase at all is refused as such", async () => {
  const phases = [null] as unknown as readonly Phase[];
  const work = fineTune(transfer(base, { classes: 4 }), quadrants(8, 1), { ...quiet, phases });
  await expect(work).rejects.toThrow(ConfigError);
});

/** A base that drops half of its features. */
function droppingBase() {
  const x = input({ shape: [size, size, 1] });
  const hidden = layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu" }).apply(x);
  const outputs = layers.spatialDropout2d({ rate: 0.5 }).apply(hidden);
  return modelOf({ inputs: x, outputs, name: "dropping", seed: 3 });
}

test("dropout in a base that is frozen as a whole does nothing, so that its features can be kept", async () => {
  const train = quadrants(64, 14);
  const run = async (cacheMiB: number) => {
    const model = transfer(droppingBase(), { classes: 4, head: { dropout: 0 }, seed: 5 });
    const options = { ...quiet, phases: "head", epochs: { head: 2 }, cacheMiB } as const;
    const [record] = await fineTune(model, train, options);
    return { cached: record.cached, losses: record.history.history.loss };
  };
  const [cached, fresh] = [await run(64), await run(0)];
  expect([cached.cached, fresh.cached]).toEqual([true, false]);
  cached.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(fresh.losses[i], 5);
  });
});

test("dropout in a base whose layers are frozen one by one draws in each epoch", () => {
  const base = droppingBase();
  const model = transfer(base, { classes: 4, head: { dropout: 0 } });
  base.trainable = true;
  for (const layer of base.layers) layer.trainable = false;
  expect(splitModel(model)).toEqual({ reason: '"dropping" is random' });
});
