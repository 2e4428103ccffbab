// Layers that a callback freezes or thaws while a run is under way: from the next step on, in batches of
// every size, and with what the optimizer remembers of them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

// The last step of an epoch has fewer examples than the others.
const examples = tinyExamples(20);
const options = { batchSize: 8, verbose: 0 } as const;
const kernelOf = async (model: Pick<Model, "getWeights">) =>
  (await model.getWeights()).get("conv2d/kernel")?.data;

/** Freezes or thaws a layer before epochs begin. */
function setting(changes: Readonly<Record<number, boolean>>, name = "conv2d"): Callback {
  return {
    onEpochBegin({ epoch }, { model }) {
      const change = changes[epoch];
      if (change !== undefined) model.getLayer(name).trainable = change;
    },
  };
}

describe("a layer that is frozen within a run", () => {
  test.each(["onStepEnd", "onStepBegin"] as const)(
    "by %s stays as it is from the next step on, whatever the size of its batch",
    async (hook) => {
      const model = tinyModel(device);
      const kernels: (Float32Array | undefined)[] = [];
      const freezing: Callback = {
        [hook]({ epoch, step }: { epoch: number; step: number }) {
          if (epoch === 1 && step === 2) model.getLayer("conv2d").trainable = false;
        },
      };
      const looking: Callback = { onStepEnd: async () => void kernels.push(await kernelOf(model)) };
      await model.fit(examples, { ...options, epochs: 2, callbacks: [freezing, looking] });
      const frozenFrom = hook === "onStepEnd" ? 1 : 0;
      for (const [i, kernel] of kernels.entries()) {
        if (i === 0) continue;
        if (i <= frozenFrom) expect(kernel).not.toEqual(kernels[i - 1]);
        else expect(kernel).toEqual(kernels[i - 1]);
      }
      await model.dispose();
    },
  );

  test("and thawed is as in runs of their own: weights, slots and numbers", async () => {
    const [within, apart] = [tinyModel(device), tinyModel(device)];
    await within.fit(examples, {
      ...options,
      epochs: 6,
      validationData: tinyExamples(10, 7),
      callbacks: [setting({ 2: false, 5: true })],
    });
    for (const [epochs, trainable] of [
      [1, true],
      [4, false],
      [6, true],
    ] as const) {
      apart.getLayer("conv2d").trainable = trainable;
      const validationData = tinyExamples(10, 7);
      await apart.fit(examples, { ...options, epochs, resume: true, validationData });
    }
    expect(await outcomeOf(within)).toEqual(await outcomeOf(apart));
    await Promise.all([within.dispose(), apart.dispose()]);
  });

  test("keeps what the optimizer remembers, in a saved state too", async () => {
    const thawing = () => [setting({ 2: false, 4: true })];
    const whole = tinyModel(device);
    await whole.fit(examples, { ...options, epochs: 5, callbacks: thawing() });
    const first = tinyModel(device);
    await first.fit(examples, { ...options, epochs: 3, callbacks: thawing() });
    const state = await first.getState();
    expect([...state.slots.keys()]).toContain("conv2d/kernel/momentum");
    const second = tinyModel(device);
    second.getLayer("conv2d").trainable = false;
    await second.setState(state);
    await second.fit(examples, { ...options, epochs: 5, resume: true, callbacks: thawing() });
    expect(await outcomeOf(second)).toEqual(await outcomeOf(whole));
    await Promise.all([whole.dispose(), first.dispose(), second.dispose()]);
  });

  test("was frozen when the run began: thawing it trains it, with slots as they begin", async () => {
    const [within, apart] = [tinyModel(device), tinyModel(device)];
    for (const model of [within, apart]) model.getLayer("conv2d").trainable = false;
    await within.fit(examples, { ...options, epochs: 2, callbacks: [setting({ 2: true })] });
    await apart.fit(examples, { ...options, epochs: 1 });
    apart.getLayer("conv2d").trainable = true;
    await apart.fit(examples, { ...options, epochs: 2, resume: true });
    expect(await outcomeOf(within)).toEqual(await outcomeOf(apart));
    await Promise.all([within.dispose(), apart.dispose()]);
  });

  test("is a batch normalisation: its statistics stay, too", async () => {
    const model = tinyModel(device);
    const means: unknown[] = [];
    const name = "batch_normalization";
    const looking: Callback = {
      onEpochEnd: async () =>
        void means.push((await model.getWeights()).get(`${name}/moving_mean`)?.data),
    };
    await model.fit(examples, {
      ...options,
      epochs: 3,
      callbacks: [setting({ 2: false, 3: true }, name), looking],
    });
    expect(means[1]).toEqual(means[0]);
    expect(means[2]).not.toEqual(means[1]);
    await model.dispose();
  });
});

test("evaluation follows a layer that is frozen: its regularizer does not count then", async () => {
  const dense = layers.dense({ units: 1, inputShape: [1], kernelRegularizer: "l2", name: "a" });
  const model = sequential([dense], { device }).compile({ optimizer: "sgd", loss: "mse" });
  const x = { data: Float32Array.of(1, 2), shape: [2, 1] };
  const y = await model.predict(x);
  const trained = await model.evaluate({ x, y });
  model.getLayer("a").trainable = false;
  const frozen = await model.evaluate({ x, y });
  expect(trained.loss).toBeGreaterThan(0);
  expect(frozen.loss).toBeCloseTo(0, 10);
  await model.dispose();
});
