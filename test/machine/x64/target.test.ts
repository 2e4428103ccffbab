// Machine code against the interpreter: kernels written to be awkward, and random ones. The ops of the
// graph are held to their references on x64 in test/conformance/targets.test.ts.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type KernelOp,
  kernelOps,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "../../../src/kernel/language.ts";
import { exponential, logarithm, sigmoid, tanh } from "../../../src/kernel/math.ts";
import { KernelWriter } from "../../../src/kernel/writer.ts";
import type { Device } from "../../../src/machine/device.ts";
import { InterpreterDevice } from "../../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../../src/machine/wasm/index.ts";
import { X64Device } from "../../../src/machine/x64/index.ts";
import { makeContents, makeKernel } from "./kernel-maker.ts";
import { waitingProgram } from "./long-kernel.ts";
import { differences, runKernelOn } from "./run-kernel.ts";
import { widths } from "./widths.ts";

/** Writes a kernel into `w`; whole numbers keep every sum exact. */
type Write = (w: KernelWriter) => void;

const on = (w: KernelWriter, op: KernelOp, ...args: Register[]) => w.compute(op, ...args);
const times = timesPosition;

/** 40 sums of vectors in a loop, and 20 of single numbers: more than any register file holds. */
const spilledSums: Write = (w) => {
  const wholes = w.buffer("wholes", "f32", 400);
  const out = w.buffer("out", "f32", 60 * w.lanes);
  const sums = Array.from({ length: 60 }, (_, i) => w.variable(w.constant(i, "f32", i < 40)));
  w.loop(5, (at) => {
    for (const [i, sum] of sums.entries()) {
      const place = w.access(wholes, sumPositions(times(at, 3), still(2 * i)));
      const value = sum.vector ? w.loadVector(place) : w.loadOne(place);
      const next = w.loadOne(w.access(wholes, sumPositions(at, still(i))));
      w.assign(sum, on(w, "multiplyAdd", sum.vector ? w.splat(next) : next, value, sum));
    }
  });
  sums.forEach((sum, i) => {
    w.store(w.access(out, still(i * w.lanes)), sum);
  });
};

/** Fourteen streams that every loop of a deep nest moves, some of them backwards. */
const spilledPointers: Write = (w) => {
  const task = w.parallel(3);
  const buffers = Array.from({ length: 14 }, (_, i) => w.buffer(`wholes${i}`, "f32", 200));
  const out = w.buffer("out", "f32", 3 * w.lanes);
  const sum = w.variable(w.constant(0, "f32", true));
  const nest = (depth: number, open: readonly Position[]): void => {
    if (depth > 0) {
      w.loop(2, (at) => nest(depth - 1, [...open, at]));
      return;
    }
    for (const [i, buffer] of buffers.entries()) {
      const moved = open.map((at, d) => times(at, (d + i) % 3 === 0 ? -(d + 1) : d + 2));
      const place = sumPositions(...moved, times(task, 5), still(60 + i));
      w.assign(sum, on(w, "add", sum, w.loadVector(w.access(buffer, place))));
    }
  };
  nest(6, []);
  w.store(w.access(out, times(task, w.lanes)), sum);
};

