// What a network costs: numbers in its weights, layers, multiply-adds, and the time and memory of one picture on this
// machine.

import { sizeOf } from "../core/shape.ts";
import type { Device } from "../machine/device.ts";
import { prepareStep } from "../measure/step.ts";
import { sparseCategoricalCrossentropy } from "../nn/losses/sparse-categorical-crossentropy.ts";
import type { Network } from "../nn/network.ts";
import { countsOf } from "../zoo/figures.ts";

/** What a network costs. */
export interface ModelCost {
  /** All numbers in the weights. */
  readonly parameters: number;
  /** Those that training changes. */
  readonly trainableParameters: number;
  /** Layers that compute, those of nested networks among them. */
  readonly layers: number;
  /** Multiply-adds of one picture, in billions. */
  readonly gmacs: number;
  /** Milliseconds of one picture, the median of several. */
  readonly milliseconds: number;
  /** MiB of the weights and of everything that is computed for one picture. */
  readonly memoryMiB: number;
}

/** Measurements of which the median counts. */
const repeats = 7;

/** Counts a network, and measures it on one picture at a time. */
export async function modelCost(network: Network, device: Device): Promise<ModelCost> {
  const step = await prepareStep(device, {
    network,
    mode: "inference",
    batch: 1,
    loss: sparseCategoricalCrossentropy(),
  });
  try {
    await step.stopwatch.warmUp();
    const { arenaBytes } = step.program;
    const weightBytes = network.weights.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
    return {
      ...countsOf(network),
      layers: network.steps.length,
      milliseconds: await step.stopwatch.median(repeats),
      memoryMiB: (weightBytes + arenaBytes) / 2 ** 20,
    };
  } finally {
    step.close();
  }
}
