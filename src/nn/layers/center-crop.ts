// The centre of images, as a layer.

import { requireWhole } from "../../core/option.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { cropToAspect, resizeImage } from "./resize-image.ts";

export interface CenterCropOptions extends CommonOptions {
  /** P, rows of the output. */
  readonly height: number;
  /** Q, columns of the output. */
  readonly width: number;
}

/**
 * Cuts the centre out of images: `[N, H, W, C] → [N, P, Q, C]`. An image that is smaller than the output
 * is cropped to its aspect ratio and enlarged (bilinear). As in Keras.
 *
 * @throws ConfigError if a size is invalid, ShapeError if the input is not an image.
 * @example layers.centerCrop({ height: 224, width: 224 })
 */
export function centerCrop(options: CenterCropOptions): LayerInstance<CenterCropOptions> {
  return makeLayer(centerCrop.facts, options, (given) => {
    const { height, width } = given;
    requireWhole("height", height);
    requireWhole("width", width);
    return {
      options: given,
      plan([input]) {
        requireImage(input, "centerCrop");
        const [inputHeight, inputWidth, channels] = input;
        const top = Math.floor((inputHeight - height) / 2);
        const left = Math.floor((inputWidth - width) / 2);
        return {
          outputShape: [height, width, channels],
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
  });
}
centerCrop.facts = layerFacts<CenterCropOptions>({
  name: "centerCrop",
  options: { height: "height", width: "width" },
  keras: { className: "CenterCrop" },
  example: "{ height: 224, width: 224 }",
});