/** Every operation on every mix of constants and values, single and in vectors. */
const constantsEverywhere: Write = (w) => {
  const floats = w.buffer("floats", "f32", 64);
  const ints = w.buffer("ints", "i32", 64);
  const stores: Register[] = [];
  const intsOnly: KernelOp[] = ["xor", "and", "or", "shiftLeft", "shiftRight", "multiplyHigh"];
  const ofInts: KernelOp[] = [...intsOnly, "toF32", "bitsToF32"];
  for (const op of Object.keys(kernelOps) as KernelOp[]) {
    for (const vector of [true, false]) {
      const type = ofInts.includes(op) ? "i32" : "f32";
      const constant = (i: number) => w.constant([3, -2.5, 7][i] | 0, type, vector);
      const place = (i: number) => w.access(type === "f32" ? floats : ints, still(9 * i + 5));
      const value = (i: number) => (vector ? w.loadVector(place(i)) : w.loadOne(place(i)));
      const count = kernelOps[op];
      for (let mix = 0; mix < 2 ** count; mix++) {
        const args = Array.from({ length: count }, (_, i) =>
          (mix >> i) % 2 === 0 ? constant(i) : value(i),
        );
        if (op === "select") args[0] = on(w, "less", args[0], args[1]);
        if (op.startsWith("shift")) args[1] = w.constant(mix + 3, "i32", vector);
        const result = on(w, op, ...args);
        const [one, two] = [1, 2].map((number) => w.constant(number, "f32", vector));
        stores.push(result.type === "mask" ? on(w, "select", result, one, two) : result);
      }
    }
  }
  const outs = { f32: w.buffer("out f", "f32", 4000), i32: w.buffer("out i", "i32", 4000) };
  stores.forEach((value, i) => {
    w.store(w.access(outs[value.type as "f32" | "i32"], still(i * w.lanes)), value);
  });
};

/** Variables that are arguments of what they take, in every seat. */
const variablesInPlace: Write = (w) => {
  const wholes = w.buffer("wholes", "f32", 64);
  const out = w.buffer("out", "f32", 12 * w.lanes);
  const a = w.loadVector(w.access(wholes, still(0)));
  const b = w.loadVector(w.access(wholes, still(20)));
  const steps: ((v: Register) => Register)[] = [
    (v) => on(w, "multiplyAdd", v, a, b),
    (v) => on(w, "multiplyAdd", a, v, b),
    (v) => on(w, "multiplyAdd", a, b, v),
    (v) => on(w, "multiplyAdd", v, v, a),
    (v) => on(w, "multiplyAdd", v, a, v),
    (v) => on(w, "multiplyAdd", a, v, v),
    (v) => on(w, "multiplyAdd", v, v, v),
    (v) => on(w, "select", on(w, "less", v, a), v, b),
    (v) => on(w, "select", on(w, "lessEqual", a, v), b, v),
    (v) => on(w, "maximum", v, a),
    (v) => on(w, "minimum", a, v),
    (v) => on(w, "subtract", v, v),
  ];
  steps.forEach((step, i) => {
    const variable = w.variable(b);
    w.loop(2, () => w.assign(variable, step(variable)));
    w.store(w.access(out, still(i * w.lanes)), variable);
  });
};

/** Repeated numbers that are overwritten between their load and their use. */
const overwritten: Write = (w) => {
  const wholes = w.buffer("wholes", "f32", 64);
  const out = w.buffer("out", "f32", w.lanes);
  const sum = w.variable(w.constant(0, "f32", true));
  const factor = w.loadVector(w.access(wholes, still(20)));
  w.loop(3, (at) => {
    const one = w.loadVector(w.access(wholes, at), w.lanes, 0);
    w.store(w.access(wholes, at), w.constant(100));
    w.assign(sum, on(w, "multiplyAdd", one, factor, sum));
  });
  w.store(w.access(out, still(0)), sum);
};

/** Loads and stores of 1 to all lanes, next to each other and apart, of every type. */
const partialLanes: Write = (w) => {
  const sources = [w.buffer("floats", "f32", 300), w.buffer("ints", "i32", 300)];
  const bytes = w.buffer("bytes", "u8", 300);
  const outs = [w.buffer("out f", "f32", 4500), w.buffer("out i", "i32", 4500)];
  const outBytes = w.buffer("out u", "u8", 9000);
  let [next, nextByte] = [0, 0];
  for (let lanes = 1; lanes <= w.lanes; lanes++) {
    for (const stride of [1, 3, 2, 0]) {
      const from = still(lanes);
      sources.forEach((source, i) => {
        const value = w.loadVector(w.access(source, from), stride === 0 ? w.lanes : lanes, stride);
        w.store(w.access(outs[i], still(next)), value, lanes);
      });
      next += w.lanes + 1;
      const active = stride === 0 ? w.lanes : lanes;
      const byte = w.loadVector(w.access(bytes, from), active, stride);
      const more = on(w, "multiply", byte, w.constant(-7, "i32", true));
      w.store(w.access(outBytes, still(nextByte)), more, lanes);
      nextByte += w.lanes + 1;
    }
  }
};

