// What a callback may ask of its own model while it trains, is evaluated or predicts: results, but nothing
// that would change the run under its own feet.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Callback, TrainControl } from "../../src/train/callback.ts";
import type { Model } from "../../src/train/model.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const examples = tinyExamples(20);
const others = tinyExamples(7, 9);
const options = { batchSize: 8, epochs: 2, verbose: 0, validationSplit: 0.2 } as const;

describe("evaluate and predict within a callback", () => {
  test.each([
    "onTrainBegin",
    "onEpochBegin",
    "onStepBegin",
    "onStepEnd",
    "onTestBegin",
    "onTestStepEnd",
    "onTestEnd",
    "onEpochEnd",
    "onTrainEnd",
  ] as const)("by %s give what they give alone, and leave the run its bits", async (hook) => {
    const [alone, asked] = [tinyModel(device), tinyModel(device)];
    // The hook itself decides how steps are grouped, which changes no bits.
    await alone.fit(examples, options);
    const seen: unknown[] = [];
    const asking: Callback = {
      async [hook](_: unknown, { model }: TrainControl) {
        const numbers = await model.evaluate(others, { batchSize: 4 });
        const results = await model.predict(others.x);
        seen.push(numbers, await model.testOnBatch(others), results);
        await model.predictOnBatch(others.x);
      },
    };
    await asked.fit(examples, { ...options, callbacks: [asking] });
    expect(seen.length).toBeGreaterThan(0);
    expect(await outcomeOf(asked)).toEqual(await outcomeOf(alone));
    if (hook === "onTrainEnd") {
      expect(seen[0]).toEqual(await asked.evaluate(others, { batchSize: 4 }));
      expect(seen[2]).toEqual(await asked.predict(others.x));
    }
    await Promise.all([alone.dispose(), asked.dispose()]);
  });

  test("need not be awaited: the run goes on when they are done", async () => {
    const [alone, asked] = [tinyModel(device), tinyModel(device)];
    await alone.fit(examples, options);
    const results: Promise<unknown>[] = [];
    const asking: Callback = {
      onStepEnd() {
        results.push(asked.evaluate(others), asked.predict(others.x), asked.evaluate(others));
      },
    };
    await asked.fit(examples, { ...options, callbacks: [asking] });
    const settled = await Promise.all(results);
    expect(settled[0]).toEqual(settled[2]);
    expect(await outcomeOf(asked)).toEqual(await outcomeOf(alone));
    await Promise.all([alone.dispose(), asked.dispose()]);
  });

  test("go within evaluate and predict as well, whose results stay theirs", async () => {
    const model = tinyModel(device);
    const expected = {
      numbers: await model.evaluate(examples),
      results: await model.predict(others.x),
    };
    const asking: Callback = {
      onTestStepEnd: async () => void (await model.evaluate(others)),
      onPredictStepEnd: async () => void (await model.predict(examples.x)),
    };
    expect(await model.evaluate(examples, { callbacks: [asking] })).toEqual(expected.numbers);
    expect(await model.predict(others.x, { callbacks: [asking] })).toEqual(expected.results);
    await model.dispose();
  });

  test("that fail, fail where they were asked for, and the run can go on", async () => {
    const model = tinyModel(device);
    const bad = { x: others.x, y: { data: Int32Array.of(9), shape: [1] } };
    const errors: unknown[] = [];
    const asking: Callback = {
      onEpochEnd: () =>
        model.evaluate(bad).then(
          () => {},
          (error) => void errors.push(error),
        ),
    };
    const { epochs } = await model.fit(examples, { ...options, callbacks: [asking] });
    expect([epochs.length, errors.length]).toEqual([2, 2]);
    await model.dispose();
  });
});

describe("within a callback are refused", () => {
  test.each<[string, (control: TrainControl) => unknown]>([
    ["fit", ({ model }) => (model as Model).fit(examples, { verbose: 0 })],
    ["trainOnBatch", ({ model }) => (model as Model).trainOnBatch(others)],
    ["compile", ({ model }) => model.compile({ optimizer: "sgd", loss: "mse" })],
    ["setState", async ({ model }) => model.setState(await model.getState())],
    ["dispose", ({ model }) => model.dispose()],
  ])("%s", async (method, ask) => {
    const model = tinyModel(device);
    const asking: Callback = { onEpochEnd: async (_, control) => void (await ask(control)) };
    const run = model.fit(examples, { ...options, callbacks: [asking] });
    await expect(run).rejects.toThrow(`${method} has to wait`);
    await model.dispose();
  });

  test("a call by the callback of such a call, rather than waited for without end", async () => {
    const model = tinyModel(device);
    const inner: Callback = { onTestEnd: async () => void (await model.predict(others.x)) };
    const outer: Callback = {
      onEpochEnd: async () => void (await model.evaluate(others, { callbacks: [inner] })),
    };
    const run = model.fit(examples, { ...options, callbacks: [outer] });
    await expect(run).rejects.toThrow("predict has to wait");
    await model.dispose();
  });

  test("restore, anywhere but in onTrainBegin: training would never end", async () => {
    const model = tinyModel(device);
    const state = await model.getState();
    const restoring: Callback = { onEpochEnd: (_, { restore }) => restore(state) };
    const run = model.fit(examples, { ...options, callbacks: [restoring] });
    await expect(run).rejects.toThrow(ConfigError);
    let kept: TrainControl | undefined;
    const keeping: Callback = {
      onTrainBegin(_, control) {
        kept = control;
        control.restore(state);
      },
      onStepEnd: async (_, control) => expect(() => control.restore(state)).toThrow(/in onStepEnd/),
    };
    const { epochs } = await model.fit(examples, { ...options, callbacks: [keeping] });
    expect(epochs).toHaveLength(2);
    expect(() => kept?.restore(state)).toThrow(/outside any hook/);
    await model.dispose();
  });
});
