// Inputs one behind the other, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, normalizeAxis } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { requireInputs } from "./merging.ts";

export interface ConcatenateOptions extends CommonOptions {
  /** The axis along which they follow each other, N being 0. Default: the last, -1. */
  readonly axis?: number;
}

/**
 * Joins its inputs along an axis: `[N, H, W, C]`, `[N, H, W, D]`, … → `[N, H, W, C + D + …]`. All other
 * axes must agree. As in Keras.
 *
 * @throws ConfigError where the axis cannot be used, ShapeError where there are fewer than two inputs, or
 * they differ along another axis.
 * @example const y = layers.concatenate().apply([narrow, wide])
 */
export function concatenate(options: ConcatenateOptions = {}): Layer<ConcatenateOptions> {
  const { axis = -1 } = options;
  if (!Number.isInteger(axis) || axis === 0) {
    throw new ConfigError({
      what: "The option axis of concatenate cannot be used.",
      expected: "a whole number other than 0, which counts the examples",
      received: String(axis),
    });
  }
  return {
    kind: "concatenate",
    className: "Concatenate",
    options: { ...options, axis },
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
          what: `concatenate joins along axis ${axis} what agrees along all others.`,
          expected: "shapes that differ along that axis alone",
          received: inputs.map((shape) => formatShape([null, ...shape])).join(" and "),
        });
      }
      const length = inputs.reduce((sum, shape) => sum + shape[along], 0);
      return {
        outputShape: first.map((dimension, i) => (i === along ? length : dimension)),
        weights: [],
        macs: 0,
        call: (values, { build }) => build.concatenate(values, along + 1),
      };
    },
  };
}
