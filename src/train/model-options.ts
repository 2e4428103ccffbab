// What people say of a model before it runs: how it is made, and how it learns.

import type { OptionNames } from "../core/option.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { Device } from "../machine/device.ts";
import type { OptimizerName } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { PreprocessOption } from "../nn/preprocess.ts";
import type { HeadOptions } from "./heads.ts";

export interface ModelOptions {
  /**
   * Decides first weights, order of examples and dropout; any safe integer. Default: 0.
   *
   * In a model that contains other models, the seed of the outermost one decides, and every weight and
   * every dropout layer has random numbers of its own. A model inside keeps its first weights where it
   * was given a seed, or where they already have values: read, trained, set or loaded.
   */
  readonly seed?: number;
  /**
   * `fast` (the default) computes 3x3 convolutions by Winograd's algorithm where it saves time, whose
   * errors are about ten times those of plain sums: 1e-5 of the largest result. `exact` does not.
   */
  readonly precision?: Precision;
  /**
   * What is done to the numbers of an input before the first layer, whenever the model trains, evaluates or
   * predicts: `{ scale: 1 / 255 }` brings bytes to 0…1. It is saved with the model. For several inputs, records by
   * their names. A model inside another one gets what that one hands it: the outermost record counts.
   * Default: numbers reach the first layer as they are, bytes as 0 to 255.
   */
  readonly preprocess?: PreprocessOption;
  /** Where the model computes. Default: the device that models share. */
  readonly device?: Device;
}

/** The names of those options, for calls that take them. */
export const modelOptionNames: OptionNames<ModelOptions> = {
  seed: true,
  precision: true,
  device: true,
  preprocess: true,
};

export interface CompileOptions {
  /** By name with Keras's defaults, or made: `optimizers.adam({ learningRate: 1e-4 })`. */
  readonly optimizer: OptimizerName | Optimizer;
  /**
   * By name, made, or a function that makes graph nodes: a number for each place. One for every output,
   * a list in their order, or a record by name; `null` trains none. Keras's short names, such as `mse`,
   * are names, too.
   */
  readonly loss: HeadOptions["loss"];
  /** What each output's loss counts in the sum that is trained on. Default: 1. */
  readonly lossWeights?: NonNullable<HeadOptions["lossWeights"]>;
  /**
   * What is measured besides, every example counting alike: a list; with several outputs, a list for
   * each of them or a record by name. Keras's short names, such as `acc`, are names, too.
   */
  readonly metrics?: NonNullable<HeadOptions["metrics"]>;
  /** What is measured by the weights of the examples, in the same forms. */
  readonly weightedMetrics?: NonNullable<HeadOptions["weightedMetrics"]>;
}
