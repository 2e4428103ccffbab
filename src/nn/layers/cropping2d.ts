// Images without their borders, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type CommonOptions, type Layer, requireImage } from "../layer.ts";
import { type Sides, sidesOf } from "./sides.ts";

export interface Cropping2dOptions extends CommonOptions {
  /**
   * Pixels cut from each side, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 0.
   */
  readonly cropping?: Sides;
}

/**
 * Cropping: `[N, H, W, C] → [N, H − top − bottom, W − left − right, C]`. As in Keras.
 *
 * @throws ConfigError where the cropping cannot be used, ShapeError where nothing would be left.
 * @example layers.cropping2d({ cropping: [[2, 2], [1, 0]] })
 */
export function cropping2d(options: Cropping2dOptions = {}): Layer<Cropping2dOptions> {
  const cropping = sidesOf(options.cropping ?? 0, "cropping");
  const [[top, bottom], [left, right]] = cropping;
  return {
    kind: "cropping2d",
    className: "Cropping2D",
    options: { ...options, cropping },
    plan([input]) {
      requireImage(input, "cropping2d");
      const height = input[0] - top - bottom;
      const width = input[1] - left - right;
      const channels = input[2];
      if (height < 1 || width < 1) {
        throw new ShapeError({
          what: "cropping2d would leave nothing.",
          expected: `an image of more than ${top + bottom} by ${left + right} pixels`,
          received: formatShape(input),
        });
      }
      return {
        outputShape: [height, width, channels],
        weights: [],
        macs: 0,
        call: ([x], { build }) =>
          build.slice(x, [0, top, left, 0], [x.shape[0], height, width, channels]),
      };
    },
  };
}
