// The learning rate falls along half a cosine, again and again.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface CosineDecayRestartsOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps of the first fall. */
  readonly firstDecaySteps: number;
  /** How much longer each fall is than the one before. Default: 2. */
  readonly tMul?: number;
  /** How much higher each fall begins than the one before. Default: 1. */
  readonly mMul?: number;
  /** What is left at the end of a fall, as a share of the first rate. Default: 0. */
  readonly alpha?: number;
}

/**
 * Cosine decay with warm restarts: `rate = initialLearningRate · ((1 − alpha) · mMulⁱ · (1 + cos(π
 * · s)) / 2 + alpha)`, where s is how much of the fall number i is done; it takes `firstDecaySteps
 * · tMulⁱ` steps. Source: Loshchilov and Hutter, "SGDR", ICLR 2017; as Keras's
 * `CosineDecayRestarts`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 500 })
 */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  optionsOf(cosineDecayRestarts.facts, options);
  const name = "cosineDecayRestarts";
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
  requireRates({ initialLearningRate, mMul, alpha }, name);
  requireSteps({ firstDecaySteps }, name);
  requireNumber(`tMul of ${name}`, tMul, { least: 1 });
  return {
    name,
    options: { initialLearningRate, firstDecaySteps, tMul, mMul, alpha },
    at(iterations) {
      const { fall, done } = fallAt(iterations / firstDecaySteps, tMul);
      const cosine = (1 + Math.cos(Math.PI * done)) / 2;
      return initialLearningRate * ((1 - alpha) * mMul ** fall * cosine + alpha);
    },
  };
}
cosineDecayRestarts.facts = scheduleFacts<CosineDecayRestartsOptions>({
  name: "cosineDecayRestarts",
  options: {
    initialLearningRate: "initial_learning_rate",
    firstDecaySteps: "first_decay_steps",
    tMul: "t_mul",
    mMul: "m_mul",
    alpha: "alpha",
  },
  keras: { className: "CosineDecayRestarts" },
  example: "{ initialLearningRate: 0.1, firstDecaySteps: 500 }",
});

/** Which fall is under way after `time` lengths of the first, and how much of it is done. */
function fallAt(time: number, growth: number): { fall: number; done: number } {
  if (growth === 1) return { fall: Math.floor(time), done: time - Math.floor(time) };
  const begin = (fall: number) => (growth ** fall - 1) / (growth - 1);
  let fall = Math.floor(Math.log(1 + time * (growth - 1)) / Math.log(growth));
  // The logarithm is rounded: at a restart it may be off by one.
  if (begin(fall + 1) <= time) fall++;
  if (begin(fall) > time) fall--;
  return { fall, done: (time - begin(fall)) / growth ** fall };
}
