// What conformance knows of every optimizer: Keras's defaults, options with their slots and formulas,
// and what is refused; and a small model to try them on.

import { RandomStream } from "../../src/core/random.ts";
import type { Device } from "../../src/machine/device.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { OptimizerName } from "../../src/nn/optimizers/index.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { sequential } from "../../src/train/sequential.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  lamb,
  lion,
  nadam,
  rmsprop,
  type Stepper,
  sgd,
} from "./optimizer-formulas.ts";

export interface OptimizerCase {
  readonly options: object;
  readonly slots: readonly string[];
  /** Keras's `update_step`, written out. */
  readonly stepper: () => Stepper;
}

const moments = ["momentum", "velocity"];
const betas = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const otherBetas = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.01 };
const refusedBetas = [
  { options: { beta1: 1 }, names: "beta1" },
  { options: { beta2: -0.1 }, names: "beta2" },
  { options: { epsilon: 0 }, names: "epsilon" },
];

export const cases = {
  adadelta: {
    defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
    variants: [
      {
        options: {},
        slots: ["accumulated_grad", "accumulated_delta_var"],
        stepper: adadelta(0.95, 1e-7),
      },
      {
        options: { learningRate: 1, rho: 0.5, epsilon: 1e-3 },
        slots: ["accumulated_grad", "accumulated_delta_var"],
        stepper: adadelta(0.5, 1e-3),
      },
    ],
    refused: [
      { options: { rho: 1 }, names: "rho" },
      { options: { epsilon: -1 }, names: "epsilon" },
    ],
  },
  adagrad: {
    defaults: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
    variants: [
      { options: {}, slots: ["accumulator"], stepper: adagrad(0.1, 1e-7) },
      {
        options: { learningRate: 0.5, initialAccumulatorValue: 0, epsilon: 0.1 },
        slots: ["accumulator"],
        stepper: adagrad(0, 0.1),
      },
    ],
    refused: [{ options: { initialAccumulatorValue: -1 }, names: "initialAccumulatorValue" }],
  },
  adam: {
    defaults: { learningRate: 0.001, ...betas, amsgrad: false },
    variants: [
      { options: {}, slots: moments, stepper: adam(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: adam(0.5, 0.75, 0.01) },
      { options: { beta1: 0, beta2: 0 }, slots: moments, stepper: adam(0, 0, 1e-7) },
      {
        options: { beta2: 0.5, amsgrad: true },
        slots: [...moments, "velocity_hat"],
        stepper: adam(0.9, 0.5, 1e-7, true),
      },
    ],
    refused: refusedBetas,
  },
  adamW: {
    defaults: { learningRate: 0.001, ...betas, amsgrad: false, weightDecay: 0.004 },
    variants: [
      { options: {}, slots: moments, stepper: adam(0.9, 0.999, 1e-7, false, 0.004) },
      {
        options: { ...otherBetas, weightDecay: 0.5 },
        slots: moments,
        stepper: adam(0.5, 0.75, 0.01, false, 0.5),
      },
    ],
    refused: [...refusedBetas, { options: { weightDecay: -1 }, names: "weightDecay" }],
  },
  adamax: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: ["momentum", "norm"], stepper: adamax(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: ["momentum", "norm"], stepper: adamax(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  lamb: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: moments, stepper: lamb(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: lamb(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  lion: {
    defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
    variants: [
      { options: {}, slots: ["momentum"], stepper: lion(0.9, 0.99) },
      {
        options: { learningRate: 0.1, beta1: 0.3, beta2: 0.5 },
        slots: ["momentum"],
        stepper: lion(0.3, 0.5),
      },
    ],
    refused: [
      { options: { beta1: 0 }, names: "beta1" },
      { options: { beta2: 1 }, names: "beta2" },
    ],
  },
  nadam: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: moments, stepper: nadam(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: nadam(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  rmsprop: {
    defaults: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    variants: [
      { options: {}, slots: ["velocity"], stepper: rmsprop(0.9, 0, 1e-7, false) },
      {
        options: { rho: 0.5, momentum: 0.9 },
        slots: ["velocity", "momentum"],
        stepper: rmsprop(0.5, 0.9, 1e-7, false),
      },
      {
        options: { learningRate: 0.1, rho: 0.5, centered: true, epsilon: 0.01 },
        slots: ["velocity", "average_gradient"],
        stepper: rmsprop(0.5, 0, 0.01, true),
      },
    ],
    refused: [
      { options: { rho: 1 }, names: "rho" },
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { epsilon: 0 }, names: "epsilon" },
    ],
  },
  sgd: {
    defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
    variants: [
      { options: {}, slots: [], stepper: sgd(0, false) },
      { options: { momentum: 0.9 }, slots: ["momentum"], stepper: sgd(0.9, false) },
      {
        options: { learningRate: 0.3, momentum: 0.5, nesterov: true },
        slots: ["momentum"],
        stepper: sgd(0.5, true),
      },
      { options: { nesterov: true }, slots: [], stepper: sgd(0, true) },
    ],
    refused: [
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { momentum: -0.1 }, names: "momentum" },
    ],
  },
} satisfies Record<
  OptimizerName,
  {
    readonly defaults: object;
    readonly variants: readonly OptimizerCase[];
    readonly refused: readonly { readonly options: object; readonly names: string }[];
  }
>;

/** What every optimizer refuses beside its own options. */
export const refusedByAll = [
  ...[-1, Number.NaN, Number.POSITIVE_INFINITY].map((learningRate) => ({
    options: { learningRate },
    names: "learningRate",
  })),
  { options: { weightDecay: Number.NaN }, names: "weightDecay" },
  { options: { excludeFromWeightDecay: "bias" }, names: "excludeFromWeightDecay" },
  { options: { excludeFromWeightDecay: [1] }, names: "excludeFromWeightDecay" },
  { options: { useEma: 1 }, names: "useEma" },
  { options: { learningRate: "fast" }, names: "learningRate" },
  { options: { learningRate: { name: 3 } }, names: "schedule" },
  { options: { learningRateMultipliers: null }, names: "learningRateMultipliers" },
  { options: { clipValue: 0 }, names: "clipValue" },
  { options: { clipNorm: -1 }, names: "clipNorm" },
  { options: { globalClipNorm: Number.NaN }, names: "globalClipNorm" },
  { options: { clipNorm: 1, clipValue: 1 }, names: "clipValue, clipNorm" },
  { options: { emaMomentum: 1.5 }, names: "emaMomentum" },
  { options: { emaOverwriteFrequency: 0 }, names: "emaOverwriteFrequency" },
  { options: { gradientAccumulationSteps: 1 }, names: "gradientAccumulationSteps" },
  { options: { learningRateMultipliers: { dense: -1 } }, names: "learningRateMultipliers" },
];

/** What every optimizer can do around its rule, with the slots that it takes. */
export const around = [
  { options: { weightDecay: 0.1, clipNorm: 0.5 }, slots: [] },
  { options: { useEma: true, emaOverwriteFrequency: 3 }, slots: ["average"] },
  { options: { gradientAccumulationSteps: 2 }, slots: ["gradient_accumulator"] },
  {
    options: {
      useEma: true,
      emaMomentum: 0.5,
      gradientAccumulationSteps: 4,
      globalClipNorm: 0.5,
      learningRateMultipliers: { "conv*": 0.1 },
    },
    slots: ["average", "gradient_accumulator"],
  },
];

export function examples(count: number) {
  const random = new RandomStream(12);
  const value = () => 2 * random.uniform() - 1;
  return {
    x: { data: Float32Array.from({ length: count * 8 }, value), shape: [count, 2, 2, 2] },
    y: { data: Float32Array.from({ length: count * 2 }, value), shape: [count, 2] },
  };
}

export function modelWith(optimizer: Optimizer, device: Device) {
  const model = sequential(
    [
      layers.conv2d({ filters: 3, kernelSize: 2, activation: "tanh", inputShape: [2, 2, 2] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    { seed: 8, device },
  );
  return model.compile({ optimizer, loss: "meanSquaredError" });
}
