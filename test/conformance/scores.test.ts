// Every loss, with its gradient, and every metric, on every target: the compiled graph is the
// reference in f64.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { activate } from "../../src/nn/activations.ts";
import { lossFrom } from "../../src/nn/losses/index.ts";
import { reduceLoss } from "../../src/nn/losses/reduce-loss.ts";
import { metricFrom } from "../../src/nn/metrics/index.ts";
import { widths } from "../machine/x64/widths.ts";
import { machines, runCompiled, runReference } from "./compiled.ts";
import { type LossCase, lossCases } from "./loss-cases.ts";
import { answersFor, examples, type MetricCase, metricCases, resultsFor } from "./metric-cases.ts";
import { relativeError } from "./samples.ts";

const tolerance = 5e-6;

const devices: { name: string; device: Device }[] = [];
beforeAll(async () => {
  for (const machine of machines) {
    const name = `interpreter of ${machine.lanes} lanes`;
    devices.push({ name, device: new InterpreterDevice(machine) });
  }
  devices.push({ name: "wasm", device: await WasmDevice.open({ threads: 2 }) });
  for (const { name, width, missing } of widths) {
    if (missing !== undefined) continue;
    devices.push({ name, device: await X64Device.open({ threads: 2, width }) });
  }
});
afterAll(() => Promise.all(devices.map(({ device }) => device.close())));

for (const { name, missing } of widths) {
  if (missing !== undefined) test.skip(`on ${name}: ${missing}`);
}

/** Numbers that f32 holds exactly. */
function uniform(stream: number, shape: Shape, low: number, high: number): Tensor {
  const random = new RandomStream(5, stream);
  const value = () => Math.fround(low + (high - low) * random.uniform());
  return { data: Float64Array.from({ length: sizeOf(shape) }, value), shape };
}

type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** `view` is what is compared of the outputs. Default: all of them, as they are. */
async function expectAgreement(
  graph: Graph,
  sources: Readonly<Record<string, Tensor>>,
  view = (outputs: Numbers): Numbers => outputs,
) {
  const expected = view(runReference(graph, sources).outputs);
  const tooFar: Record<string, number> = {};
  for (const { name, device } of devices) {
    const outputs = view((await runCompiled(device, graph, sources)).outputs);
    for (const key of Object.keys(expected)) {
      const error = relativeError(outputs[key], expected[key]);
      if (!(error <= tolerance)) tooFar[`${name}, ${key}`] = error;
    }
  }
  expect(tooFar).toEqual({});
}

const losses = Object.entries(lossCases).flatMap(([name, cases]) =>
  cases.map((one: LossCase): [string, string, LossCase] => [
    `${name} ${JSON.stringify(one.options)} after ${one.endsIn}, ${JSON.stringify(one.shape)}`,
    name,
    one,
  ]),
);

describe("losses", () => {
  test.each(losses)("%s", async (_, name, { options, endsIn, shape, range = [-2, 2] }) => {
    const loss = lossFrom(name, options);
    const whole = loss.targets === "classes";
    const random = new RandomStream(5, 9);
    const labels = Int32Array.from({ length: shape[0] }, () => random.below(shape[1]));
    const y = whole ? { data: labels, shape: [shape[0]] } : uniform(9, shape, 0, 1);
    const x = ops.input("x", { shape, dtype: "f32" });
    const { trained } = reduceLoss(loss, {
      build: ops,
      targets: ops.input("y", { shape: y.shape, dtype: whole ? "i32" : "f32" }),
      predictions: activate(endsIn, ops, x),
      weights: ops.input("w", { shape: [shape[0]], dtype: "f32" }),
    });
    const [gradient] = gradients(trained, [x], ops);
    const sources = { x: uniform(1, shape, ...range), y, w: uniform(3, [shape[0]], 0.25, 2) };
    await expectAgreement({ outputs: { trained, gradient }, updates: [] }, sources);
  });
});

describe("metrics", () => {
  const table = Object.entries(metricCases) as [string, MetricCase][];

  test.each(table)("%s", async (kind, { options = {}, targets }) => {
    const y = answersFor(targets);
    const x = resultsFor();
    const whole = targets === "classes";
    const metric = metricFrom(kind, options);
    const outputs = metric.sums({
      build: ops,
      targets: ops.input("y", { shape: y.shape, dtype: whole ? "i32" : "f32" }),
      predictions: ops.input("x", { shape: x.shape, dtype: "f32" }),
      weights: ops.input("w", { shape: [examples], dtype: "f32" }),
    });
    // Sums about a mean are compared once they are moved to 0: about it they are all but 0 themselves.
    const added = (numbers: Numbers): Numbers => {
      const lists = Object.entries(numbers).map(([name, list]) => [name, Array.from(list)]);
      return metric.ofBatch === undefined ? numbers : metric.ofBatch(Object.fromEntries(lists));
    };
    const sources = { x, y, w: uniform(3, [examples], 0.25, 2) };
    await expectAgreement({ outputs, updates: [] }, sources, added);
  });
});
