// The middle of images, as a layer.

import { type CommonOptions, type Layer, requireImage, requireWhole } from "../layer.ts";
import { cropToAspect, resizeImage } from "./resize-image.ts";

export interface CenterCropOptions extends CommonOptions {
  /** P, rows of the result. */
  readonly height: number;
  /** Q, columns of the result. */
  readonly width: number;
}

/**
 * Centre crop: `[N, H, W, C] → [N, P, Q, C]`. An image that is smaller in a direction is cut to the
 * result's proportions and enlarged (bilinear). As in Keras.
 *
 * @throws ConfigError where a size cannot be used, ShapeError where the input is not an image.
 * @example layers.centerCrop({ height: 224, width: 224 })
 */
export function centerCrop(options: CenterCropOptions): Layer<CenterCropOptions> {
  const { height, width } = options;
  requireWhole(height, "height");
  requireWhole(width, "width");
  return {
    kind: "centerCrop",
    className: "CenterCrop",
    options,
    plan([input]) {
      requireImage(input, "centerCrop");
      const [inputHeight, inputWidth, channels] = input;
      const top = Math.floor((inputHeight - height) / 2);
      const left = Math.floor((inputWidth - width) / 2);
      return {
        outputShape: [height, width, channels],
        weights: [],
        macs: 0,
        call([x], { build }) {
          if (top < 0 || left < 0) {
            const part = cropToAspect(build, x, [height, width]);
            return resizeImage(build, part, [height, width], "bilinear", false);
          }
          return build.slice(x, [0, top, left, 0], [x.shape[0], height, width, channels]);
        },
      };
    },
  };
}