/** Rows looked up by numbers below, inside and above their limits, beside a loop. */
const lookups: Write = (w) => {
  const table = w.buffer("floats", "f32", 300);
  const indices = w.buffer("ints", "i32", 64);
  const out = w.buffer("out", "f32", 64 * w.lanes);
  const task = w.parallel(4);
  w.loop(5, (at) => {
    const value = w.loadOne(w.access(indices, sumPositions(times(task, 5), at)));
    const other = w.loadOne(w.access(indices, sumPositions(at, still(32))));
    const bounded = [
      { value, limit: 9, factor: 16 },
      { value: other, limit: 4, factor: -3 },
    ];
    const row = w.loadVector(w.access(table, sumPositions(at, still(12)), bounded));
    const one = w.loadOne(w.access(table, still(0), [{ value, limit: 300, factor: 1 }]));
    const place = sumPositions(times(task, 5 * w.lanes), times(at, w.lanes));
    w.store(w.access(out, place), on(w, "subtract", row, one));
  });
};

/** The same, each lane from a place of its own: in registers and in memory, alone and beside others. */
const scattered: Write = (w) => {
  const table = w.buffer("floats", "f32", 300);
  const wholes = w.buffer("moreInts", "i32", 90);
  const indices = w.buffer("ints", "i32", 64 + w.lanes);
  const out = w.buffer("out", "f32", 3 * w.lanes);
  const outWholes = w.buffer("outInts", "i32", 3 * w.lanes);
  const held = Array.from({ length: 30 }, (_, i) => w.loadVector(w.access(indices, still(2 * i))));
  w.loop(3, (at) => {
    const value = w.loadVector(w.access(indices, times(at, 20)));
    const single = w.loadOne(w.access(indices, at));
    const bounded = [
      { value, limit: 9, factor: 16 },
      { value: single, limit: 4, factor: -3 },
      { value: held[7], limit: 20, factor: 5 },
    ];
    const first = w.loadVector(w.access(table, sumPositions(at, still(12)), bounded), w.lanes, 0);
    const alone = w.access(table, still(0), [{ value: held[29], limit: 300, factor: 1 }]);
    const difference = on(w, "subtract", first, w.loadVector(alone, w.lanes, 0));
    w.store(w.access(out, times(at, w.lanes)), difference);
    const other = w.access(wholes, still(3), [{ value, limit: 29, factor: 3 }]);
    const sum = held.reduce((a, b) => on(w, "add", a, b), w.loadVector(other, w.lanes, 0));
    w.store(w.access(outWholes, times(at, w.lanes)), sum);
  });
};

/** Pointers that begin before their buffer's first element, or walk towards it. */
const negativeOrigins: Write = (w) => {
  const wholes = w.buffer("wholes", "f32", 120);
  const out = w.buffer("out", "f32", 8 * w.lanes);
  const sum = w.variable(w.constant(0, "f32", true));
  w.loop(4, (i) => {
    w.loop(3, (j) => {
      const back = sumPositions(times(i, -20), times(j, -5), still(75));
      const ahead = sumPositions(times(i, 30), times(j, -7), still(14));
      const first = w.loadVector(w.access(wholes, back));
      w.assign(sum, on(w, "multiplyAdd", first, w.loadVector(w.access(wholes, ahead), 3, 1), sum));
      w.store(w.access(out, sumPositions(times(i, -w.lanes), still(7 * w.lanes))), sum);
    });
  });
};

