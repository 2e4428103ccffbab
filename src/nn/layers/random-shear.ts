// Images sheared at random, as a layer.

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

export interface RandomShearOptions extends MovingOptions {
  /**
   * By how many pixels a row moves sideways against the next: `0.2` for −0.2 to 0.2. From 0 to 1.
   * Default: 0.
   */
  readonly xFactor?: Factor;
  /** By how many pixels a column moves up or down against the next. From 0 to 1. Default: 0. */
  readonly yFactor?: Factor;
}

/**
 * Shears each image in training, from its upper left corner: `[N, H, W, C]`, shape unchanged. Half of the
 * images are sheared the other way round. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomShear({ xFactor: 0.2, yFactor: 0.2 })
 */
export function randomShear(options: RandomShearOptions = {}): LayerInstance<RandomShearOptions> {
  return makeLayer(randomShear.facts, options, (given) => {
    const settings = {
      ...defaultSampling,
      ...given,
      xFactor: plain(given.xFactor ?? 0),
      yFactor: plain(given.yFactor ?? 0),
    };
    checkMoving(settings, settings);
    const horizontal = rangeOf("xFactor", settings.xFactor, 0);
    const vertical = rangeOf("yFactor", settings.yFactor, 0);
    const { interpolation, fillMode, fillValue } = settings;
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomShear",
          options: settings,
          sampling: { interpolation, fillMode, fillValue },
          moves: [...vertical, ...horizontal].some((end) => end !== 0),
          move({ draw, entries }) {
            const way = entries.select(draw.chance(0.5, [1, 1]), 1, -1);
            const y = entries.multiply(draw.uniform(...vertical, [1, 1]), way);
            const x = entries.multiply(draw.uniform(...horizontal, [1, 1]), way);
            return { matrix: [1, x, 0, y, 1, 0, 0, 0, 1] };
          },
        }),
    };
  });
}
randomShear.facts = layerFacts<RandomShearOptions>({
  name: "randomShear",
  options: { xFactor: "x_factor", yFactor: "y_factor", ...movingNames },
  keras: { className: "RandomShear", fixed: channelsLast },
  example: "{ xFactor: 0.2 }",
});

/** Keras writes a single factor as the range from its negative, which it then does not read. */
function plain(factor: Factor): Factor {
  const isSingle = Array.isArray(factor) && factor.length === 2 && factor[0] === -factor[1];
  return isSingle ? Math.abs(factor[1]) : factor;
}
