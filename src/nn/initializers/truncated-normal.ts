// Weights from a normal distribution without its ends.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { drawTruncated, filled, type Initializer, initializerFacts } from "./initializer.ts";

export interface TruncatedNormalOptions {
  /** The mean. Default: 0. */
  readonly mean?: number;
  /** The standard deviation before the ends are cut off. Default: 0.05. */
  readonly stddev?: number;
}

/**
 * Normal, cut off at two standard deviations, for any shape. That multiplies its standard deviation
 * by 0.8796. As Keras's `TruncatedNormal`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.truncatedNormal({ stddev: 0.02 }) })
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  const { mean = 0, stddev = 0.05 } = optionsOf(truncatedNormal.facts, options);
  requireNumber("mean of truncatedNormal", mean);
  requireNumber("stddev of truncatedNormal", stddev, { least: 0 });
  return {
    name: "truncatedNormal",
    options: { mean, stddev },
    fill: (shape, random) => filled(shape, () => mean + stddev * drawTruncated(random)),
  };
}
truncatedNormal.facts = initializerFacts<TruncatedNormalOptions>({
  name: "truncatedNormal",
  options: { mean: "mean", stddev: "stddev" },
  keras: { className: "TruncatedNormal" },
  formerly: { standardDeviation: "stddev" },
});