/** Conversions at the edges of what fits. */
const edges: Write = (w) => {
  const values = [
    0,
    0.5,
    -0.75,
    2147483520,
    2147483648,
    4e9,
    1e38,
    -2147483648,
    -2147483904,
    -1e38,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    1.5,
    -1.5,
    16777217,
  ];
  const out = w.buffer("out", "i32", 2 * values.length * w.lanes);
  values.forEach((value, i) => {
    for (const vector of [true, false]) {
      const whole = on(w, "toI32", w.constant(value, "f32", vector));
      const at = (2 * i + Number(vector)) * w.lanes;
      w.store(w.access(out, still(at)), on(w, "or", whole, w.constant(0, "i32", vector)));
    }
  });
};

/** What is not a number, zeros of both signs and subnormal numbers, in every comparison. */
const oddNumbers: Write = (w) => {
  const values = [0, -0, 1e-40, -1e-45, 1, Number.NaN, Number.POSITIVE_INFINITY];
  const out = w.buffer("out", "f32", 5 * values.length ** 2 * w.lanes);
  let at = 0;
  for (const a of values) {
    for (const b of values) {
      const [x, y] = [w.constant(a, "f32", true), w.constant(b, "f32", true)];
      const flag = (op: KernelOp) =>
        on(w, "select", on(w, op, x, y), x, w.constant(5, "f32", true));
      const results = [on(w, "maximum", x, y), on(w, "minimum", x, y), on(w, "multiply", x, y)];
      for (const value of [...results, flag("less"), flag("equal")]) {
        w.store(w.access(out, still(at++ * w.lanes)), value);
      }
    }
  }
};

const awkward: Record<string, Write> = {
  "spilled sums": spilledSums,
  "spilled pointers in deep loops": spilledPointers,
  "constants as every operand": constantsEverywhere,
  "variables that are their own arguments": variablesInPlace,
  "numbers that are overwritten after their load": overwritten,
  "1 to all lanes, strides, bytes": partialLanes,
  "lookups out of bounds": lookups,
  "lookups of each lane": scattered,
  "negative origins": negativeOrigins,
  "conversions that do not fit": edges,
  "odd numbers": oddNumbers,
};

const functions = {
  exponential: { write: exponential, exact: Math.exp, ulps: 2, from: -87, to: 88 },
  logarithm: { write: logarithm, exact: Math.log, ulps: 2, from: 1e-3, to: 1e4 },
  tanh: { write: tanh, exact: Math.tanh, ulps: 2, from: -10, to: 10 },
  sigmoid: {
    write: sigmoid,
    exact: (x: number) => 1 / (1 + Math.exp(-x)),
    ulps: 4,
    from: -80,
    to: 80,
  },
};

/** The distance between neighbouring f32 numbers at `value`. */
const ulpOf = (value: number) => 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(value))) - 23);

