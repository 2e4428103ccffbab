// The search for a learning rate: what it tries, what it records, what it suggests, and that the model
// is as it was afterwards.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { optimizerFrom } from "../../src/nn/optimizers/index.ts";
import { lrFind } from "../../src/train/lr-find.ts";
import { suggestRates } from "../../src/train/suggest-rates.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const examples = tinyExamples(53);
const sgd = () => optimizerFrom("sgd", { learningRate: 0.05, momentum: 0.9 });

describe("lrFind", () => {
  test("raises the rate exponentially, step by step, over several epochs", async () => {
    const model = tinyModel(device, { optimizer: sgd() });
    const found = await lrFind(model, examples, { batchSize: 8, endLearningRate: 0.1, steps: 50 });
    expect(found.learningRates).toHaveLength(50);
    found.learningRates.forEach((rate, i) => {
      expect(rate / (1e-7 * 1e6 ** (i / 50))).toBeCloseTo(1, 12);
    });
    expect(found.losses).toHaveLength(50);
    expect(found.losses.every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
    expect(found.losses[49]).toBeLessThan(found.losses[0]);
    await model.dispose();
  });

  test("smooths losses as fastai does: each weighs 2 %, and the beginning is made up for", async () => {
    const model = tinyModel(device, { optimizer: sgd(), rate: 0 });
    const single: number[] = [];
    await model.fit(tinyExamples(24), {
      batchSize: 8,
      verbose: 0,
      callbacks: [{ onStepEnd: ({ step, logs }) => void single.push(step * logs.loss) }],
    });
    const own = single.map((sum, i) => sum - (i === 0 ? 0 : single[i - 1]));
    let smooth = 0;
    const expected = own.map((loss, i) => {
      smooth = 0.98 * smooth + 0.02 * loss;
      return smooth / (1 - 0.98 ** (i + 1));
    });
    const again = tinyModel(device, { optimizer: sgd(), rate: 0 });
    // Rates that are all but the one that the model was trained with.
    const { losses } = await lrFind(again, tinyExamples(24), {
      batchSize: 8,
      startLearningRate: 0.05,
      endLearningRate: 0.05 + 1e-12,
      steps: 3,
    });
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected[i], 6);
    });
    await Promise.all([model, again].map((one) => one.dispose()));
  });

  test("ends where the loss is four times its lowest, unless told otherwise", async () => {
    const model = tinyModel(device, { optimizer: sgd() });
    const options = { batchSize: 8, startLearningRate: 1e-3, endLearningRate: 1e6, steps: 100 };
    const { losses } = await lrFind(model, examples, options);
    expect(losses.length).toBeLessThan(100);
    const lowest = Math.min(...losses.slice(0, -1));
    const all = await lrFind(model, examples, { ...options, stopEarly: false });
    expect(all.losses.length).toBeGreaterThanOrEqual(losses.length);
    expect(all.losses.slice(0, losses.length)).toEqual(losses);
    // It went up for good, or was no number any more.
    expect(losses.length === all.losses.length || losses[losses.length - 1] > 4 * lowest).toBe(
      true,
    );
    await model.dispose();
  });

  test.each([
    ["before any training", 0],
    ["in the middle of training", 2],
  ])("leaves the model as it was %s", async (_, epochs) => {
    const model = tinyModel(device, { optimizer: sgd() });
    const twin = tinyModel(device, { optimizer: sgd() });
    const train = (one: typeof model, count: number, resume: boolean) =>
      one.fit(examples, { epochs: count, batchSize: 8, verbose: 0, resume });
    if (epochs > 0) {
      await train(model, epochs, false);
      await train(twin, epochs, false);
    }
    const before = await outcomeOf(model);
    const rate = model.rateSetting;
    await lrFind(model, examples, { batchSize: 8 });
    expect(model.rateSetting).toBe(rate);
    expect((await outcomeOf(model)).weights).toEqual(before.weights);
    expect((await outcomeOf(model)).history).toEqual(before.history);
    // Goes on with the same bits as if nothing had been tried.
    await train(model, epochs + 2, true);
    await train(twin, epochs + 2, true);
    expect(await outcomeOf(model)).toEqual(await outcomeOf(twin));
    await Promise.all([model, twin].map((one) => one.dispose()));
  });

  test("refuses rates that do not rise, and a count that is none", async () => {
    const model = tinyModel(device, { optimizer: sgd() });
    const falling = lrFind(model, examples, { startLearningRate: 1, endLearningRate: 0.1 });
    await expect(falling).rejects.toThrow(/startLearningRate[\s\S]*expected[\s\S]*1 and 0.1/);
    await expect(lrFind(model, examples, { startLearningRate: 0 })).rejects.toThrow(ConfigError);
    await expect(lrFind(model, examples, { steps: 0 })).rejects.toThrow(/steps/);
    await model.dispose();
  });
});

describe("suggestions", () => {
  const count = 84;
  const rates = Array.from({ length: count }, (_, i) => 1e-7 * 1e8 ** ((i + 10) / 100));
  const curve = (at: (x: number, i: number) => number) =>
    rates.map((rate, i) => Number(at(Math.log10(rate), i).toFixed(6)));

  test("are fastai's for a fall with ripples that ends in a rise", () => {
    const losses = curve(
      (x, i) =>
        2.3 -
        1.9 / (1 + Math.exp(-3 * (x + 2.6))) +
        0.004 * Math.sin(1.7 * i) +
        0.4 * Math.exp(5 * (x + 0.2)),
    );
    const found = suggestRates(rates, losses);
    // From fastai's formulas in NumPy, on these numbers.
    expect(found?.valley).toBeCloseTo(0.001, 9);
    expect(found?.slide).toBeCloseTo(5.754399373371569e-6, 12);
    expect(found?.minimum).toBeCloseTo(0.012022644346174132, 9);
    expect(found?.steep).toBeCloseTo(0.002511886431509582, 9);
  });

  test("of a curve that only falls: the steepest place, and a tenth of the last rate", () => {
    const losses = curve((x) => 1 - Math.tanh(2 * (x + 3)));
    const found = suggestRates(rates, losses);
    expect(Math.log10(found?.steep as number)).toBeCloseTo(-3, 0);
    expect(found?.minimum).toBeCloseTo(rates[count - 1] / 10, 9);
  });

  test("need sixteen points", () => {
    const losses = rates.map((_, i) => 1 / (i + 1));
    expect(suggestRates(rates.slice(0, 15), losses.slice(0, 15))).toBeUndefined();
    expect(suggestRates(rates.slice(0, 16), losses.slice(0, 16))).toBeDefined();
  });
});
