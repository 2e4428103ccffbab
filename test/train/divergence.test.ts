// Training that diverges: it stops, says where numbers ceased to be finite, and keeps weights that are.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TrainingError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import type { Model } from "../../src/train/model.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const image = [4, 4, 2] as const;
const count = 32;

function examplesFor(outputs: number, size = 1) {
  const random = new RandomStream(1);
  const x = Float32Array.from({ length: count * 32 }, () => size * (2 * random.uniform() - 1));
  const y = Float32Array.from({ length: count * outputs }, () => random.uniform());
  return { x: { data: x, shape: [count, ...image] }, y: { data: y, shape: [count, outputs] } };
}

function network(normalised: boolean): Layer[] {
  return [
    layers.conv2d({ filters: 4, kernelSize: 3, inputShape: image, name: "first" }),
    ...(normalised ? [layers.batchNormalization({ name: "norm" })] : []),
    layers.activation({ activation: "relu" }),
    layers.flatten(),
    layers.dense({ units: 2, name: "last" }),
  ];
}

function build(optimizer: OptimizerName, learningRate: number, normalised = false): Model {
  return sequential(network(normalised), { seed: 1, device }).compile({
    optimizer: optimizerFrom(optimizer, { learningRate }),
    loss: "meanSquaredError",
  });
}

/** The error that `run` ends in; a run that ends well fails the test. */
async function errorOf(run: Promise<unknown>): Promise<TrainingError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TrainingError);
  return error as TrainingError;
}

async function lossOf(model: Model): Promise<number> {
  const { loss } = await model.evaluate(examplesFor(2));
  return loss;
}

/** Names of weights and slots that hold anything that is not finite. */
async function notFinite(model: Model): Promise<string[]> {
  const { weights, slots } = await model.getState();
  return [...weights, ...slots]
    .filter(([, { data }]) => !data.every(Number.isFinite))
    .map(([name]) => name);
}

