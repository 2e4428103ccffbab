// Images shifted at random, as a layer.

import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import {
  channelsLast,
  checkMoving,
  defaultSampling,
  type MovingOptions,
  movingNames,
  movingPlan,
  rangeOf,
} from "./geometric-layer.ts";
import type { Factor } from "./value-range.ts";

export interface RandomTranslationOptions extends MovingOptions {
  /**
   * How far images are shifted down, as a part of their height: `0.2` for −20 % to 20 %. From -1 to 1.
   */
  readonly heightFactor: Factor;
  /** How far images are shifted right, as a part of their width. From -1 to 1. */
  readonly widthFactor: Factor;
}

/**
 * Shifts each image by a distance of its own in training: `[N, H, W, C]`, shape unchanged. Outside of
 * training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 })
 */
export function randomTranslation(
  options: RandomTranslationOptions,
): LayerInstance<RandomTranslationOptions> {
  return makeLayer(randomTranslation.facts, options, (given) => {
    const settings = { ...defaultSampling, ...given };
    checkMoving(settings, settings);
    const vertical = rangeOf("heightFactor", settings.heightFactor);
    const horizontal = rangeOf("widthFactor", settings.widthFactor);
    const { interpolation, fillMode, fillValue } = settings;
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomTranslation",
          options: settings,
          sampling: { interpolation, fillMode, fillValue },
          moves: [...vertical, ...horizontal].some((end) => end !== 0),
          move({ draw, entries, height, width }) {
            const down = entries.multiply(draw.uniform(...vertical, [1, 1]), -height);
            const right = entries.multiply(draw.uniform(...horizontal, [1, 1]), -width);
            return { matrix: [1, 0, right, 0, 1, down, 0, 0, 1] };
          },
        }),
    };
  });
}
randomTranslation.facts = layerFacts<RandomTranslationOptions>({
  name: "randomTranslation",
  options: { heightFactor: "height_factor", widthFactor: "width_factor", ...movingNames },
  keras: { className: "RandomTranslation", fixed: channelsLast },
  example: "{ heightFactor: 0.1, widthFactor: 0.1 }",
});
