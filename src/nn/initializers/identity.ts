// A matrix that changes nothing.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber } from "../../core/option.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";

export interface IdentityOptions {
  /** The value on the diagonal. Default: 1. */
  readonly gain?: number;
}

/**
 * `gain` on the diagonal of a matrix `[A, B]`, 0 elsewhere. As Keras's `Identity`.
 *
 * @throws ConfigError where the gain cannot be used, ShapeError where the weight is not a matrix.
 * @example layers.dense({ units: 10, kernelInitializer: "identity" })
 */
export function identity(options: IdentityOptions = {}): Initializer {
  const { gain = 1 } = optionsOf(identity.facts, options);
  requireNumber("gain of identity", gain);
  return {
    name: "identity",
    options: { gain },
    check: requireMatrix,
    fill(shape) {
      const [rows, columns] = shape;
      const values = new Float32Array(sizeOf(shape));
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
      return values;
    },
  };
}
identity.facts = initializerFacts<IdentityOptions>({
  name: "identity",
  options: { gain: "gain" },
  keras: { className: "Identity", aliases: ["IdentityInitializer"] },
});

function requireMatrix(shape: Shape): void {
  if (shape.length === 2) return;
  throw new ShapeError({
    what: "The initializer identity works on matrices.",
    expected: "[A, B]",
    received: formatShape(shape),
    fix: "use it for the kernel of dense",
  });
}
