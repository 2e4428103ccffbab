// What every optimizer does around its rule: it goes on from a file, averages and accumulators included,
// and knows the layers and weights that its options name.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { around, cases, examples, modelWith } from "./optimizer-cases.ts";

const names = Object.keys(optimizers) as OptimizerName[];

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe("options of all optimizers", () => {
  const everywhere = names.flatMap((name) =>
    [...cases[name].variants, ...around].map(
      ({ options, slots }): [string, OptimizerName, Kept] => {
        const own = cases[name].variants[0].slots;
        const isVariant = cases[name].variants.some((one) => one.options === options);
        return [
          `${name} ${JSON.stringify(options)}`,
          name,
          { options, slots: isVariant ? slots : [...slots, ...own] },
        ];
      },
    ),
  );

  test.each(everywhere)("%s: goes on from a file with the same bits", async (_, name, one) => {
    const straight = modelWith(optimizerFrom(name, one.options), device);
    await straight.fit(examples(20), { epochs: 3, batchSize: 8, verbose: 0 });

    const first = modelWith(optimizerFrom(name, one.options), device);
    // After five of nine steps: in the middle of an epoch, and between two updates.
    const aborter = new AbortController();
    const { stopped } = await first.fit(examples(20), {
      epochs: 3,
      batchSize: 8,
      verbose: 0,
      callbacks: [abortAfter(5, aborter)],
      signal: aborter.signal,
    });
    expect(stopped).toBe("interrupted");
    const { model: second } = await decodeModel(await encodeModel(first), { device });
    expect(second.settings?.optimizer.name).toBe(name);
    expect(second.settings?.optimizer.options).toEqual(first.settings?.optimizer.options);
    await second.fit(examples(20), { epochs: 3, batchSize: 8, verbose: 0, resume: true });

    expect([...(await straight.getState()).slots.keys()]).toEqual(
      straight.network.weights.flatMap(({ fullName }) =>
        one.slots.map((slot) => `${fullName}/${slot}`),
      ),
    );
    expect((await second.getState()).slots).toEqual((await straight.getState()).slots);
    expect(await second.getWeights()).toEqual(await straight.getWeights());
    await Promise.all([straight, first, second].map((model) => model.dispose()));
  });

  test("layers learn at rates of their own; the first pattern that fits counts", async () => {
    const model = modelWith(
      optimizerFrom("sgd", {
        learningRate: 0.1,
        learningRateMultipliers: { "conv*": 0, dense: 0.5, "*": 100 },
      }),
      device,
    );
    const plain = modelWith(optimizerFrom("sgd", { learningRate: 0.05 }), device);
    const before = await model.getWeights();
    await model.fit(examples(8), { verbose: 0 });
    await plain.fit(examples(8), { verbose: 0 });
    const after = await model.getWeights();
    expect(after.get("conv2d/kernel")).toEqual(before.get("conv2d/kernel"));
    expect(after.get("conv2d/bias")).toEqual(before.get("conv2d/bias"));
    expect(after.get("dense/kernel")).toEqual((await plain.getWeights()).get("dense/kernel"));
    expect(after.get("dense/kernel")).not.toEqual(before.get("dense/kernel"));
    await Promise.all([model, plain].map((one) => one.dispose()));
  });

  test.each([
    ["dense", true],
    ["dens", false],
    ["*", true],
    ["d*e", true],
    ["*n*s*", true],
    ["dens*se", false],
    ["*dense*", true],
    ["d*x*e", false],
    [`${"*e".repeat(40)}*x`, false],
  ])("the pattern %s belongs to the layer dense: %s", (pattern, fits) => {
    const optimizer = optimizerFrom("sgd", { learningRateMultipliers: { [pattern]: 1 } });
    const check = () => optimizer.checkNames(["dense/kernel"]);
    if (fits) check();
    else expect(check).toThrow(ConfigError);
  });

  test("a pattern that belongs to no layer is refused, with the layers that there are", async () => {
    const options = { learningRateMultipliers: { "densee*": 0.1 } };
    const model = modelWith(optimizerFrom("adam", options), device);
    const fit = model.fit(examples(8), { verbose: 0 });
    await expect(fit).rejects.toThrow(/multiplier[\s\S]*conv2d, dense[\s\S]*densee/);
    await model.dispose();
  });

  test("a word with a slash excludes weights by their full names", async () => {
    const options = { learningRate: 0.1, weightDecay: 1, excludeFromWeightDecay: ["dense/k"] };
    const model = modelWith(optimizerFrom("sgd", options), device);
    const plain = modelWith(optimizerFrom("sgd", { learningRate: 0.1 }), device);
    await model.fit(examples(8), { verbose: 0 });
    await plain.fit(examples(8), { verbose: 0 });
    const [decayed, kept] = [await model.getWeights(), await plain.getWeights()];
    expect(decayed.get("dense/kernel")).toEqual(kept.get("dense/kernel"));
    expect(decayed.get("conv2d/kernel")).not.toEqual(kept.get("conv2d/kernel"));
    await Promise.all([model, plain].map((one) => one.dispose()));
  });

  test("a state without slots begins them anew", async () => {
    const model = modelWith(optimizerFrom("adagrad", {}), device);
    const state = await model.getState();
    await model.fit(examples(8), { verbose: 0 });
    const once = await model.getState();
    await model.setState(state);
    await model.fit(examples(8), { verbose: 0 });
    expect((await model.getState()).slots).toEqual(once.slots);
    expect(await model.getWeights()).toEqual(once.weights);
    await model.dispose();
  });
});

/** An optimizer with what it remembers of each weight. */
interface Kept {
  readonly options: object;
  readonly slots: readonly string[];
}

function abortAfter(steps: number, aborter: AbortController): Callback {
  let count = 0;
  return {
    onStepEnd() {
      count++;
      if (count === steps) aborter.abort();
    },
  };
}
