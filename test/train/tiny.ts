// A network and a data set so small that a whole training run takes a moment: what the tests of
// training share.

import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { adam } from "../../src/nn/optimizers/adam.ts";
import type { Preprocess } from "../../src/nn/preprocess.ts";
import type { Callback } from "../../src/train/callback.ts";
import type { Model } from "../../src/train/model.ts";
import type { CompileOptions } from "../../src/train/model-options.ts";
import { sequential } from "../../src/train/sequential.ts";

export const image = [6, 5, 2] as const;
export const classCount = 3;

export interface TinyExamples {
  readonly x: Tensor<Float32Array>;
  readonly y: Tensor<Int32Array>;
}

/** Noise whose class shows in the brightness of its first channel: easy, but not at once. */
export function tinyExamples(count: number, seed = 1): TinyExamples {
  const random = new RandomStream(seed);
  const y = Int32Array.from({ length: count }, () => random.below(classCount));
  const size = sizeOf(image);
  const x = Float32Array.from({ length: count * size }, (_, i) => {
    const brightness = i % 2 === 0 ? 0.3 * y[Math.floor(i / size)] : 0;
    return 0.4 * random.uniform() + brightness;
  });
  return { x: { data: x, shape: [count, ...image] }, y: { data: y, shape: [count] } };
}

/** Every kind of layer that has a state or is random. */
export function tinyLayers(rate = 0.25): Layer[] {
  return [
    layers.conv2d({ filters: 5, kernelSize: 3, padding: "same", inputShape: image }),
    layers.batchNormalization(),
    layers.activation({ activation: "relu" }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dropout({ rate }),
    layers.dense({ units: classCount, activation: "softmax" }),
  ];
}

/** The network of those layers, compiled with Adam unless told otherwise. */
export function tinyModel(
  device: Device,
  {
    seed = 5,
    rate,
    preprocess = {},
    ...compile
  }: { seed?: number; rate?: number; preprocess?: Preprocess } & Partial<CompileOptions> = {},
): Model {
  return sequential(tinyLayers(rate), { seed, device, preprocess }).compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    ...compile,
  });
}

/** What training left: weights, slots, progress and history, without the time that it took. */
export async function outcomeOf(model: Model) {
  const { weights, slots, progress } = await model.getState();
  return {
    weights,
    slots,
    ...progress,
    history: progress.history.map(({ epoch, logs }) => ({ epoch, logs })),
  };
}

/** A callback that does something after a step, counted over all epochs. */
export function afterStep(step: number, act: () => void | Promise<void>): Callback {
  let steps = 0;
  return {
    async onStepEnd() {
      steps++;
      if (steps === step) await act();
    },
  };
}
