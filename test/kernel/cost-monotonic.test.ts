// The cost model against itself, whatever its numbers are: more work, more bytes or fewer threads are never
// predicted to be faster.

import { describe, expect, test } from "vitest";
import { costOf, cyclesOf as cyclesOfDemand } from "../../src/kernel/cost.ts";
import { type Kernel, type Position, still, sumPositions } from "../../src/kernel/language.ts";
import type { MachineDescription } from "../../src/kernel/machine-description.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";
import { cyclesOf } from "../../src/measure/prediction.ts";

const lanes = 8;
const machine: MachineDescription = {
  execution: "vectors",
  lanes,
  registers: 16,
  foldsBroadcast: true,
  bodySteps: 1,
  prefetches: true,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

/** What a kernel does: tasks that go several times over vectors of their own, a few operations on each. */
interface Amounts {
  readonly tasks: number;
  readonly passes: number;
  readonly vectors: number;
  readonly operations: number;
  readonly stores: number;
}

function kernelOf({ tasks, passes, vectors, operations, stores }: Amounts): Kernel {
  const w = new KernelWriter("amounts", lanes);
  const x = w.buffer("x", "f32", tasks * vectors * lanes);
  const y = w.buffer("y", "f32", Math.max(1, stores) * tasks * vectors * lanes);
  const scaled = (at: Position, factor: number) => ({
    offset: 0,
    terms: at.terms.map((term) => ({ ...term, factor: term.factor * factor })),
  });
  const task = scaled(w.parallel(tasks), vectors * lanes);
  w.loop(passes, () => {
    w.loop(vectors, (i) => {
      const at = sumPositions(task, scaled(i, lanes));
      let value = w.loadVector(w.access(x, at));
      for (let j = 0; j < operations; j++) value = w.compute("multiply", value, value);
      for (let j = 0; j < stores; j++) {
        const start = still(j * tasks * vectors * lanes);
        w.store(w.access(y, sumPositions(at, start)), value);
      }
    });
  });
  return w.finish();
}

const small: Amounts = { tasks: 4, passes: 2, vectors: 48, operations: 3, stores: 1 };
/** From what fits the first cache to what fits none. */
const factors = [1, 2, 3, 5, 8, 13, 40, 150, 700, 3000];

describe("more is never predicted to be faster", () => {
  test.each(Object.keys(small) as (keyof Amounts)[])("more %s", (amount) => {
    for (const threads of [1, 2, 3, 16]) {
      const most = amount === "operations" || amount === "stores" ? 40 : 3000;
      const cycles = factors
        .filter((factor) => factor <= most)
        .map((factor) => {
          const kernel = kernelOf({ ...small, [amount]: small[amount] * factor });
          return cyclesOf(costOf(kernel, machine), kernel, threads);
        });
      expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
      expect(cycles[cycles.length - 1]).toBeGreaterThan(cycles[0]);
    }
  });

  test("bytes into either cache, whatever the core does meanwhile", () => {
    const amounts = [0, 1e3, 1e5, 1e7];
    for (const core of amounts) {
      for (const key of ["bytesIntoFirst", "bytesIntoSecond"] as const) {
        const cycles = amounts.map((bytes) => cyclesOfDemand({ core, [key]: bytes }));
        expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
        expect(cycles[0]).toBe(core);
        expect(cycles[3]).toBeGreaterThan(0);
      }
    }
  });
});

test("fewer threads are never predicted to be faster", () => {
  for (const tasks of [1, 2, 3, 7, 16, 1000]) {
    for (const vectors of [4, 400, 40_000]) {
      const kernel = kernelOf({ ...small, tasks, vectors });
      const cost = costOf(kernel, machine);
      const cycles = [32, 16, 8, 5, 4, 3, 2, 1].map((threads) => cyclesOf(cost, kernel, threads));
      expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
    }
  }
});

test("smaller caches are never predicted to be faster", () => {
  for (const factor of factors) {
    const kernel = kernelOf({ ...small, vectors: small.vectors * factor });
    const cyclesWith = (first: number, second: number) =>
      costOf(kernel, { ...machine, cacheBytes: first << 10, secondCacheBytes: second << 10 })
        .cycles;
    const cycles = [cyclesWith(64, 4096), cyclesWith(32, 1024), cyclesWith(16, 256)];
    expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
  }
});
