// The centre of images, as a layer.

import { requireWhole } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { shiftedReach } from "../reach.ts";
import { cropToAspect, type ImageSize, resizeImage } from "./resize-image.ts";

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
        const top = Math.floor((input[0] - height) / 2);
        const left = Math.floor((input[1] - width) / 2);
        return {
          outputShape: [height, width, input[2]],
          ...(top < 0 || left < 0 ? {} : { reach: shiftedReach([-top, -left]) }),
          call: ([x], { build }) => centerCropped(build, x, [height, width]),
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

/** The middle of `x [N, H, W, C]` in another size. */
export function centerCropped(build: Builder, x: Node, size: ImageSize): Node {
  const [count, height, width, channels] = x.shape;
  const [top, left] = [(height - size[0]) / 2, (width - size[1]) / 2].map(Math.floor);
  if (top < 0 || left < 0) {
    return resizeImage(build, cropToAspect(build, x, size), size, "bilinear", false);
  }
  return build.slice(x, [0, top, left, 0], [count, ...size, channels]);
}
