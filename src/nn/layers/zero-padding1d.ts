// Zeros before and after sequences, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireSequence } from "./sequences.ts";
import { endsOf } from "./sides.ts";

export interface ZeroPadding1dOptions extends CommonOptions {
  /** Steps at each end, or `[before, after]`. Default: 1. */
  readonly padding?: number | readonly [number, number];
}

/**
 * Zero padding along one axis: `[N, L, C] → [N, before + L + after, C]`. As in Keras.
 *
 * @throws ConfigError where the padding cannot be used, ShapeError where the input is not a
 * sequence.
 * @example layers.zeroPadding1d({ padding: [2, 0] })
 */
export function zeroPadding1d(options: ZeroPadding1dOptions = {}): Layer<ZeroPadding1dOptions> {
  const padding = endsOf(options.padding ?? 1, "padding");
  const [before, after] = padding;
  return {
    kind: "zeroPadding1d",
    className: "ZeroPadding1D",
    options: { ...options, padding },
    plan([input]) {
      requireSequence(input, "zeroPadding1d");
      return {
        outputShape: [before + input[0] + after, input[1]],
        weights: [],
        macs: 0,
        call: ([x], { build }) => build.pad(x, [0, before, 0], [0, after, 0]),
      };
    },
  };
}
