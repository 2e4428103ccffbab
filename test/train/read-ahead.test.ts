// Batches that are read before they are needed: in the order of the run, one at a time, across calls and kinds of
// batches.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Source } from "../../src/data/source.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { ReadAhead } from "../../src/train/read-ahead.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const batch = (...rows: number[]) => Int32Array.from(rows);

/** A reader that notes what it is asked for, and how many are at work. */
function noting() {
  const asked: number[][] = [];
  let atWork = 0;
  let most = 0;
  return {
    asked,
    get most() {
      return most;
    },
    count: 100,
    isSequential: false,
    async read(rows: Int32Array) {
      asked.push([...rows]);
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setTimeout(resolve, 2));
      atWork--;
      if (rows[0] === 66) throw new Error("row 66 is broken");
      return [{ data: Float32Array.from(rows), shape: [rows.length] }];
    },
  };
}

test("expected batches are read before they are asked for, one after the other", async () => {
  const reader = noting();
  const ahead = new ReadAhead(reader, 1000);
  ahead.expect([batch(1), batch(2), batch(3)]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reader.asked).toEqual([[1], [2], [3]]);
  expect(await ahead.read(batch(1))).toEqual([{ data: Float32Array.of(1), shape: [1] }]);
  ahead.expect([batch(2), batch(3), batch(4)]);
  expect(await ahead.read(batch(2))).toEqual([{ data: Float32Array.of(2), shape: [1] }]);
  await ahead.settle();
  expect(reader.asked).toEqual([[1], [2], [3], [4]]);
  expect(reader.most).toBe(1);
});

test("other batches than the expected ones are read all the same", async () => {
  const ahead = new ReadAhead(noting(), 1000);
  ahead.expect([batch(1), batch(2)]);
  expect(await ahead.read(batch(7))).toEqual([{ data: Float32Array.of(7), shape: [1] }]);
  expect(await ahead.read(batch(2))).toEqual([{ data: Float32Array.of(2), shape: [1] }]);
});

test("no more is read ahead than memory is meant for", async () => {
  const reader = noting();
  const ahead = new ReadAhead(reader, 50 << 20);
  ahead.expect([batch(1), batch(2), batch(3), batch(4)]);
  await ahead.settle();
  expect(reader.asked).toEqual([[1], [2]]);
});

test("a batch that cannot be read is an error when its turn comes, and not before", async () => {
  const ahead = new ReadAhead(noting(), 1000);
  ahead.expect([batch(65), batch(66)]);
  expect(await ahead.read(batch(65))).toHaveLength(1);
  await expect(ahead.read(batch(66))).rejects.toThrow("row 66 is broken");
});

const examples = tinyExamples(37);

/** The examples as a source that says what rows are. */
function typed(asked: number[][]): Source {
  const size = examples.x.data.length / 37;
  return {
    count: 37,
    types: {
      x: { shape: examples.x.shape.slice(1), dtype: "f32" },
      y: { shape: examples.y.shape.slice(1), dtype: "i32" },
    },
    async read(rows) {
      asked.push([...rows]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const data = new Float32Array(rows.length * size);
      rows.forEach((row, i) => {
        data.set(examples.x.data.subarray(row * size, (row + 1) * size), i * size);
      });
      const y = {
        data: Int32Array.from(rows, (row) => examples.y.data[row]),
        shape: [rows.length],
      };
      return { x: { data, shape: [rows.length, ...examples.x.shape.slice(1)] }, y };
    },
  };
}

test("a source that says what rows are is read for steps alone, each row once an epoch", async () => {
  const asked: number[][] = [];
  const model = tinyModel(device);
  const steps: number[] = [];
  await model.fit(typed(asked), {
    batchSize: 8,
    epochs: 2,
    verbose: 0,
    callbacks: [{ onStepEnd: () => void steps.push(asked.length) }],
  });
  expect(asked.map(({ length }) => length)).toEqual([8, 8, 8, 8, 5, 8, 8, 8, 8, 5]);
  for (const epoch of [asked.slice(0, 5), asked.slice(5)]) {
    expect(epoch.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 37 }, (_, i) => i));
  }
  // Whether or not a step takes long, what comes next has been asked for.
  expect(steps[0]).toBeGreaterThan(1);
  const whole = tinyModel(device);
  await whole.fit(examples, { batchSize: 8, epochs: 2, verbose: 0 });
  expect(await outcomeOf(model)).toEqual(await outcomeOf(whole));
  await Promise.all([model.dispose(), whole.dispose()]);
});
