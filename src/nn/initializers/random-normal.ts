// Weights from a normal distribution.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { filled, type Initializer, initializerFacts } from "./initializer.ts";

export interface RandomNormalOptions {
  /** The mean. Default: 0. */
  readonly mean?: number;
  /** The standard deviation. Default: 0.05. */
  readonly stddev?: number;
}

/**
 * Normal, for any shape. As Keras's `RandomNormal`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.randomNormal({ stddev: 0.01 }) })
 */
export function randomNormal(options: RandomNormalOptions = {}): Initializer {
  const { mean = 0, stddev = 0.05 } = optionsOf(randomNormal.facts, options);
  requireNumber("mean of randomNormal", mean);
  requireNumber("stddev of randomNormal", stddev, { least: 0 });
  return {
    name: "randomNormal",
    options: { mean, stddev },
    fill: (shape, random) => filled(shape, () => mean + stddev * random.normal()),
  };
}
randomNormal.facts = initializerFacts<RandomNormalOptions>({
  name: "randomNormal",
  options: { mean: "mean", stddev: "stddev" },
  keras: { className: "RandomNormal" },
  formerly: { standardDeviation: "stddev" },
});
