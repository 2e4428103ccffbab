// Cropping as layers: the ends of sequences and the borders of images are cut off.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { shiftedReach } from "../reach.ts";
import { type Ends, endsOf, type Sides, sidesOf } from "./sides.ts";
import { images, type Space, sequences } from "./space.ts";

export interface Cropping1dOptions extends CommonOptions {
  /** Time steps to cut from each end, or `[before, after]`. Default: 1. */
  readonly cropping?: Ends;
}

export interface Cropping2dOptions extends CommonOptions {
  /**
   * Pixels to cut from each side, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 0.
   */
  readonly cropping?: Sides;
}

/**
 * Cropping in time: `[N, L, C] → [N, L − before − after, C]`. As in Keras.
 *
 * @throws ConfigError if the cropping is invalid, ShapeError if nothing would be left.
 * @example layers.cropping1d({ cropping: [0, 3] })
 */
export function cropping1d(options: Cropping1dOptions = {}): LayerInstance<Cropping1dOptions> {
  return makeLayer(cropping1d.facts, options, (given) => {
    const cropping = endsOf(given.cropping ?? 1, "cropping");
    return { options: { ...given, cropping }, plan: cut("cropping1d", sequences, [cropping]) };
  });
}
cropping1d.facts = layerFacts<Cropping1dOptions>({
  name: "cropping1d",
  options: { cropping: "cropping" },
  keras: { className: "Cropping1D" },
  example: "{ cropping: [0, 3] }",
});

/**
 * Cropping of images: `[N, H, W, C] → [N, H − top − bottom, W − left − right, C]`. As in Keras.
 *
 * @throws ConfigError if the cropping is invalid, ShapeError if nothing would be left.
 * @example layers.cropping2d({ cropping: [[2, 2], [1, 0]] })
 */
export function cropping2d(options: Cropping2dOptions = {}): LayerInstance<Cropping2dOptions> {
  return makeLayer(cropping2d.facts, options, (given) => {
    const cropping = sidesOf(given.cropping ?? 0, "cropping");
    return { options: { ...given, cropping }, plan: cut("cropping2d", images, cropping) };
  });
}
cropping2d.facts = layerFacts<Cropping2dOptions>({
  name: "cropping2d",
  options: { cropping: "cropping" },
  keras: { className: "Cropping2D" },
  example: "{ cropping: 2 }",
});

/** Cuts so many elements from the beginning and the end of each axis but the channels. */
function cut(
  layer: string,
  space: Space,
  ends: readonly (readonly [number, number])[],
): LayerDraft<object>["plan"] {
  const before = ends.map(([first]) => first);
  const total = ends.map(([first, last]) => first + last);
  return ([input]) => {
    space.require(input, layer);
    const outputShape = input.map((size, axis) => size - (total[axis] ?? 0));
    if (outputShape.some((size) => size < 1)) {
      throw new ShapeError({
        what: `${layer} would leave nothing.`,
        expected: `more than ${total.join(" by ")} ${space === images ? "pixels" : "time steps"}`,
        received: formatShape(input),
      });
    }
    return {
      outputShape,
      reach: shiftedReach([-before[0], -(before[1] ?? 0)]),
      call: ([x], { build }) => build.slice(x, [0, ...before, 0], [x.shape[0], ...outputShape]),
    };
  };
}