describe("a learning rate that is far too large", () => {
  const rates = [1e10, 1e15, 1e19, 1e20, 1e30, 1e38];
  const cases = rates.flatMap((rate) =>
    (["sgd", "adam"] as const).flatMap((optimizer) =>
      [false, true].map((normalised) => [optimizer, rate, normalised] as const),
    ),
  );

  test.each(cases)(
    "%s, %d, normalised %s: stops, and all that is kept is finite",
    async (...of) => {
      const model = build(...of);
      const error = await errorOf(
        model.fit(examplesFor(2), { epochs: 20, batchSize: 8, verbose: 0 }),
      );
      expect(error.message).toMatch(/no longer a number at step \d+ of epoch \d+/);
      expect(error.message).toMatch(/(layer "|gradient of "|loss itself|statistics)/);
      expect(error.message).toMatch(/lower the learning rate/);
      expect(await notFinite(model)).toEqual([]);
      await model.dispose();
    },
  );

  test("names epoch, step and the first layer whose results are not finite", async () => {
    const model = build("sgd", 1e20);
    const { message } = await errorOf(
      model.fit(examplesFor(2), { batchSize: 8, shuffle: false, verbose: 0 }),
    );
    expect(message).toContain("the loss is no longer a number at step 2 of epoch 1");
    expect(message).toContain('the results of layer "last" are the first that are not finite');
    // The first step made the weights whose loss is lost: it is taken back.
    expect(model.progress).toMatchObject({ epochs: 0, steps: 0, iterations: 0 });
    await model.dispose();
  });

  test("names the loss where all results are finite", async () => {
    const model = sequential([layers.flatten({ inputShape: image }), layers.dense({ units: 2 })], {
      seed: 1,
      device,
    }).compile({
      optimizer: optimizerFrom("sgd", { learningRate: 1e20 }),
      loss: "meanSquaredError",
    });
    const { message } = await errorOf(
      model.fit(examplesFor(2), { batchSize: 8, shuffle: false, verbose: 0 }),
    );
    expect(message).toContain("step 2 of epoch 1");
    expect(message).toContain("it arose in the loss itself");
    await model.dispose();
  });

  test.each([
    ["at the first step", 1e20, 0],
    ["after a few", 3, 0],
    ["over the end of an epoch", 1.3, 8],
  ])(
    "keeps the last state whose loss was a usual one, to the bit, where it fails %s",
    async (_, rate, least) => {
      const model = build("sgd", rate);
      const seen = [await outcomeOf(model)];
      const see: Callback = {
        onStepEnd: async () => void seen.push(await outcomeOf(model)),
        // The same weights, once the epoch is counted.
        onEpochBegin: async () => void seen.splice(-1, 1, await outcomeOf(model)),
      };
      const run = { batchSize: 4, epochs: 50, verbose: 0, callbacks: [see] } as const;
      await errorOf(model.fit(examplesFor(2), run));
      const kept = await outcomeOf(model);
      expect(kept).toEqual(seen[kept.iterations]);
      expect(kept.iterations).toBeGreaterThanOrEqual(least);
      // The last of them is that of the weights whose loss was lost.
      expect(kept.iterations).toBeLessThan(seen.length - 1);
      const first = await lossOf(build("sgd", rate));
      expect(await lossOf(model)).toBeLessThan(100 * first);
      await model.dispose();
    },
  );

  test("keeps the last usual state, to the bit, after hundreds of steps that went well", async () => {
    const seen = [await outcomeOf(build("sgd", 1.3))];
    const model = build("sgd", 1.3);
    const see: Callback = {
      onStepEnd: async () => void seen.push(await outcomeOf(model)),
      onEpochBegin: async () => void seen.splice(-1, 1, await outcomeOf(model)),
    };
    // Eight steps an epoch: by then the state has been copied anew.
    const rise = callbacks.learningRateScheduler((epoch) => (epoch < 70 ? 0.01 : 3));
    const run = { batchSize: 4, epochs: 80, verbose: 0, callbacks: [see, rise] } as const;
    await errorOf(model.fit(examplesFor(2), run));
    const kept = await outcomeOf(model);
    expect(kept.iterations).toBeGreaterThanOrEqual(8 * 70);
    expect(kept).toEqual(seen[kept.iterations]);
    // The same without a callback that looks at every step: several go at once then.
    const other = build("sgd", 1.3);
    await errorOf(other.fit(examplesFor(2), { ...run, callbacks: [rise] }));
    expect(await outcomeOf(other)).toEqual(kept);
    await Promise.all([model.dispose(), other.dispose()]);
  });

  test("goes on at a lower rate from what it kept", async () => {
    const cases = [
      ["sgd", 1e20],
      ["sgd", 1.3],
      ["adam", 1e20],
      ["rmsprop", 1e20],
      ["nadam", 1e20],
      ["adamW", 1e20],
      ["adagrad", 1e20],
    ] as const;
    for (const [name, rate] of cases) {
      const model = build(name, rate);
      await errorOf(model.fit(examplesFor(2), { batchSize: 4, epochs: 9, verbose: 0 }));
      expect(await lossOf(model), name).toBeLessThan(20);
      model.learningRate = 1e-3;
      const rest = { batchSize: 4, epochs: 9, verbose: 0, resume: true } as const;
      const { history } = await model.fit(examplesFor(2), rest);
      expect(history.loss.at(-1), name).toBeLessThan(2);
      await model.dispose();
    }
  });

  test("keeps what a callback set, or an earlier state, where callbacks change weights", async () => {
    const model = build("sgd", 1e-3);
    const broken = new Map(
      [...(await model.getWeights())].map(([name, { data, shape }]) => [
        name,
        { data: data.map(() => 3e38), shape },
      ]),
    );
    const spoil = {
      onStepEnd: async ({ step }: { step: number }) =>
        void (step === 3 && (await model.setWeights(broken))),
    };
    await errorOf(model.fit(examplesFor(2), { batchSize: 4, verbose: 0, callbacks: [spoil] }));
    expect(await lossOf(model)).toBeLessThan(2);
    await model.dispose();
  });

  test("is told to callbacks, and ends training quietly where one of them stops it", async () => {
    const [loud, quiet] = [build("sgd", 30), build("sgd", 30)];
    const run = { batchSize: 4, epochs: 50, verbose: 0 } as const;
    const error = await errorOf(loud.fit(examplesFor(2), run));
    const told: unknown[] = [];
    const { stopped, epochs } = await quiet.fit(examplesFor(2), {
      ...run,
      callbacks: [
        { onDivergence: (record) => void told.push(record.error.message) },
        callbacks.terminateOnNaN(),
      ],
    });
    expect(stopped).toBe(error.message);
    expect(told).toEqual([error.message]);
    expect(await outcomeOf(quiet)).toEqual(await outcomeOf(loud));
    expect(epochs.every(({ logs }) => Number.isFinite(logs.loss))).toBe(true);
    await Promise.all([loud, quiet].map((model) => model.dispose()));
  });

  test("keeps the same weights when steps run together", async () => {
    const ends = [];
    for (const callbacks of [[], [{ onStepEnd: () => {} }]]) {
      const model = build("sgd", 30);
      await errorOf(model.fit(examplesFor(2), { batchSize: 4, epochs: 50, verbose: 0, callbacks }));
      ends.push(await outcomeOf(model));
      await model.dispose();
    }
    expect(ends[0]).toEqual(ends[1]);
  });

  test("a callback hears of the end, and the model can be trained, saved and loaded again", async () => {
    const ends: unknown[] = [];
    const model = build("sgd", 1e20);
    await errorOf(
      model.fit(examplesFor(2), {
        batchSize: 8,
        verbose: 0,
        callbacks: [{ onTrainEnd: (record) => void ends.push(record) }],
      }),
    );
    expect(ends).toHaveLength(1);
    const { model: again } = await decodeModel(await encodeModel(model), { device });
    expect(await again.getWeights()).toEqual(await model.getWeights());
    await model.setWeights(await build("sgd", 1).getWeights());
    model.learningRate = 0.01;
    const { history } = await model.fit(examplesFor(2), { batchSize: 8, verbose: 0 });
    expect(Number.isFinite(history.loss[0])).toBe(true);
    await Promise.all([model.dispose(), again.dispose()]);
  });
});

