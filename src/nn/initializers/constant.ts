// Weights that begin at one number.

import { sizeOf } from "../../core/shape.ts";
import { requireOptions } from "../option.ts";
import { type Initializer, requireNumbers } from "./initializer.ts";

export interface ConstantOptions {
  /** The number. Default: 0. */
  readonly value?: number;
}

/**
 * The same number everywhere, for any shape. As Keras's `Constant`.
 *
 * @throws ConfigError where the number is not finite.
 * @example layers.dense({ units: 1, biasInitializer: initializers.constant({ value: 0.5 }) })
 */
export function constant(options: ConstantOptions = {}): Initializer {
  requireOptions("initializers.constant", options);
  const { value = 0 } = options;
  requireNumbers({ value }, "constant");
  return {
    name: "constant",
    options: { value },
    fill: (shape) => new Float32Array(sizeOf(shape)).fill(value),
  };
}
