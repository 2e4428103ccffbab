// Weights as wide as the number of their inputs or outputs asks for.

import { requireNumber, requireWord } from "../../core/option.ts";
import type { RandomStream } from "../../core/random.ts";
import { optionsOf } from "../facts.ts";
import {
  drawTruncated,
  type Fans,
  fansOf,
  filled,
  type Initializer,
  initializerFacts,
} from "./initializer.ts";

const modes = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAverage: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
} as const satisfies Record<string, (fans: Fans) => number>;

/** Standard deviation of a unit normal that is cut off at ±2. */
const truncatedDeviation = 0.87962566103423978;

const distributions = {
  truncatedNormal: (random, variance) =>
    (drawTruncated(random) * Math.sqrt(variance)) / truncatedDeviation,
  untruncatedNormal: (random, variance) => random.normal() * Math.sqrt(variance),
  uniform: (random, variance) => (2 * random.uniform() - 1) * Math.sqrt(3 * variance),
} as const satisfies Record<string, (random: RandomStream, variance: number) => number>;

export interface VarianceScalingOptions {
  /** The variance is this, divided by the fan. Default: 1. */
  readonly scale?: number;
  /** Which fan the variance is divided by. Default: `fanIn`. */
  readonly mode?: keyof typeof modes;
  /**
   * Default: `truncatedNormal`, which is cut off at two standard deviations and widened to keep its
   * variance.
   */
  readonly distribution?: keyof typeof distributions;
}

/**
 * Mean 0 and variance `scale / fan`, for any shape; a filter [R, S, C, K] has R · S · C inputs and
 * R · S · K outputs. Source: He et al., ICCV 2015; as Keras's `VarianceScaling`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.varianceScaling({ scale: 2 }) })
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const {
    scale = 1,
    mode = "fanIn",
    distribution = "truncatedNormal",
  } = optionsOf(varianceScaling.facts, options);
  requireNumber("scale of varianceScaling", scale, { above: 0 });
  requireWord("mode of varianceScaling", mode, Object.keys(modes));
  requireWord("distribution of varianceScaling", distribution, Object.keys(distributions));
  const draw: (random: RandomStream, variance: number) => number = distributions[distribution];
  return {
    name: "varianceScaling",
    options: { scale, mode, distribution },
    fill(shape, random) {
      const variance = scale / Math.max(1, modes[mode](fansOf(shape)));
      return filled(shape, () => draw(random, variance));
    },
  };
}
varianceScaling.facts = initializerFacts<VarianceScalingOptions>({
  name: "varianceScaling",
  options: { scale: "scale", mode: "mode", distribution: "distribution" },
  keras: {
    className: "VarianceScaling",
    words: { fan_avg: "fanAverage" },
    olderWords: { normal: "truncatedNormal" },
  },
});
