// How far the rows or columns of a matrix are from standing at right angles.

import { ShapeError } from "../../core/errors.ts";
import { requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { requireFactors } from "./factors.ts";
import { type Regularizer, regularizerFacts } from "./regularizer.ts";

export interface OrthogonalRegularizerOptions {
  /** The factor. Default: 0.01. */
  readonly factor?: number;
  /** What should be orthogonal. Default: `rows`. */
  readonly mode?: "rows" | "columns";
}

/** Squared lengths are taken as at least this, as in Keras. */
const smallestSquare = 1e-14;

/**
 * Orthogonal regularization: `factor` times the mean of `|aᵢ · aⱼ| / (‖aᵢ‖ ‖aⱼ‖)` over all pairs of
 * different rows (or columns) of a matrix `[A, B]`. Source: Brock et al., "Neural photo editing
 * with introspective adversarial networks", ICLR 2017; formula and defaults as in Keras's
 * `OrthogonalRegularizer`.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the weight is not a matrix.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.orthogonal({ mode: "columns" }) })
 */
export function orthogonal(options: OrthogonalRegularizerOptions = {}): Regularizer {
  const { factor = 0.01, mode = "rows" } = optionsOf(orthogonal.facts, options);
  requireFactors({ factor });
  requireWord("mode of a regularizer", mode, ["rows", "columns"]);
  return {
    name: "orthogonal",
    options: { factor, mode },
    penalty(value, build) {
      const { shape } = value;
      if (shape.length !== 2) {
        throw new ShapeError({
          what: "The regularizer orthogonal works on matrices.",
          expected: "[A, B]",
          received: formatShape(shape),
          fix: "use it for the kernel of dense",
        });
      }
      const count = mode === "rows" ? shape[0] : shape[1];
      if (count < 2) return build.constant(0);
      const axes = [mode === "rows" ? 1 : 0];
      const squares = build.sum(build.multiply(value, value), { axes, keepDimensions: true });
      const length = build.squareRoot(build.maximum(squares, build.constant(smallestSquare)));
      const unit = build.divide(value, length);
      const transposed = mode === "rows" ? { transposeB: true } : { transposeA: true };
      const products = build.absolute(build.matmul(unit, unit, transposed));
      // The diagonal, each with itself, does not count: it is the sum of the squares.
      const diagonal = build.sum(build.multiply(unit, unit));
      const others = build.subtract(build.sum(products), diagonal);
      return build.multiply(others, build.constant(factor / (count * (count - 1))));
    },
  };
}
orthogonal.facts = regularizerFacts<OrthogonalRegularizerOptions>({
  name: "orthogonal",
  options: { factor: "factor", mode: "mode" },
  keras: { className: "OrthogonalRegularizer" },
});
