// Parts cut out of images at random, as a layer.

import { requireWhole } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { centerCropped } from "./center-crop.ts";
import { channelsLast, movingPlan } from "./geometric-layer.ts";
import { wholePixels } from "./geometry.ts";
import { requireSeed, type SeedOptions } from "./noise.ts";

export interface RandomCropOptions extends CommonOptions, SeedOptions {
  /** P, rows of the output. */
  readonly height: number;
  /** Q, columns of the output. */
  readonly width: number;
}

/**
 * Crops each image, in training at a random position: `[N, H, W, C] → [N, P, Q, C]`. Outside of training it
 * crops the center. An image that is smaller than the output is cropped to its aspect ratio and
 * enlarged (bilinear). Differs from Keras, which draws one position for the whole batch, and does not crop
 * outside of training.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomCrop({ height: 24, width: 24 })
 */
export function randomCrop(options: RandomCropOptions): LayerInstance<RandomCropOptions> {
  return makeLayer(randomCrop.facts, options, (given) => {
    const { height, width } = given;
    requireWhole("height", height);
    requireWhole("width", width);
    requireSeed(given.seed);
    return {
      options: given,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomCrop",
          options: given,
          sampling: wholePixels,
          exact: true,
          moves: input[0] >= height && input[1] >= width,
          size: () => [height, width],
          move({ draw, height: rows, width: columns }) {
            const down = draw.whole(0, Math.max(1, rows - height + 1), [1, 1]);
            const right = draw.whole(0, Math.max(1, columns - width + 1), [1, 1]);
            return { matrix: [1, 0, right, 0, 1, down, 0, 0, 1] };
          },
          still: (image, { build }) => centerCropped(build, image, [height, width]),
        }),
    };
  });
}
randomCrop.facts = layerFacts<RandomCropOptions>({
  name: "randomCrop",
  options: { height: "height", width: "width", seed: "seed" },
  keras: { className: "RandomCrop", fixed: channelsLast },
  example: "{ height: 24, width: 24 }",
});
