// Another shape for the same elements, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireOption, shown } from "../../core/option.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface ReshapeOptions extends CommonOptions {
  /** The new shape of one example, without N. One dimension may be -1: it follows from the others. */
  readonly targetShape: Shape;
}

/**
 * Reshapes each example: `[N, …] → [N, …targetShape]`. Elements keep their order. As in Keras.
 *
 * @throws ConfigError if the shape is invalid, ShapeError if it has another number of elements.
 * @example layers.reshape({ targetShape: [7, 7, -1] })
 */
export function reshape(options: ReshapeOptions): LayerInstance<ReshapeOptions> {
  return makeLayer(reshape.facts, options, (given) => {
    const { targetShape } = given;
    requireTarget(targetShape);
    return {
      options: given,
      plan([input]) {
        const known = Math.abs(sizeOf(targetShape));
        const left = targetShape.includes(-1) ? sizeOf(input) / known : 1;
        const outputShape = targetShape.map((dimension) => (dimension === -1 ? left : dimension));
        if (sizeOf(outputShape) !== sizeOf(input) || !Number.isInteger(left)) {
          throw new ShapeError({
            what: "reshape keeps every element.",
            expected: `${sizeOf(input)} elements, as many as ${formatShape(input)} has`,
            received: `targetShape ${formatShape(targetShape)}`,
          });
        }
        return {
          outputShape,
          call: ([x], { build }) => build.reshape(x, [x.shape[0], ...outputShape]),
        };
      },
    };
  });
}
reshape.facts = layerFacts<ReshapeOptions>({
  name: "reshape",
  options: { targetShape: "target_shape" },
  keras: { className: "Reshape" },
  example: "{ targetShape: [28, 28, 1] }",
});

/** @throws ConfigError unless all dimensions are whole and positive; one may be -1. */
function requireTarget(target: Shape): void {
  const expected = "whole numbers of at least 1, one of which may be -1";
  requireOption("targetShape", target, Array.isArray(target), `a list of ${expected}`);
  const rest = target.filter((dimension) => dimension !== -1);
  const usable = rest.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 1);
  if (usable && target.length - rest.length <= 1 && target.length > 0) return;
  throw new ConfigError({
    what: "The option targetShape cannot be used.",
    expected,
    received: shown(target),
  });
}
