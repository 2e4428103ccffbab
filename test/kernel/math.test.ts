// The functions that Fovea computes itself, over all of f32: their errors stay below what their docs
// say, and numbers that are special give what they should. On the interpreter, on WebAssembly with
// multiply-adds rounded once and twice, and on x64; in vectors and one at a time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { errorFunction, normalDistribution } from "../../src/graph/normal-distribution.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { widths } from "../machine/x64/widths.ts";
import { around, error, everywhere, fromBits } from "./whole-line.ts";

const file = join(import.meta.dirname, "../../src/kernel/math.ts");
const docs = readFileSync(file, "utf8").matchAll(
  /within (\d+(?:\.\d+)?) ulp(?:(?!\*\/)[\s\S])*\*\/\s*export function (\w+)/g,
);
/** The largest errors that the docs allow, in ulp. */
const bounds = Object.fromEntries([...docs].map(([, ulp, name]) => [name, Number(ulp)]));

const meanings = {
  exponential: Math.exp,
  logarithm: Math.log,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  exponentialMinusOne: Math.expm1,
  errorFunction,
  normalDistribution,
} as const;
type Name = keyof typeof meanings;
const names = Object.keys(meanings) as Name[];

const devices: Record<string, Device> = {};
beforeAll(async () => {
  devices.interpreter = new InterpreterDevice();
  devices["wasm, fused"] = await WasmDevice.open({ threads: 1 });
  devices["wasm, in two"] = await WasmDevice.open({ threads: 1, relaxed: false });
  for (const { name, width } of present) {
    devices[name] = await X64Device.open({ threads: 1, width });
  }
});
afterAll(() => Promise.all(Object.values(devices).map((device) => device.close())));

const present = widths.filter(({ missing }) => missing === undefined);
const targets = ["interpreter", "wasm, fused", "wasm, in two", ...present.map(({ name }) => name)];

/** Where polynomials, scales and special cases meet. */
const seams = [
  0.625,
  1,
  -1,
  Math.SQRT1_2,
  Math.SQRT2,
  2,
  0.5,
  0.34657359,
  17.32868,
  88.72283,
  -87.33654,
  -103.9,
  -88.72283,
  9.01,
  -9.01,
  2 ** -126,
  3.4e38,
  -0.625,
  1e-6,
  18,
  -18,
  0.9,
  -0.9,
  -13.1,
  14,
  -14,
];

async function results(device: Device, y: Node, sources: Record<string, Float32Array>) {
  const tensors = Object.entries(sources).map(([name, data]) => [
    name,
    tensor(data, [data.length]),
  ]);
  const graph = { outputs: { y }, updates: [] };
  return (await runCompiled(device, graph, Object.fromEntries(tensors))).outputs.y;
}

/** `op` of each of `values`, in vectors. */
function inVectors(device: Device, op: (x: Node) => Node, values: Float32Array) {
  const x = ops.input("x", { shape: [values.length], dtype: "f32" });
  return results(device, op(x), { x: values });
}

/** `op` of each of `values`, one at a time: a place that is looked up has no neighbours. */
function oneByOne(device: Device, op: (x: Node) => Node, values: Float32Array) {
  const x = ops.input("x", { shape: [values.length], dtype: "f32" });
  const places = ops.input("places", { shape: [values.length], dtype: "f32" });
  const found = ops.reshape(ops.gather(x, ops.cast(places, "i32")), [values.length, 1]);
  const sources = { x: values, places: Float32Array.from(values.keys()) };
  return results(device, ops.reduceMaximum(op(found), { axes: [1] }), sources);
}

