// Zero padding as layers: zeros before and after sequences, and around images.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { shiftedReach } from "../reach.ts";
import { type Ends, endsOf, type Sides, sidesOf } from "./sides.ts";
import { images, type Space, sequences } from "./space.ts";

export interface ZeroPadding1dOptions extends CommonOptions {
  /** Time steps of zeros at each end, or `[before, after]`. Default: 1. */
  readonly padding?: Ends;
}

export interface ZeroPadding2dOptions extends CommonOptions {
  /**
   * Pixels of zeros on each side, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 1.
   */
  readonly padding?: Sides;
}

/**
 * Zero padding in time: `[N, L, C] → [N, before + L + after, C]`. As in Keras.
 *
 * @throws ConfigError if the padding is invalid, ShapeError if the input is not a sequence.
 * @example layers.zeroPadding1d({ padding: [2, 0] })
 */
export function zeroPadding1d(
  options: ZeroPadding1dOptions = {},
): LayerInstance<ZeroPadding1dOptions> {
  return makeLayer(zeroPadding1d.facts, options, (given) => {
    const padding = endsOf(given.padding ?? 1, "padding");
    return { options: { ...given, padding }, plan: pad("zeroPadding1d", sequences, [padding]) };
  });
}
zeroPadding1d.facts = layerFacts<ZeroPadding1dOptions>({
  name: "zeroPadding1d",
  options: { padding: "padding" },
  keras: { className: "ZeroPadding1D" },
  example: "{ padding: 1 }",
});

/**
 * Zero padding of images: `[N, H, W, C] → [N, top + H + bottom, left + W + right, C]`. As in Keras.
 *
 * @throws ConfigError if the padding is invalid, ShapeError if the input is not an image.
 * @example layers.zeroPadding2d({ padding: [[1, 0], [2, 2]] })
 */
export function zeroPadding2d(
  options: ZeroPadding2dOptions = {},
): LayerInstance<ZeroPadding2dOptions> {
  return makeLayer(zeroPadding2d.facts, options, (given) => {
    const padding = sidesOf(given.padding ?? 1, "padding");
    return { options: { ...given, padding }, plan: pad("zeroPadding2d", images, padding) };
  });
}
zeroPadding2d.facts = layerFacts<ZeroPadding2dOptions>({
  name: "zeroPadding2d",
  options: { padding: "padding" },
  keras: { className: "ZeroPadding2D" },
  example: "{ padding: 1 }",
});

/** Adds so many zeros to the beginning and the end of each axis but the channels. */
function pad(
  layer: string,
  space: Space,
  ends: readonly (readonly [number, number])[],
): LayerDraft<object>["plan"] {
  const before = ends.map(([first]) => first);
  const after = ends.map(([, last]) => last);
  return ([input]) => {
    space.require(input, layer);
    return {
      outputShape: input.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)),
      reach: shiftedReach([before[0], before[1] ?? 0]),
      call: ([x], { build }) => build.pad(x, [0, ...before, 0], [0, ...after, 0]),
    };
  };
}
