// Sequences without their ends, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { requireSequence } from "./sequences.ts";
import { endsOf } from "./sides.ts";

export interface Cropping1dOptions extends CommonOptions {
  /** Steps cut from each end, or `[before, after]`. Default: 1. */
  readonly cropping?: number | readonly [number, number];
}

/**
 * Cropping along one axis: `[N, L, C] → [N, L − before − after, C]`. As in Keras.
 *
 * @throws ConfigError where the cropping cannot be used, ShapeError where nothing would be left.
 * @example layers.cropping1d({ cropping: [0, 3] })
 */
export function cropping1d(options: Cropping1dOptions = {}): Layer<Cropping1dOptions> {
  const cropping = endsOf(options.cropping ?? 1, "cropping");
  const [before, after] = cropping;
  return {
    kind: "cropping1d",
    className: "Cropping1D",
    options: { ...options, cropping },
    plan([input]) {
      requireSequence(input, "cropping1d");
      const length = input[0] - before - after;
      const channels = input[1];
      if (length < 1) {
        throw new ShapeError({
          what: "cropping1d would leave nothing.",
          expected: `a sequence of more than ${before + after} steps`,
          received: formatShape(input),
        });
      }
      return {
        outputShape: [length, channels],
        weights: [],
        macs: 0,
        call: ([x], { build }) => build.slice(x, [0, before, 0], [x.shape[0], length, channels]),
      };
    },
  };
}
