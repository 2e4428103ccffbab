// Images enlarged and shrunk at random, as a layer.

import { requireOption } from "../../core/option.ts";
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

export interface RandomZoomOptions extends MovingOptions {
  /**
   * How much more of the height is seen: above 0 images shrink, below 0 they grow; `0.2` for −20 % to
   * 20 %. Above -1, at most 1.
   */
  readonly heightFactor: Factor;
  /** How much more of the width is seen. Default: as much as of the height, so that shapes stay. */
  readonly widthFactor?: Factor;
}

/**
 * Enlarges or shrinks each image around its middle in training: `[N, H, W, C]`, shape unchanged. Outside of
 * training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomZoom({ heightFactor: 0.1 })
 */
export function randomZoom(options: RandomZoomOptions): LayerInstance<RandomZoomOptions> {
  return makeLayer(randomZoom.facts, options, (given) => {
    const settings = { ...defaultSampling, ...given };
    checkMoving(settings, settings);
    const vertical = zoomRange("heightFactor", settings.heightFactor);
    const { interpolation, fillMode, fillValue, widthFactor } = settings;
    const horizontal =
      widthFactor === undefined ? undefined : zoomRange("widthFactor", widthFactor);
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomZoom",
          options: settings,
          sampling: { interpolation, fillMode, fillValue },
          moves: [...vertical, ...(horizontal ?? [])].some((end) => end !== 0),
          move({ draw, entries, height, width }) {
            const zoom = ([least, most]: readonly [number, number]) =>
              draw.uniform(1 + least, 1 + most, [1, 1]);
            const rows = zoom(vertical);
            const columns = horizontal === undefined ? rows : zoom(horizontal);
            const [x, y] = [(width - 1) / 2, (height - 1) / 2];
            const right = entries.sumOfProducts([x, 1], [-x, columns]);
            const down = entries.sumOfProducts([y, 1], [-y, rows]);
            return { matrix: [columns, 0, right, 0, rows, down, 0, 0, 1] };
          },
        }),
    };
  });
}
randomZoom.facts = layerFacts<RandomZoomOptions>({
  name: "randomZoom",
  options: { heightFactor: "height_factor", widthFactor: "width_factor", ...movingNames },
  keras: { className: "RandomZoom", fixed: channelsLast },
  example: "{ heightFactor: 0.1 }",
});

/** Nothing would be left of an image of which 100 % less is seen, unless the range just touches that. */
function zoomRange(option: string, factor: Factor): [number, number] {
  const [least, most] = rangeOf(option, factor);
  const touches = typeof factor === "number" ? factor === -1 : least === -1 || most === -1;
  requireOption(option, factor, !touches, "above -1 and at most 1");
  return [least, most];
}