describe.each(widths)("$name", ({ width, missing }) => {
  if (missing !== undefined) {
    test.skip(missing);
    return;
  }
  let device: Device;
  let wasm: Device;
  beforeAll(async () => {
    device = await X64Device.open({ threads: 2, width });
    wasm = await WasmDevice.open({ threads: 1 });
  });
  afterAll(() => Promise.all([device.close(), wasm.close()]));

  test.each(Object.entries(awkward))(
    "computes what the interpreter does: %s",
    async (name, write) => {
      const w = new KernelWriter(name, width / 32);
      write(w);
      const kernel = w.finish();
      const before = makeContents(kernel, 5);
      const expected = await runKernelOn(new InterpreterDevice(device.machine), kernel, before);
      const received = await runKernelOn(device, kernel, before);
      expect(differences(kernel, expected, received)).toEqual([]);
    },
  );

  test("rounds a multiply-add once: within 1 ulp of the interpreter", async () => {
    const w = new KernelWriter("multiplyAdd", width / 32);
    const [a, b, c] = ["a", "b", "c"].map((name) => w.buffer(name, "f32", 64 * w.lanes));
    const out = w.buffer("out", "f32", 64 * w.lanes);
    w.loop(64, (i) => {
      const at = times(i, w.lanes);
      const [x, y, z] = [a, b, c].map((from) => w.loadVector(w.access(from, at)));
      w.store(w.access(out, at), on(w, "multiplyAdd", x, y, z));
    });
    const kernel = w.finish();
    const before = makeContents(kernel, 6);
    const expected = await runKernelOn(new InterpreterDevice(device.machine), kernel, before);
    const received = await runKernelOn(device, kernel, before);
    expect(differences(kernel, expected, received, 1)).toEqual([]);
  });

  test.each(Object.entries(functions))("%s is as exact as it says", async (name, of) => {
    const steps = 200;
    const w = new KernelWriter(name, width / 32);
    const count = steps * w.lanes;
    const [x, y] = ["x", "y"].map((buffer) => w.buffer(buffer, "f32", count));
    w.loop(steps, (i) => {
      const at = times(i, w.lanes);
      w.store(w.access(y, at), of.write(w, w.loadVector(w.access(x, at))));
    });
    const values = Array.from({ length: count }, (_, i) =>
      Math.fround(of.from + ((of.to - of.from) * i) / count),
    );
    const [, results] = await runKernelOn(device, w.finish(), [values, new Array(count).fill(0)]);
    const errors = values.map((value, i) => {
      const exact = of.exact(value);
      return exact === results[i] ? 0 : Math.abs(results[i] - exact) / ulpOf(exact);
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(of.ulps + 0.5);
  });

  test("random kernels leave the same bits as on the interpreter and on wasm", async () => {
    const plans = fc.record({
      seed: fc.nat(),
      length: fc.integer({ min: 1, max: 60 }),
      depth: fc.nat({ max: 3 }),
      tasks: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        for (const tested of width === 512 ? [device, wasm] : [device]) {
          const kernel = makeKernel({ ...plan, lanes: tested.machine.lanes });
          const before = makeContents(kernel, plan.seed);
          const reference = new InterpreterDevice(tested.machine);
          const expected = await runKernelOn(reference, kernel, before);
          const received = await runKernelOn(tested, kernel, before);
          expect(differences(kernel, expected, received), tested.target).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a kernel may have thousands of constants", async () => {
    const count = 3000;
    const w = new KernelWriter("constants", width / 32);
    const [x, y] = ["x", "y"].map((name) => w.buffer(name, "f32", count));
    for (let i = 0; i < count; i++) {
      const value = on(w, "add", w.loadOne(w.access(x, still(i))), w.constant(i + 0.5));
      w.store(w.access(y, still(i)), value);
    }
    const zeros = new Array<number>(count).fill(0);
    const [, after] = await runKernelOn(device, w.finish(), [zeros, zeros]);
    expect(after).toEqual(zeros.map((_, i) => i + 0.5));
  });

  test("a program that could leave its memory is refused when it is loaded", async () => {
    const w = new KernelWriter("wild", width / 32);
    const out = w.buffer("out", "f32", 64);
    w.store(w.access(out, still(64)), w.constant(1));
    const storage = { name: "out", dtype: "f32", size: 64 } as const;
    const sound = waitingProgram(width / 32, 1);
    const states = new Map([["out", device.allocate(256)]]);
    const wild = { ...sound, stages: [[{ kernel: w.finish(), bindings: [storage] }]] };
    await expect(device.load(wild, states)).rejects.toThrow("could leave its buffer");
    const other = new InterpreterDevice();
    const foreign = new Map([["out", other.allocate(256)]]);
    await expect(device.load(sound, foreign)).rejects.toThrow("another device's memory");
    const narrow = new Map([["out", device.allocate(8)]]);
    await expect(device.load(sound, narrow)).rejects.toThrow("is too small");
    const freed = device.allocate(256);
    device.free(freed);
    await expect(device.load(sound, new Map([["out", freed]]))).rejects.toThrow(
      "after it was given back",
    );
  });

  test("kernels for vectors of other widths are refused", async () => {
    const w = new KernelWriter("wide", 4);
    w.store(w.access(w.buffer("out", "f32", 4), still(0)), w.constant(1, "f32", true));
    await expect(runKernelOn(device, w.finish(), [[0, 0, 0, 0]])).rejects.toThrow(
      "another machine",
    );
  });
});
