// Examples from generators and other iterables: the same bits as from arrays in their order, and clear words where they
// end, or give no batches.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceExamples } from "../../src/data/examples.ts";
import type { SourceRows } from "../../src/data/source.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const examples = tinyExamples(40);

async function* batches(size = 8): AsyncGenerator<SourceRows> {
  for (let at = 0; at < 40; at += size) {
    const { x, y } = sliceExamples(examples, at, Math.min(40, at + size));
    yield { x, y };
  }
}

function* endless(): Generator<SourceRows> {
  for (let at = 0; ; at = (at + 8) % 40) {
    const { x, y } = sliceExamples(examples, at, at + 8);
    yield { x, y };
  }
}

const inOrder = { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 } as const;
const streamed = { epochs: 3, stepsPerEpoch: 5, verbose: 0 } as const;

async function outcome(train: (model: ReturnType<typeof tinyModel>) => Promise<unknown>) {
  const model = tinyModel(device);
  await train(model);
  const result = await outcomeOf(model);
  await model.dispose();
  return result;
}

test("generators train to the same bits as arrays in their order", async () => {
  const wanted = await outcome((model) => model.fit(examples, inOrder));
  expect(await outcome((model) => model.fit(() => batches(), streamed))).toEqual(wanted);
  expect(await outcome((model) => model.fit(endless(), streamed))).toEqual(wanted);
});

test("a callback that sees every step changes nothing, nor do epochs shorter than the data", async () => {
  const watch = { onStepEnd() {} };
  const wanted = await outcome((model) => model.fit(examples, { ...inOrder, stepsPerEpoch: 5 }));
  const seen = await outcome((model) => model.fit(endless(), { ...streamed, callbacks: [watch] }));
  expect(seen).toEqual(wanted);
  const short = await outcome((model) =>
    model.fit(endless(), { epochs: 15, stepsPerEpoch: 1, verbose: 0 }),
  );
  expect(short.weights).toEqual(wanted.weights);
});

test("a generator validates, in batches of any size", async () => {
  const numbersOf = async (
    validationData: typeof examples | (() => AsyncGenerator<SourceRows>),
  ) => {
    const model = tinyModel(device);
    const steps = typeof validationData === "function" ? { validationSteps: 4 } : {};
    const { history } = await model.fit(examples, { ...inOrder, validationData, ...steps });
    await model.dispose();
    return history.val_loss;
  };
  expect(await numbersOf(() => batches(10))).toEqual(await numbersOf(examples));
});

test("evaluate and predict go through a generator to its end", async () => {
  const model = tinyModel(device);
  expect(await model.evaluate(batches())).toEqual(await model.evaluate(examples, { batchSize: 8 }));
  const predictions = await model.predict(examples.x, { batchSize: 8 });
  expect(await model.predict(() => batches())).toEqual(predictions);
  await model.dispose();
});

describe("is refused:", () => {
  const model = () => tinyModel(device);
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["a generator without a number of steps", () => model().fit(endless()), /stepsPerEpoch/],
    [
      "a generator that ends",
      () => model().fit(batches(), { ...streamed }),
      /come to its end[\s\S]*5 batches/,
    ],
    [
      "a generator of other things",
      () =>
        model().evaluate(
          (async function* () {
            yield 5 as never;
          })(),
        ),
      /no batch/,
    ],
    ["an empty generator", () => model().predict(() => [] as SourceRows[]), /gives no batch/],
    [
      "a batch size beside a generator",
      () => model().fit(endless(), { ...streamed, batchSize: 4 }),
      /batchSize/,
    ],
    [
      "a share held back of a generator",
      () => model().fit(endless(), { ...streamed, validationSplit: 0.1 }),
      /validationSplit/,
    ],
  ])("%s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});
