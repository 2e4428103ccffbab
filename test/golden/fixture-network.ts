// A fixture's network in Fovea: its values and gradients on a device, and its training by fit.

import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { type LossName, lossFrom } from "../../src/nn/losses/index.ts";
import type { Network } from "../../src/nn/network.ts";
import type { SequentialConfig } from "../../src/nn/network-config.ts";
import { networkFrom } from "../../src/nn/network-from.ts";
import { storedOptimizer } from "../../src/nn/optimizers/stored-rate.ts";
import { Model } from "../../src/train/model.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { classes, networkWeights, uniform } from "./shared-numbers.ts";

/** What a fixture says of the network that it is about. */
export interface NetworkFixture {
  readonly network: Omit<SequentialConfig, "name">;
  readonly batch: number;
  readonly loss: string;
}

export interface OptimizerFixture {
  readonly name: string;
  readonly options: object;
}

/** Steps that every fixture is trained for. */
export const steps = 3;

export function networkOf({ network }: NetworkFixture): Network {
  return networkFrom({ name: "golden", ...network });
}

/** Examples for all steps, as the scripts make them. */
export function examplesOf(fixture: NetworkFixture, count = steps * fixture.batch) {
  const { inputShape, outputShape } = networkOf(fixture);
  const outputs = outputShape[0];
  const x = uniform(1, [count, ...inputShape], -1, 1);
  return { x, y: answersOf(fixture.loss, count, outputs) };
}

function answersOf(loss: string, count: number, outputs: number) {
  const shape = [count, outputs];
  switch (loss) {
    case "sparseCategoricalCrossentropy":
      return classes(2, count, outputs);
    case "categoricalCrossentropy": {
      const labels = classes(2, count, outputs).data;
      const data = new Float32Array(count * outputs);
      labels.forEach((label, i) => {
        data[i * outputs + label] = 1;
      });
      return { data, shape };
    }
    case "binaryCrossentropy":
      return { data: Float32Array.from(classes(2, count * outputs, 2).data), shape };
    default:
      return uniform(2, shape, -1, 1);
  }
}

/** Results, loss and gradients of the first batch, before any training. */
export async function firstPass(device: Device, fixture: NetworkFixture, training: boolean) {
  const network = networkOf(fixture);
  const { x, y } = examplesOf(fixture, fixture.batch);
  const state = (name: string, { shape, data }: Tensor) =>
    ops.state(name, { shape, dtype: data instanceof Int32Array ? "i32" : "f32" });
  const values = networkWeights(network);
  const weights = new Map<string, Node>(
    [...values].map(([name, value]) => [name, state(name, value)]),
  );
  const step = ops.input("step", { shape: [], dtype: "i32" });
  const context = { build: ops, training, weights, step, seed: 0 };
  const [output] = network.graph([state("x", x)], context).outputs;
  const perPlace = lossFrom(fixture.loss).values(state("y", y), output, ops);
  const loss = ops.mean(perPlace);
  const trained = network.weights.filter((weight) => weight.trainable);
  const flowing = gradients(
    loss,
    trained.map(({ fullName }) => weights.get(fullName) as Node),
    ops,
  );
  const outputs: Record<string, Node> = { results: output, loss };
  trained.forEach(({ fullName }, i) => {
    outputs[fullName] = flowing[i];
  });
  const sources = {
    x,
    y,
    step: { data: Int32Array.of(1), shape: [] },
    ...Object.fromEntries(values),
  };
  return (await runCompiled(device, { outputs, updates: [] }, sources)).outputs;
}

/** The model after `steps` steps, each on examples of its own, and the losses on the way. */
export async function trainFixture(
  device: Device,
  fixture: NetworkFixture,
  { name, options }: OptimizerFixture,
) {
  const model = new Model(networkOf(fixture), { device });
  await model.setWeights(networkWeights(model.network));
  model.compile({
    optimizer: storedOptimizer(name, options),
    loss: fixture.loss as LossName,
  });
  // Logs hold the mean so far: the loss of a step is what it adds.
  const sums = [0];
  await model.fit(examplesOf(fixture), {
    batchSize: fixture.batch,
    shuffle: false,
    verbose: 0,
    callbacks: [{ onStepEnd: ({ step, logs }) => void sums.push(step * logs.loss) }],
  });
  const losses = sums.slice(1).map((sum, i) => sum - sums[i]);
  return { model, losses };
}