describe("gradients that are not finite under a finite loss", () => {
  test("are not taken: statistics beyond f32 hide in batch normalisation", async () => {
    // 1e25 squared is beyond f32: the variance is infinite, the results are 0 and the loss is fine.
    const model = build("sgd", 0.01, true);
    const before = await model.getWeights();
    const { message } = await errorOf(
      model.fit(examplesFor(2, 1e25), { batchSize: 8, verbose: 0 }),
    );
    expect(message).toContain("step 1 of epoch 1");
    expect(await model.getWeights()).toEqual(before);
    await model.dispose();
  });

  test("are named by their weight", async () => {
    const model = sequential(
      [
        layers.flatten({ inputShape: image }),
        layers.dense({ units: 2, name: "far", kernelInitializer: "zeros" }),
        layers.dense({ units: 2, name: "last" }),
      ],
      { seed: 1, device },
    ).compile({ optimizer: "adam", loss: "meanSquaredError" });
    // Results are biases alone, so they are finite; the gradient of the kernel sees the inputs, and Adam squares it.
    const { message } = await errorOf(
      model.fit(examplesFor(2, 1e30), { batchSize: 8, verbose: 0 }),
    );
    expect(message).toContain("the gradient is no longer a number at step 1 of epoch 1");
    expect(message).toContain('the gradient of "far/kernel" is the first that is not finite');
    expect(await notFinite(model)).toEqual([]);
    await model.dispose();
  });
});

describe("a finite gradient above 1e20", () => {
  /** Results are biases alone, so they are small; the gradient of the first kernel is as large as the inputs. */
  const steep = (name: OptimizerName, options: object) =>
    sequential(
      [
        layers.flatten({ inputShape: image }),
        layers.dense({ units: 2, name: "far", kernelInitializer: "zeros" }),
        layers.dense({ units: 2, name: "last" }),
      ],
      { seed: 1, device },
    ).compile({
      optimizer: optimizerFrom(name, { learningRate: 1e-3, ...options }),
      loss: "meanAbsoluteError",
    });
  const farIn = async (model: Model) => (await model.getWeights()).get("far/kernel")?.data ?? [];
  const optimizerNames = Object.keys(optimizers) as OptimizerName[];
  const run = { batchSize: count, verbose: 0 } as const;

  test.each(optimizerNames)("is clipped by value like any other: %s", async (name) => {
    const moves: number[][] = [];
    for (const size of [1e22, 1e8]) {
      const model = steep(name, { clipValue: 1 });
      await model.fit(examplesFor(2, size), run);
      moves.push([...(await farIn(model))]);
      await model.dispose();
    }
    expect(moves[0].some((move) => move !== 0)).toBe(true);
    expect(moves[0]).toEqual(moves[1]);
  });

  test.each(optimizerNames)("is taken, or refused where its square is lost: %s", async (name) => {
    const model = steep(name, {});
    const squares = !["sgd", "lion", "adamax"].includes(name);
    const fitted = model.fit(examplesFor(2, 1e22), run);
    if (squares) expect((await errorOf(fitted)).message).toContain('"far/kernel"');
    else await fitted;
    const moved = (await farIn(model)).some((move) => move !== 0);
    expect(moved).toBe(!squares);
    await model.dispose();
  });

  test.each(["clipNorm", "globalClipNorm"])("never becomes 0 in silence by %s", async (option) => {
    const model = steep("sgd", { [option]: 1 });
    await errorOf(model.fit(examplesFor(2, 1e22), run));
    await model.dispose();
  });
});

test("inputs as large as f32 allows are answered with the layer that overflows", async () => {
  const model = build("sgd", 0.01);
  const { message } = await errorOf(model.fit(examplesFor(2, 3e38), { batchSize: 8, verbose: 0 }));
  expect(message).toMatch(/results of layer "(first|last)"/);
  await model.dispose();
});

test("a dead network trains on: gradients of 0 are numbers", async () => {
  const model = tinyModel(device);
  await model.setWeights(
    new Map(
      [...(await model.getWeights())].map(([name, { shape, data }]) => [
        name,
        { shape, data: new Float32Array(data.length) },
      ]),
    ),
  );
  const { history } = await model.fit(tinyExamples(20), { epochs: 3, batchSize: 8, verbose: 0 });
  expect(history.loss.every(Number.isFinite)).toBe(true);
  await model.dispose();
});

test("a NaN under max pooling stops training at its first step", async () => {
  // e^200 is infinite, and infinite numbers have no distance from their mean.
  const model = sequential(
    [
      layers.activation({ activation: "exponential", inputShape: image }),
      layers.layerNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.relu({ maxValue: 6 }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    { seed: 1, device },
  ).compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const examples = examplesFor(2);
  examples.x.data.fill(200);
  const { message } = await errorOf(model.fit(examples, { batchSize: 8, verbose: 0 }));
  expect(message).toContain("step 1 of epoch 1");
  expect(message).toContain("are the first that are not finite");
  await model.dispose();
});
