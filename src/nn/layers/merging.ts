// What the layers that join their inputs element by element share.

import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes, formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions, Layer } from "../layer.ts";

/** @throws ShapeError unless there are two inputs or more, or just `count` where that is told. */
export function requireInputs(inputs: readonly Shape[], kind: string, count?: number): void {
  if (count === undefined ? inputs.length >= 2 : inputs.length === count) return;
  throw new ShapeError({
    what: `${kind} joins several inputs.`,
    expected: count === undefined ? "two inputs or more" : `${count} inputs`,
    received: inputs.map(formatShape).join(" and ") || "none",
    fix: `apply it to a list: layers.${kind}().apply([a, b])`,
  });
}

/** `x` with axes of 1 behind N until one example has `rank` axes: `[N, C] → [N, 1, 1, C]`. */
function withRank(x: Node, rank: number, build: Builder): Node {
  const [count, ...shape] = x.shape;
  const missing = new Array<number>(rank - shape.length).fill(1);
  return build.reshape(x, [count, ...missing, ...shape]);
}

/**
 * A layer that joins its inputs by `join`, element by element. Shapes are aligned at their last axis, as
 * in Keras.
 */
export function merging(
  names: { readonly kind: string; readonly className: string; readonly count?: number },
  options: CommonOptions,
  join: (inputs: readonly Node[], build: Builder) => Node,
): Layer<CommonOptions> {
  const { kind, className, count } = names;
  return {
    kind,
    className,
    options,
    plan(inputs) {
      requireInputs(inputs, kind, count);
      const outputShape = broadcastShapes(...inputs);
      return {
        outputShape,
        weights: [],
        macs: 0,
        call: (values, { build }) =>
          join(
            values.map((x) => withRank(x, outputShape.length, build)),
            build,
          ),
      };
    },
  };
}
