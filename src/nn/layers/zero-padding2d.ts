// Rows and columns of zeros around images, as a layer.

import { type CommonOptions, type Layer, requireImage } from "../layer.ts";
import { type Sides, sidesOf } from "./sides.ts";

export interface ZeroPadding2dOptions extends CommonOptions {
  /** Pixels on each side, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 1. */
  readonly padding?: Sides;
}

/**
 * Zero padding: `[N, H, W, C] → [N, top + H + bottom, left + W + right, C]`. As in Keras.
 *
 * @throws ConfigError where the padding cannot be used, ShapeError where the input is not an image.
 * @example layers.zeroPadding2d({ padding: [[1, 0], [2, 2]] })
 */
export function zeroPadding2d(options: ZeroPadding2dOptions = {}): Layer<ZeroPadding2dOptions> {
  const padding = sidesOf(options.padding ?? 1, "padding");
  const [[top, bottom], [left, right]] = padding;
  return {
    kind: "zeroPadding2d",
    className: "ZeroPadding2D",
    options: { ...options, padding },
    plan([input]) {
      requireImage(input, "zeroPadding2d");
      const [height, width, channels] = input;
      return {
        outputShape: [top + height + bottom, left + width + right, channels],
        weights: [],
        macs: 0,
        call: ([x], { build }) => build.pad(x, [0, top, left, 0], [0, bottom, right, 0]),
      };
    },
  };
}
