// From cycles to time: the clock that a peak implies, and tasks that threads share.

import { expect, test } from "vitest";
import { costOf } from "../../src/kernel/cost.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";
import { openDevice } from "../../src/machine/index.ts";
import { clockRate, cyclesOf } from "../../src/measure/prediction.ts";
import { median } from "../../src/measure/timing.ts";

test("a peak implies a clock: two multiply-adds a cycle on all lanes", async () => {
  const device = await openDevice({ target: "interpreter" });
  const { lanes } = device.machine;
  expect(clockRate(4 * lanes * 2.5, device)).toBeCloseTo(2.5);
  await device.close();
});

test("the slowest thread takes the tasks that are left over", async () => {
  const device = await openDevice({ target: "interpreter" });
  const { lanes } = device.machine;
  const w = new KernelWriter("stores", lanes);
  const y = w.buffer("y", "f32", 3 * lanes);
  const task = w.parallel(3);
  const terms = task.terms.map((term) => ({ ...term, factor: lanes }));
  w.store(w.access(y, { offset: 0, terms }), w.constant(1, "f32", true));
  const kernel = w.finish();
  const cost = costOf(kernel, device.machine);
  expect(cost.cycles).toBe(3);
  expect([1, 2, 3, 4].map((threads) => cyclesOf(cost, kernel, threads))).toEqual([3, 2, 1, 1]);
  await device.close();
});

test("the median is the middle value, of an even number the upper one", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(3);
});