describe.each(targets)("on %s", (target) => {
  const step = target === "interpreter" ? 400_009 : 8_191;

  test.each(names)("%s is as exact as its doc says, everywhere", async (name) => {
    const values = fromBits([...everywhere(step), ...seams.flatMap((seam) => [...around(seam)])]);
    const received = await inVectors(devices[target], ops[name], values);
    let worst = 0;
    let at = 0;
    values.forEach((value, i) => {
      // What is subnormal counts as 0 for the logarithm, as its doc says.
      const isZero = name === "logarithm" && Math.abs(value) < 2 ** -126 && value >= 0;
      const distance = error(received[i], meanings[name](isZero ? 0 : value));
      if (distance > worst) [worst, at] = [distance, value];
    });
    expect(worst, `the error of ${name} at ${at}`).toBeLessThanOrEqual(bounds[name]);
  });

  test("power is as exact as its doc says", async () => {
    const count = target === "interpreter" ? 4_000 : 100_000;
    const random = new RandomStream(11);
    const a = Float32Array.from({ length: count }, () => Math.exp(60 * random.uniform() - 30));
    const b = Float32Array.from({ length: count }, (_, i) => {
      return (random.uniform() - 0.5) * 2 ** (6 - (i % 12));
    });
    const nodes = [a, b].map((data, i) =>
      ops.input("ab"[i], { shape: [data.length], dtype: "f32" }),
    );
    const received = await results(devices[target], ops.power(nodes[0], nodes[1]), { a, b });
    let worst = 0;
    a.forEach((base, i) => {
      const size = Math.abs(b[i] * Math.log(base));
      if (size > 87) return;
      worst = Math.max(worst, error(received[i], base ** b[i]) / (2 + 2 * size));
    });
    expect(worst).toBeLessThanOrEqual(1);
  });

  const least = 2 ** -149;
  const most = 3.4028234663852886e38;
  const { POSITIVE_INFINITY: infinity, NaN: none } = Number;
  const special: Record<string, [(x: Node) => Node, [number, number][]]> = {
    exponential: [
      ops.exponential,
      [
        [0, 1],
        [-0, 1],
        [least, 1],
        [infinity, infinity],
        [-infinity, 0],
        [most, infinity],
        [-most, 0],
        [none, none],
      ],
    ],
    logarithm: [
      ops.logarithm,
      [
        [1, 0],
        [0, -infinity],
        [-0, -infinity],
        [least, -infinity],
        [-least, none],
        [-1, none],
        [infinity, infinity],
        [-infinity, none],
        [none, none],
      ],
    ],
    tanh: [
      ops.tanh,
      [
        [0, 0],
        [least, least],
        [-least, -least],
        [infinity, 1],
        [-infinity, -1],
        [most, 1],
        [-most, -1],
        [none, none],
      ],
    ],
    sigmoid: [
      ops.sigmoid,
      [
        [0, 0.5],
        [-0, 0.5],
        [least, 0.5],
        [infinity, 1],
        [-infinity, 0],
        [most, 1],
        [-most, 0],
        [none, none],
      ],
    ],
    exponentialMinusOne: [
      ops.exponentialMinusOne,
      [
        [0, 0],
        [1e-8, Math.fround(1e-8)],
        [-1e-8, Math.fround(-1e-8)],
        [least, least],
        [-least, -least],
        [infinity, infinity],
        [-infinity, -1],
        [most, infinity],
        [-most, -1],
        [none, none],
      ],
    ],
    errorFunction: [
      ops.errorFunction,
      [
        [0, 0],
        [infinity, 1],
        [-infinity, -1],
        [most, 1],
        [-most, -1],
        [6, 1],
        [none, none],
      ],
    ],
    normalDistribution: [
      ops.normalDistribution,
      [
        [least, 0.5],
        [infinity, 1],
        [-infinity, 0],
        [most, 1],
        [-most, 0],
        [none, none],
      ],
    ],
    logarithmOnePlus: [
      ops.logarithmOnePlus,
      [
        [0, 0],
        [least, least],
        [-1e-8, Math.fround(-1e-8)],
        [-1, -infinity],
        [-2, none],
        [infinity, infinity],
        [-infinity, none],
        [none, none],
      ],
    ],
    sign: [
      ops.sign,
      [
        [none, none],
        [0, 0],
        [-0, 0],
        [least, 1],
        [-least, -1],
        [1e-30, 1],
        [infinity, 1],
        [-infinity, -1],
        [-most, -1],
      ],
    ],
    "the square": [
      (x) => ops.power(x, ops.constant(2)),
      [
        [0, 0],
        [1, 1],
        [infinity, infinity],
        [most, infinity],
        [none, none],
      ],
    ],
    "the inverse": [
      (x) => ops.power(x, ops.constant(-1)),
      [
        [0, infinity],
        [1, 1],
        [infinity, 0],
        [none, none],
      ],
    ],
    "a power of one": [
      (x) => ops.power(ops.constant(1), x),
      [
        [0, 1],
        [7.5, 1],
        [-most, 1],
        [none, none],
      ],
    ],
  };

  test.each(Object.entries(special))("%s of special numbers", async (_, [op, cases]) => {
    const values = Float32Array.from(cases, ([x]) => x);
    const expected = cases.map(([, y]) => y);
    const vectors = await inVectors(devices[target], op, values);
    expect(Array.from(vectors, (y) => y + 0)).toEqual(expected);
    const single = await oneByOne(devices[target], op, values);
    expect(Array.from(single, (y) => y + 0)).toEqual(expected);
  });
});

test("the docs of all of these functions state their errors", () => {
  expect(Object.keys(bounds).sort()).toEqual([...names].sort());
});
