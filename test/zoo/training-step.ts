// One step of training for an architecture of the zoo, on two small images with weights that follow from their names.

import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { sgd } from "../../src/nn/optimizers/sgd.ts";
import { Model } from "../../src/train/model.ts";
import { zoo } from "../../src/zoo/index.ts";
import { classes, namedWeights, uniform } from "../golden/shared-numbers.ts";

/** Height and width where 32 are too few. */
const sizes: Readonly<Record<string, number>> = {
  alexnet: 63,
  "inception-v3": 75,
  "inception-resnet-v2": 75,
};

/** Options that make a network small without changing what it is made of. */
const options: Readonly<Record<string, object>> = { unet: { filters: 4 } };

/** What a step does: the predictions before it, its loss, and how far it moves the first kernel. */
export interface StepResult {
  readonly predictions: Tensor;
  readonly loss: number;
  readonly moved: number;
}

/** Builds an architecture small, predicts, trains one step, and tells what came of it. */
export async function trainingStep(name: string, device: Device): Promise<StepResult> {
  const { inputShape } = await zoo.architecture(name);
  const size = sizes[name] ?? Math.min(32, inputShape[0]);
  const shape = [size, size, inputShape[2]];
  const network = await zoo.build(name, { inputShape: shape, classes: 3, ...options[name] });
  const model = new Model(network, { device });
  await model.setWeights(namedWeights(network, 0.7));
  const x = uniform(1, [2, ...shape], 0, 1);
  const predictions = (await model.predict(x)) as Tensor;
  const optimizer = sgd({ learningRate: 0.01 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  const kernel = network.weights.find(({ trainable }) => trainable)?.fullName ?? "";
  const before = (await model.getWeights()).get(kernel)?.data ?? [];
  const labels = network.outputShape.length === 1 ? [2] : [2, ...network.outputShape.slice(0, -1)];
  const count = labels.reduce((product, one) => product * one, 1);
  const y = { data: classes(2, count, 3).data, shape: labels };
  const { history } = await model.fit({ x, y }, { batchSize: 2, verbose: 0 });
  const after = (await model.getWeights()).get(kernel)?.data ?? [];
  await model.dispose();
  const moved = Math.max(...Array.from(before, (value, i) => Math.abs(value - after[i])));
  return { predictions, loss: history.loss[0], moved };
}
