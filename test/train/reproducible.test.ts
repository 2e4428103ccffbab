// The same seed gives the same bits: in two runs, on any number of threads, however steps are grouped.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sgd } from "../../src/nn/optimizers/sgd.ts";
import type { FitOptions } from "../../src/train/options.ts";
import { sequential } from "../../src/train/sequential.ts";
import { image, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

const devices: Device[] = [];
beforeAll(async () => {
  for (const threads of [1, 2, 3]) devices.push(await WasmDevice.open({ threads }));
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const examples = tinyExamples(50);
const options: FitOptions = { epochs: 3, batchSize: 8, verbose: 0, validationSplit: 0.2 };

async function train(
  device: Device,
  settings: Parameters<typeof tinyModel>[1] = {},
  changed: FitOptions = {},
) {
  const model = tinyModel(device, settings);
  await model.fit(examples, { ...options, ...changed });
  const outcome = await outcomeOf(model);
  const predictions = await model.predict(examples.x);
  await model.dispose();
  return { ...outcome, predictions };
}

describe("the same seed", () => {
  test("gives the same bits in two runs", async () => {
    expect(await train(devices[1])).toEqual(await train(devices[1]));
  });

  test("gives the same bits on 1, 2 and 3 threads: weights, slots, history, predictions", async () => {
    const [one, two, three] = await Promise.all(devices.map((device) => train(device)));
    expect(one.slots.size).toBeGreaterThan(0);
    expect(one.history).toHaveLength(3);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  test("gives the same bits for two models that train at the same time", async () => {
    const alone = await train(devices[1]);
    const together = await Promise.all([train(devices[1]), train(devices[1])]);
    expect(together).toEqual([alone, alone]);
  });

  test("gives the same bits whether or not a callback looks at every step", async () => {
    const looked: number[] = [];
    const seen = await train(
      devices[1],
      {},
      {
        callbacks: [{ onStepEnd: ({ step }) => void looked.push(step) }],
      },
    );
    expect(looked).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    expect(seen).toEqual(await train(devices[1]));
  });

  test("gives the same first weights on every device, and whatever it is compiled with", async () => {
    const first = await tinyModel(devices[0]).getWeights();
    expect(await tinyModel(devices[2], { optimizer: "sgd" }).getWeights()).toEqual(first);
  });

  test("gives the first layers the same first weights when a layer is added behind", async () => {
    const first = () => [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: image }),
      layers.flatten(),
      layers.dense({ units: 4 }),
    ];
    const short = await sequential(first(), { seed: 3 }).getWeights();
    const long = await sequential([...first(), layers.dense({ units: 2 })], {
      seed: 3,
    }).getWeights();
    for (const [name, value] of short) expect(long.get(name), name).toEqual(value);
  });
});

describe("another seed", () => {
  test("gives other first weights, and other weights in the end", async () => {
    const [a, b] = [await train(devices[1], { seed: 5 }), await train(devices[1], { seed: 6 })];
    expect(a.weights.get("conv2d/kernel")).not.toEqual(b.weights.get("conv2d/kernel"));
    const kernel = async (seed: number) =>
      (await tinyModel(devices[0], { seed }).getWeights()).get("conv2d/kernel");
    expect(await kernel(5)).not.toEqual(await kernel(6));
  });

  test("with the same first weights, still orders and drops otherwise", async () => {
    const weights = await tinyModel(devices[1]).getWeights();
    const ends = [];
    for (const seed of [5, 6]) {
      const model = tinyModel(devices[1], { seed });
      await model.setWeights(weights);
      await model.fit(examples, options);
      ends.push((await model.getWeights()).get("dense/kernel"));
      await model.dispose();
    }
    expect(ends[0]).not.toEqual(ends[1]);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])("a seed of %s is refused", (seed) => {
    expect(() => tinyModel(devices[0], { seed })).toThrow(/seed cannot be used[\s\S]*whole number/);
  });

  test("seeds may be negative", async () => {
    const [minus, plus] = [
      await train(devices[1], { seed: -1 }),
      await train(devices[1], { seed: 1 }),
    ];
    expect(minus.weights).not.toEqual(plus.weights);
  });
});

describe("dropout", () => {
  test("works in training: with a rate the weights become others", async () => {
    const without = await train(devices[1], { rate: 0 });
    expect((await train(devices[1], { rate: 0.25 })).weights).not.toEqual(without.weights);
  });

  test("does nothing in evaluation and prediction", async () => {
    const [without, half] = [0, 0.5].map((rate) => tinyModel(devices[1], { rate }));
    expect(await half.predict(examples.x)).toEqual(await without.predict(examples.x));
    expect(await half.evaluate(examples)).toEqual(await without.evaluate(examples));
    expect(await half.predict(examples.x)).toEqual(await half.predict(examples.x));
    await Promise.all([without.dispose(), half.dispose()]);
  });

  test("keeps its share, scaled so that the mean stays, anew at every step", async () => {
    const units = 4096;
    const shape = [1, units];
    const model = sequential(
      [
        layers.flatten({ inputShape: [1, 1, 1] }),
        layers.dense({ units, kernelInitializer: "zeros" }),
        layers.dropout({ rate: 0.3 }),
      ],
      { seed: 9, device: devices[1] },
    ).compile({ optimizer: sgd({ learningRate: 1 }), loss: "meanSquaredError" });
    const untrained = await model.getWeights();
    // With a bias of 0 its step is 2 / units · target · mask: the mask itself, unit by unit.
    const masks: Float32Array[] = [];
    const readMask = {
      async onStepEnd() {
        masks.push((await model.getWeights()).get("dense/bias")?.data as Float32Array);
        await model.setWeights(untrained);
      },
    };
    await model.fit(
      {
        x: { data: new Float32Array(1), shape: [1, 1, 1, 1] },
        y: { data: new Float32Array(units).fill(units / 2), shape },
      },
      { epochs: 4, verbose: 0, callbacks: [readMask] },
    );
    await model.dispose();
    for (const mask of masks) {
      const kept = mask.filter((value) => value !== 0);
      // Five standard deviations of a binomial distribution.
      expect(Math.abs(kept.length / units - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / units));
      expect(kept.every((value) => Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
    }
    expect(new Set(masks.map(String)).size).toBe(4);
  });
});

describe("the order of examples", () => {
  /** One weight that each step's gradient adds to: reading it step by step tells the order. */
  async function ordersOf(count: number, fit: FitOptions, fits = 1): Promise<number[][]> {
    const model = sequential(
      [
        layers.flatten({ inputShape: [1, 1, 1] }),
        layers.dense({ units: count, useBias: false, kernelInitializer: "zeros" }),
      ],
      { device: devices[0] },
    ).compile({ optimizer: sgd({ learningRate: 1 }), loss: "meanSquaredError" });
    // Example i asks for 1 at output i alone: the output that moves tells which example was seen.
    const y = new Float32Array(count * count);
    for (let i = 0; i < count; i++) y[i * count + i] = 1;
    const data = {
      x: { data: new Float32Array(count).fill(1), shape: [count, 1, 1, 1] },
      y: { data: y, shape: [count, count] },
    };
    const orders: number[][] = [];
    const zeros = new Float32Array(count);
    const clear = () =>
      model.setWeights(new Map([["dense/kernel", { data: zeros, shape: [1, count] }]]));
    for (let i = 0; i < fits; i++) {
      await model.fit(data, {
        batchSize: 1,
        verbose: 0,
        ...fit,
        callbacks: [
          {
            async onEpochBegin() {
              orders.push([]);
              await clear();
            },
            async onStepEnd() {
              const kernel = (await model.getWeights()).get("dense/kernel")?.data as Float32Array;
              orders[orders.length - 1].push(kernel.findIndex((value) => value > 0));
              await clear();
            },
          },
        ],
      });
    }
    await model.dispose();
    return orders;
  }

  const straight = Array.from({ length: 12 }, (_, i) => i);

  test("without shuffling is the order that they came in", async () => {
    expect(await ordersOf(12, { shuffle: false, epochs: 2 })).toEqual([straight, straight]);
  });

  test("is another one each epoch, in which every example comes once", async () => {
    const orders = await ordersOf(12, { epochs: 3 });
    expect(orders).toHaveLength(3);
    for (const order of orders) {
      expect(order).not.toEqual(straight);
      expect([...order].sort((a, b) => a - b)).toEqual(straight);
    }
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  test("is another one each time that fit is called", async () => {
    const orders = await ordersOf(12, { epochs: 1 }, 3);
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  test("of what is held back: the last rows, taken before shuffling, as Keras does", async () => {
    for (const [validationSplit, count] of [
      [0.25, 9],
      [0.3, 8],
      [0.99, 0],
      [0.01, 11],
    ] as const) {
      if (count === 0) {
        await expect(ordersOf(12, { validationSplit })).rejects.toThrow(/Nothing is left/);
        continue;
      }
      const [order] = await ordersOf(12, { validationSplit });
      expect(
        [...order].sort((a, b) => a - b),
        `${validationSplit}`,
      ).toEqual(straight.slice(0, count));
    }
  });
});
