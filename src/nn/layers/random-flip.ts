// Images mirrored at random, as a layer.

import { requireWord } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { channelsLast, movingPlan } from "./geometric-layer.ts";
import { wholePixels } from "./geometry.ts";
import { requireSeed, type SeedOptions } from "./noise.ts";

export interface RandomFlipOptions extends CommonOptions, SeedOptions {
  /**
   * `horizontal` flips left to right, `vertical` top to bottom, `horizontalAndVertical` both together.
   * Default: `horizontalAndVertical`.
   */
  readonly mode?: "horizontal" | "vertical" | "horizontalAndVertical";
}

/**
 * Flips images in training with a probability of one half: `[N, H, W, C]`, shape unchanged. Outside of training nothing
 * changes. As in Keras, where one random number decides for both directions.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomFlip({ mode: "horizontal" })
 */
export function randomFlip(options: RandomFlipOptions = {}): LayerInstance<RandomFlipOptions> {
  return makeLayer(randomFlip.facts, options, (given) => {
    const settings = { mode: "horizontalAndVertical" as const, ...given };
    const { mode } = settings;
    requireWord("mode", mode, ["horizontal", "vertical", "horizontalAndVertical"]);
    requireSeed(settings.seed);
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomFlip",
          options: settings,
          sampling: wholePixels,
          exact: true,
          move({ draw, entries, height, width }) {
            const flipped = draw.chance(0.5, [1, 1]);
            const along = (isFlipped: boolean, length: number) =>
              isFlipped
                ? ([entries.select(flipped, -1, 1), entries.multiply(flipped, length - 1)] as const)
                : ([1, 0] as const);
            const [a, c] = along(mode !== "vertical", width);
            const [e, f] = along(mode !== "horizontal", height);
            return { matrix: [a, 0, c, 0, e, f, 0, 0, 1] };
          },
        }),
    };
  });
}
randomFlip.facts = layerFacts<RandomFlipOptions>({
  name: "randomFlip",
  options: { mode: "mode", seed: "seed" },
  keras: { className: "RandomFlip", fixed: channelsLast },
  example: '{ mode: "horizontal" }',
});
