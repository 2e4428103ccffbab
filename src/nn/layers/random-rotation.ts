// Images turned at random, as a layer.

import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import {
  channelsLast,
  checkMoving,
  defaultSampling,
  type MovingOptions,
  movingNames,
  movingPlan,
} from "./geometric-layer.ts";
import { type Factor, factorOf } from "./value-range.ts";

export interface RandomRotationOptions extends MovingOptions {
  /**
   * The range of angles, as fractions of a full turn, counterclockwise above 0: `0.1` for
   * −36° to 36°, `[0, 0.25]` for 0° to 90°. From -1 to 1.
   */
  readonly factor: Factor;
}

/**
 * Rotates each image around its center by a random angle in training: `[N, H, W, C]`, shape unchanged.
 * Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomRotation({ factor: 0.1 })
 */
export function randomRotation(
  options: RandomRotationOptions,
): LayerInstance<RandomRotationOptions> {
  return makeLayer(randomRotation.facts, options, (given) => {
    const settings = { ...defaultSampling, ...given };
    checkMoving(settings, settings);
    const [least, most] = factorOf("factor", settings.factor, [-1, 1]);
    const { interpolation, fillMode, fillValue } = settings;
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomRotation",
          options: settings,
          sampling: { interpolation, fillMode, fillValue },
          moves: least !== 0 || most !== 0,
          move({ draw, entries, context: { build }, height, width }) {
            const angle = draw.uniform(2 * Math.PI * least, 2 * Math.PI * most, [1, 1]);
            const [cosine, sine] = [build.cosine(angle), build.sine(angle)];
            const [x, y] = [(width - 1) / 2, (height - 1) / 2];
            const back = build.negate(sine);
            const right = entries.sumOfProducts([x, 1], [-x, cosine], [y, sine]);
            const down = entries.sumOfProducts([y, 1], [-x, sine], [-y, cosine]);
            return { matrix: [cosine, back, right, sine, cosine, down, 0, 0, 1] };
          },
        }),
    };
  });
}
randomRotation.facts = layerFacts<RandomRotationOptions>({
  name: "randomRotation",
  options: { factor: "factor", ...movingNames },
  keras: { className: "RandomRotation", fixed: channelsLast },
  example: "{ factor: 0.1 }",
});
