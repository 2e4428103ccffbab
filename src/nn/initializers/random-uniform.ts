// Weights from a uniform distribution.

import { ConfigError } from "../../core/errors.ts";
import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { filled, type Initializer, initializerFacts } from "./initializer.ts";

export interface RandomUniformOptions {
  /** The lower bound. Default: −0.05. */
  readonly minimum?: number;
  /** The upper bound, which itself is not reached. Default: 0.05. */
  readonly maximum?: number;
}

/**
 * Uniform from `minimum` up to `maximum`, for any shape. As Keras's `RandomUniform`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.randomUniform({ maximum: 0.1 }) })
 */
export function randomUniform(options: RandomUniformOptions = {}): Initializer {
  const { minimum = -0.05, maximum = 0.05 } = optionsOf(randomUniform.facts, options);
  requireNumber("minimum of randomUniform", minimum);
  requireNumber("maximum of randomUniform", maximum);
  if (minimum > maximum) {
    throw new ConfigError({
      what: "The options minimum and maximum of randomUniform cannot be used.",
      expected: "a minimum that is not above the maximum",
      received: `minimum ${minimum}, maximum ${maximum}`,
    });
  }
  return {
    name: "randomUniform",
    options: { minimum, maximum },
    fill: (shape, random) => filled(shape, () => minimum + (maximum - minimum) * random.uniform()),
  };
}
randomUniform.facts = initializerFacts<RandomUniformOptions>({
  name: "randomUniform",
  options: { minimum: "minval", maximum: "maxval" },
  keras: { className: "RandomUniform" },
});
