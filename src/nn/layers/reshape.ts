// Another shape for the same elements, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { checkOption, shown } from "../option.ts";

export interface ReshapeOptions extends CommonOptions {
  /** The new shape of an example, N left out; one dimension may be −1, which takes what is left. */
  readonly targetShape: Shape;
}

/** @throws ConfigError unless all dimensions are whole and positive, one −1 aside. */
function requireTarget(target: Shape): void {
  const expected = "whole numbers of at least 1, one of which may be -1";
  checkOption("targetShape", target, Array.isArray(target), `a list of ${expected}`);
  const rest = target.filter((dimension) => dimension !== -1);
  const usable = rest.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 1);
  if (usable && target.length - rest.length <= 1 && target.length > 0) return;
  throw new ConfigError({
    what: "The option targetShape cannot be used.",
    expected,
    received: shown(target),
  });
}

/**
 * Reshape: `[N, …] → [N, …targetShape]`, row-major. As in Keras.
 *
 * @throws ConfigError where the shape cannot be used, ShapeError where it has not as many elements.
 * @example layers.reshape({ targetShape: [7, 7, -1] })
 */
export function reshape(options: ReshapeOptions): Layer<ReshapeOptions> {
  const { targetShape } = options;
  requireTarget(targetShape);
  return {
    kind: "reshape",
    className: "Reshape",
    options,
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
        weights: [],
        macs: 0,
        call: ([x], { build }) => build.reshape(x, [x.shape[0], ...outputShape]),
      };
    },
  };
}
