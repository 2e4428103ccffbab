// Activations over all of f32, held to what their docs state: tails, infinities, NaN and numbers too
// small to be normal. On every target.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { normalDistribution } from "../../src/graph/normal-distribution.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { type ActivationName, activate, seluConstants } from "../../src/nn/activations.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { around, error, everywhere, fromBits } from "../kernel/whole-line.ts";
import { widths } from "../machine/x64/widths.ts";

const source = readFileSync(join(import.meta.dirname, "../../src/nn/activations.ts"), "utf8");
const docs = source.matchAll(/within (\d+(?:\.\d+)?) ulp(?:(?!\*\/)[\s\S])*\*\/\s*(\w+)[:(,]/g);
/** The largest errors that the docs allow, in ulp. */
const bounds = Object.fromEntries([...docs].map(([, ulp, name]) => [name, Number(ulp)]));

const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

const meanings: Partial<Record<ActivationName, (x: number) => number>> = {
  elu: (x) => elu(x, 1),
  celu: (x) => elu(x, 1),
  selu: (x) => seluConstants.scale * elu(x, seluConstants.alpha),
  gelu: (x) => x * normalDistribution(x),
  silu: (x) => x * sigmoid(x),
  softplus,
  logSigmoid: (x) => -softplus(-x),
  mish: (x) => x * Math.tanh(softplus(x)),
};

const present = widths.filter(({ missing }) => missing === undefined);
const targets: [string, number, () => Promise<Device>][] = [
  ["the interpreter", 800_011, async () => new InterpreterDevice()],
  ["wasm", 32_749, () => WasmDevice.open({ threads: 1 })],
  ["wasm, in two", 32_749, () => WasmDevice.open({ threads: 1, relaxed: false })],
  ...present.map(({ name, width }): [string, number, () => Promise<Device>] => [
    name,
    32_749,
    () => X64Device.open({ threads: 1, width }),
  ]),
];

const seams = [0, 1e-8, -1e-8, -0.346, -1, -6, -13, -18, -87.3, -88.7, 18, 88.7, 1e10, -1e10];

describe.each(targets)("on %s", (_, step, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  test.each(Object.entries(meanings))("%s is as exact as its doc says", async (name, exact) => {
    const values = fromBits([...everywhere(step), ...seams.flatMap((seam) => [...around(seam)])]);
    const x = ops.input("x", { shape: [values.length], dtype: "f32" });
    const graph = { outputs: { y: activate(name as ActivationName, ops, x) }, updates: [] };
    const { y } = (await runCompiled(device, graph, { x: tensor(values, x.shape) })).outputs;
    let worst = 0;
    let at = 0;
    values.forEach((value, i) => {
      const expected = exact(value);
      // As their docs say, what begins with a power that is no normal number is 0.
      if (y[i] === 0 && Math.abs(expected) < 1.2e-36) return;
      const distance = error(y[i], expected);
      if (distance > worst) [worst, at] = [distance, value];
    });
    expect(worst, `the error of ${name} at ${at}`).toBeLessThanOrEqual(bounds[name]);
  });
});

test("the docs of these activations state their errors", () => {
  expect(Object.keys(bounds).sort()).toEqual(Object.keys(meanings).sort());
});
