// Inputs joined along an axis, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, normalizeAxis } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { requireInputs } from "./merging.ts";

export interface ConcatenateOptions extends CommonOptions {
  /** The axis along which inputs are joined, N being 0. Default: -1, the last. */
  readonly axis?: number;
}

/**
 * Joins its inputs along an axis: `[N, H, W, C]`, `[N, H, W, D]`, … → `[N, H, W, C + D + …]`. All other
 * axes must agree. As in Keras.
 *
 * @throws ConfigError if the axis is invalid, ShapeError if there are fewer than two inputs, or they
 * differ along another axis.
 * @example const y = layers.concatenate().apply([narrow, wide])
 */
export function concatenate(options: ConcatenateOptions = {}): LayerInstance<ConcatenateOptions> {
  return makeLayer(concatenate.facts, options, (given) => {
    const { axis = -1 } = given;
    if (!Number.isInteger(axis) || axis === 0) {
      throw new ConfigError({
        what: "The option axis of concatenate cannot be used.",
        expected: "a whole number other than 0, which counts the examples",
        received: String(axis),
      });
    }
    return {
      options: { ...given, axis },
      severalInputs: true,
      plan(inputs) {
        requireInputs(inputs, "concatenate");
        const [first] = inputs;
        const along = normalizeAxis(axis, first.length + 1) - 1;
        const fits = inputs.every(
          (shape) =>
            shape.length === first.length &&
            shape.every((dimension, i) => i === along || dimension === first[i]),
        );
        if (along < 0 || !fits) {
          throw new ShapeError({
            what: `concatenate joins inputs along axis ${axis}; all other axes must agree.`,
            expected: "shapes that differ along that axis alone",
            received: inputs.map((shape) => formatShape([null, ...shape])).join(" and "),
          });
        }
        const length = inputs.reduce((sum, shape) => sum + shape[along], 0);
        return {
          outputShape: first.with(along, length),
          call: (values, { build }) => build.concatenate(values, along + 1),
        };
      },
    };
  });
}
concatenate.facts = layerFacts<ConcatenateOptions>({
  name: "concatenate",
  options: { axis: "axis" },
  keras: { className: "Concatenate" },
  example: "{ axis: -1 }",
});
