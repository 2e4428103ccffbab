// What every optimizer takes beside its own options, as in Keras.

import { isWhole, requireFlag, requireNumber, requireOption } from "../../core/option.ts";
import type { KerasNames } from "../facts.ts";
import type { LearningRate } from "./learning-rate.ts";

export interface OptimizerOptions {
  /** The size of a step, or a schedule of it. Default: 0.001. */
  readonly learningRate?: LearningRate;
  /**
   * Weight decay: at each step a weight shrinks by this share of itself, times the learning rate.
   * Default: none.
   */
  readonly weightDecay?: number;
  /**
   * Weights whose names contain one of these words have no weight decay, such as `bias`; a word
   * with `/` is compared with the full name, such as `conv2d/kernel`. Default: none.
   */
  readonly excludeFromWeightDecay?: readonly string[];
  /** Elements of gradients are clipped to −clipValue … clipValue. Default: no clipping. */
  readonly clipValue?: number;
  /** Each weight's gradient is scaled down to at most this norm. Default: no clipping. */
  readonly clipNorm?: number;
  /** All gradients together are scaled down to at most this norm. Default: no clipping. */
  readonly globalClipNorm?: number;
  /**
   * Whether a moving average of the weights (EMA) replaces them after the last epoch of `fit`.
   * Further training goes on from there. Default: false.
   */
  readonly useEma?: boolean;
  /** How much of the average is kept at each step. Default: 0.99. */
  readonly emaMomentum?: number;
  /** The weights are replaced by their average every so many steps. Default: never. */
  readonly emaOverwriteFrequency?: number;
  /** How many steps the gradients of one update are averaged over. Default: 1. */
  readonly gradientAccumulationSteps?: number;
  /**
   * Factors of the learning rate by layer name, where `*` stands for any text. The first name that
   * fits counts; for other layers the factor is 1. Default: none.
   */
  readonly learningRateMultipliers?: Readonly<Record<string, number>>;
}

/** Keras's names of those options; it has no learning rates of single layers. */
export const optimizerNames = {
  learningRate: "learning_rate",
  weightDecay: "weight_decay",
  excludeFromWeightDecay: null,
  clipValue: "clipvalue",
  clipNorm: "clipnorm",
  globalClipNorm: "global_clipnorm",
  useEma: "use_ema",
  emaMomentum: "ema_momentum",
  emaOverwriteFrequency: "ema_overwrite_frequency",
  gradientAccumulationSteps: "gradient_accumulation_steps",
  learningRateMultipliers: null,
} as const satisfies KerasNames<OptimizerOptions>;

type SharedName = Exclude<keyof OptimizerOptions, "learningRate">;

const sharedNames = Object.keys(optimizerNames).filter(
  (name) => name !== "learningRate",
) as readonly SharedName[];

/** Options of optimizers that follow the mean of the gradients and of their squares. */
export interface MomentOptions extends OptimizerOptions {
  /** How much of the mean of the gradients is kept at each step. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean of their squares is kept at each step. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the divisor, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
}

export const momentNames = {
  ...optimizerNames,
  beta1: "beta_1",
  beta2: "beta_2",
  epsilon: "epsilon",
} as const satisfies KerasNames<MomentOptions>;

/** Those options with their defaults. @throws ConfigError where one cannot be used. */
export function momentsIn({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: MomentOptions) {
  requireShare("beta1", beta1);
  requireShare("beta2", beta2);
  requireNumber("epsilon", epsilon, { above: 0 });
  return { beta1, beta2, epsilon };
}

/** @throws ConfigError unless `value` is a number of at least 0 and below 1. */
export function requireShare(option: string, value: unknown): void {
  requireNumber(option, value, { least: 0, below: 1 });
}

const clips = ["clipValue", "clipNorm", "globalClipNorm"] as const;

/**
 * Of an optimizer's options those that all have, checked; but not the learning rate.
 *
 * @throws ConfigError where one cannot be used.
 */
export function optimizerOptionsIn(
  options: OptimizerOptions,
): Omit<OptimizerOptions, "learningRate"> {
  const given: OptimizerOptions = Object.fromEntries(
    sharedNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  const { weightDecay, emaMomentum, excludeFromWeightDecay = [] } = given;
  const { useEma = false, learningRateMultipliers = {} } = given;
  if (weightDecay !== undefined) requireNumber("weightDecay", weightDecay, { least: 0 });
  if (emaMomentum !== undefined) requireNumber("emaMomentum", emaMomentum, { least: 0, most: 1 });
  requireCount("emaOverwriteFrequency", given.emaOverwriteFrequency, 1);
  requireCount("gradientAccumulationSteps", given.gradientAccumulationSteps, 2);
  for (const name of clips) {
    const clip = given[name];
    if (clip !== undefined) requireNumber(name, clip, { above: 0 });
  }
  const limits = clips.filter((name) => given[name] !== undefined);
  requireOption(limits.join(", "), "several", limits.length < 2, "only one of them");
  requireFlag("useEma", useEma);
  const areWords =
    Array.isArray(excludeFromWeightDecay) &&
    excludeFromWeightDecay.every((word) => typeof word === "string");
  requireOption("excludeFromWeightDecay", excludeFromWeightDecay, areWords, "a list of words");
  const isRecord = typeof learningRateMultipliers === "object" && learningRateMultipliers !== null;
  const factors = "factors by layer name";
  requireOption("learningRateMultipliers", learningRateMultipliers, isRecord, factors);
  for (const [layer, factor] of Object.entries(learningRateMultipliers)) {
    requireNumber(`learningRateMultipliers["${layer}"]`, factor, { least: 0 });
  }
  return given;
}

function requireCount(option: string, value: unknown, least: number): void {
  const fits = value === undefined || isWhole(value, least);
  requireOption(option, value, fits, `a whole number of at least ${least}`);
}
