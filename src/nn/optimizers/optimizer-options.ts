// What every optimizer takes beside its own options, as in Keras.

import { requireOption, requirePositive, requireShare } from "./optimizer.ts";

export interface OptimizerOptions {
  /** At each step a weight shrinks by this share of itself times the learning rate. Default: none. */
  readonly weightDecay?: number;
  /**
   * Weights whose names hold one of these words do not shrink, such as `bias`; a word with `/` is
   * looked for in the full name, such as `conv2d/kernel`.
   */
  readonly excludeFromWeightDecay?: readonly string[];
  /** No element of a gradient goes further from 0. Default: no limit. */
  readonly clipValue?: number;
  /** No weight's gradient is longer. Default: no limit. */
  readonly clipNorm?: number;
  /** All gradients together are not longer. Default: no limit. */
  readonly globalClipNorm?: number;
  /**
   * Whether a moving average of the weights takes their place when `fit` has made its last epoch, from
   * where further training begins. Default: false.
   */
  readonly useEma?: boolean;
  /** How slowly the average moves. Default: 0.99. */
  readonly emaMomentum?: number;
  /** After so many steps, again and again, the weights become their average. Default: never. */
  readonly emaOverwriteFrequency?: number;
  /** Gradients of so many steps are averaged for one update. Default: of one. */
  readonly gradientAccumulationSteps?: number;
  /**
   * Learning rates of their own: factors by layer name, where `*` stands for any text. The first
   * that fits counts; other layers have 1.
   */
  readonly learningRateMultipliers?: Readonly<Record<string, number>>;
}

/** The names of those options. */
const names = [
  "weightDecay",
  "excludeFromWeightDecay",
  "clipValue",
  "clipNorm",
  "globalClipNorm",
  "useEma",
  "emaMomentum",
  "emaOverwriteFrequency",
  "gradientAccumulationSteps",
  "learningRateMultipliers",
] as const satisfies readonly (keyof OptimizerOptions)[];

const clips = ["clipValue", "clipNorm", "globalClipNorm"] as const;

/** Of an optimizer's options those that all have, checked. @throws ConfigError */
export function optimizerOptionsIn(options: OptimizerOptions): OptimizerOptions {
  const given: OptimizerOptions = Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  const { weightDecay, emaMomentum, excludeFromWeightDecay = [] } = given;
  const { useEma = false, learningRateMultipliers = {} } = given;
  if (weightDecay !== undefined) requireFactor(weightDecay, "weightDecay");
  if (emaMomentum !== undefined && emaMomentum !== 1) requireShare(emaMomentum, "emaMomentum");
  requireCount(given.emaOverwriteFrequency, "emaOverwriteFrequency", 1);
  requireCount(given.gradientAccumulationSteps, "gradientAccumulationSteps", 2);
  for (const name of clips) {
    const clip = given[name];
    if (clip !== undefined) requirePositive(clip, name);
  }
  const limits = clips.filter((name) => given[name] !== undefined);
  requireOption(limits.length < 2, limits.join(", "), "only one of them", "several");
  requireOption(typeof useEma === "boolean", "useEma", "true or false", useEma);
  const areWords =
    Array.isArray(excludeFromWeightDecay) &&
    excludeFromWeightDecay.every((word) => typeof word === "string");
  const words = "a list of words";
  requireOption(areWords, "excludeFromWeightDecay", words, excludeFromWeightDecay);
  const isRecord = typeof learningRateMultipliers === "object" && learningRateMultipliers !== null;
  const factors = "factors by layer name";
  requireOption(isRecord, "learningRateMultipliers", factors, learningRateMultipliers);
  for (const [layer, factor] of Object.entries(learningRateMultipliers)) {
    requireFactor(factor, `learningRateMultipliers["${layer}"]`);
  }
  return given;
}

function requireFactor(value: number, name: string): void {
  const fits = Number.isFinite(value) && value >= 0;
  requireOption(fits, name, "a finite number of at least 0", value);
}

function requireCount(value: number | undefined, name: string, least: number): void {
  const fits = value === undefined || (Number.isSafeInteger(value) && value >= least);
  requireOption(fits, name, `a whole number of at least ${least}`, value);
}
