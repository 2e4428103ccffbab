// Weights that begin at one number.

import { requireNumber } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";

export interface ConstantOptions {
  /** The value of every element. Default: 0. */
  readonly value?: number;
}

/**
 * The same number everywhere, for any shape. As Keras's `Constant`.
 *
 * @throws ConfigError where the number is not finite.
 * @example layers.dense({ units: 1, biasInitializer: initializers.constant({ value: 0.5 }) })
 */
export function constant(options: ConstantOptions = {}): Initializer {
  const { value = 0 } = optionsOf(constant.facts, options);
  requireNumber("value of constant", value);
  return {
    name: "constant",
    options: { value },
    fill: (shape) => new Float32Array(sizeOf(shape)).fill(value),
  };
}
constant.facts = initializerFacts<ConstantOptions>({
  name: "constant",
  options: { value: "value" },
  keras: { className: "Constant" },
});
