// The cost model against kernels that are counted by hand.

import { describe, expect, test } from "vitest";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { costOf } from "../../src/kernel/cost.ts";
import { type Kernel, type Position, still, sumPositions } from "../../src/kernel/language.ts";
import type { MachineDescription } from "../../src/kernel/machine-description.ts";
import { allStages } from "../../src/kernel/program.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";

const lanes = 16;
const machine: MachineDescription = {
  execution: "vectors",
  lanes,
  registers: 31,
  foldsBroadcast: true,
  bodySteps: 1,
  prefetches: true,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

/** The position of a loop, `factor` elements for each of its runs. */
function steps(at: Position, factor: number): Position {
  return { offset: 0, terms: at.terms.map((term) => ({ ...term, factor: term.factor * factor })) };
}

/** `sums` sums that take `repeats` multiply-adds each, in registers. */
function multiplyAdds(sums: number, repeats: number, tasks = 1): Kernel {
  const w = new KernelWriter("multiplyAdds", lanes);
  const buffer = w.buffer("b", "f32", sums * lanes * tasks);
  const task = w.parallel(tasks);
  const at = (i: number) => sumPositions(still(i * lanes), steps(task, sums * lanes));
  const values = Array.from({ length: sums }, (_, i) =>
    w.variable(w.loadVector(w.access(buffer, at(i)))),
  );
  const factor = w.constant(0.5, "f32", true);
  w.loop(repeats, () => {
    for (const value of values) w.assign(value, w.compute("multiplyAdd", factor, factor, value));
  });
  for (const [i, value] of values.entries()) w.store(w.access(buffer, at(i)), value);
  return w.finish();
}

/** `y = x + x` on `count` vectors. */
function doubles(count: number): Kernel {
  const w = new KernelWriter("doubles", lanes);
  const x = w.buffer("x", "f32", count * lanes);
  const y = w.buffer("y", "f32", count * lanes);
  w.loop(count, (at) => {
    const value = w.loadVector(w.access(x, steps(at, lanes)));
    w.store(w.access(y, steps(at, lanes)), w.compute("add", value, value));
  });
  return w.finish();
}

describe("what is counted", () => {
  test("is every run of every instruction, lane by lane", () => {
    const cost = costOf(multiplyAdds(12, 100, 8), machine);
    expect(cost).toMatchObject({
      multiplyAdds: 12 * 100 * 8 * lanes,
      otherOperations: 0,
      vectorOperations: 0,
      loads: 12 * 8,
      stores: 12 * 8,
      bytes: 2 * 12 * 8 * lanes * 4,
    });
  });

  test("is only what lanes that are stored hold", () => {
    const w = new KernelWriter("tail", lanes);
    const x = w.buffer("x", "f32", 5);
    const value = w.loadVector(w.access(x, still(0)), 5);
    w.store(w.access(x, still(0)), w.compute("multiplyAdd", value, value, value), 5);
    expect(costOf(w.finish(), machine)).toMatchObject({ multiplyAdds: 5, bytes: 2 * 5 * 4 });
  });

  test("is one load a lane where elements lie apart, and one where they are the same", () => {
    const load = (stride: number) => {
      const w = new KernelWriter("load", lanes);
      const x = w.buffer("x", "f32", 1 + (lanes - 1) * stride);
      const y = w.buffer("y", "f32", lanes);
      w.store(w.access(y, still(0)), w.loadVector(w.access(x, still(0)), lanes, stride));
      return costOf(w.finish(), machine);
    };
    expect(load(3)).toMatchObject({ loads: lanes, bytes: 2 * lanes * 4 });
    expect(load(1)).toMatchObject({ loads: 1, bytes: 2 * lanes * 4 });
    expect(load(0)).toMatchObject({ loads: 1, bytes: (1 + lanes) * 4 });
  });

  test("is one load a lane where bytes do not fill a register", () => {
    const loadsOf = (count: number) => {
      const w = new KernelWriter("bytes", lanes);
      const x = w.buffer("x", "u8", lanes);
      const y = w.buffer("y", "f32", lanes);
      const bytes = w.loadVector(w.access(x, still(0)), count);
      w.store(w.access(y, still(0)), w.compute("toF32", bytes), count);
      return costOf(w.finish(), machine).loads;
    };
    expect(loadsOf(3)).toBe(3);
    expect(loadsOf(lanes)).toBe(1);
  });

  test("is a convolution's own number of multiply-adds", () => {
    const x = ops.state("x", { shape: [2, 9, 9, 16], dtype: "f32" });
    const filter = ops.state("filter", { shape: [3, 3, 16, 20], dtype: "f32" });
    const outputs = { y: ops.conv2d(x, filter) };
    const stages = allStages(
      compile("conv", { outputs, updates: [] }, machine, ops, {
        precision: "exact",
      }),
    );
    const costs = stages.flat().map(({ kernel }) => costOf(kernel, machine).multiplyAdds);
    const all = costs.reduce((sum, count) => sum + count, 0);
    expect(all).toBe(2 * 7 * 7 * 20 * 3 * 3 * 16);
  });
});

describe("cycles", () => {
  test("are two operations each, where enough of them do not wait for each other", () => {
    const loop = (12 / 2) * 100;
    const around = 12;
    expect(costOf(multiplyAdds(12, 100), machine).cycles).toBe(loop + around);
  });

  test("are four for each link of a chain", () => {
    expect(costOf(multiplyAdds(1, 100), machine).cycles).toBe(4 * 100 + 1);
    expect(costOf(multiplyAdds(8, 100), machine).cycles).toBe(4 * 100 + 8);
    expect(costOf(multiplyAdds(10, 100), machine).cycles).toBe(5 * 100 + 10);
  });

  test("are one a store, while all fits the first cache", () => {
    expect(costOf(doubles(64), machine).cycles).toBe(64);
  });

  test("grow with every task", () => {
    const one = costOf(multiplyAdds(12, 100), machine).cycles;
    expect(costOf(multiplyAdds(12, 100, 8), machine).cycles).toBe(8 * one);
  });

  test("of a division are many", () => {
    const divide = (op: "divide" | "add") => {
      const w = new KernelWriter(op, lanes);
      const x = w.buffer("x", "f32", lanes);
      const value = w.loadVector(w.access(x, still(0)));
      w.store(w.access(x, still(0)), w.compute(op, value, value));
      return costOf(w.finish(), machine).cycles;
    };
    expect(divide("divide")).toBeGreaterThanOrEqual(10 * divide("add"));
  });
});

describe("memory", () => {
  test("is slow where data comes from beyond the caches", () => {
    const count = 1 << 16;
    const { cycles, bytes, bytesIntoSecond } = costOf(doubles(count), machine);
    expect(bytes).toBe(2 * count * lanes * 4);
    expect(bytesIntoSecond).toBe(bytes);
    expect(cycles).toBeGreaterThan(4 * count);
  });

  /** Goes over `vectors` vectors, `times` times. */
  const passes = (vectors: number, times: number): Kernel => {
    const w = new KernelWriter("passes", lanes);
    const x = w.buffer("x", "f32", vectors * lanes);
    const y = w.buffer("y", "f32", lanes);
    const sum = w.variable(w.constant(0, "f32", true));
    w.loop(times, () => {
      w.loop(vectors, (at) => {
        w.assign(sum, w.compute("add", sum, w.loadVector(w.access(x, steps(at, lanes)))));
      });
    });
    w.store(w.access(y, still(0)), sum);
    return w.finish();
  };

  test("is read once where it stays in the cache, else each time", () => {
    const bytesOf = (vectors: number) => vectors * lanes * 4;
    const result = bytesOf(1);
    expect(costOf(passes(100, 10), machine)).toMatchObject({
      bytes: bytesOf(100) + result,
      bytesIntoFirst: 0,
      bytesIntoSecond: 0,
    });
    expect(costOf(passes(1000, 10), machine)).toMatchObject({
      bytes: bytesOf(1000) + result,
      bytesIntoFirst: 10 * bytesOf(1000) + result,
      bytesIntoSecond: 0,
    });
  });
});

test("the same kernel always costs the same", () => {
  expect(costOf(multiplyAdds(7, 33, 5), machine)).toEqual(costOf(multiplyAdds(7, 33, 5), machine));
});
