// How layers fill in the pixels between pixels.

import { requireWord } from "../../core/option.ts";

const interpolations = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"] as const;

/**
 * The nearest pixel; a straight line between the two nearest in each direction; a cubic through the
 * four nearest; Lanczos's window over six or ten; or the mean of the area that a pixel covers.
 */
export type Interpolation = (typeof interpolations)[number];

/** Over how many pixels in each direction a result is made where images grow. */
export const interpolationReach: Readonly<Record<Interpolation, number>> = {
  nearest: 1,
  bilinear: 2,
  bicubic: 4,
  lanczos3: 6,
  lanczos5: 10,
  area: 2,
};

/** @throws ConfigError unless `name` is a kind of interpolation. */
export function requireInterpolation(name: string): asserts name is Interpolation {
  requireWord("interpolation", name, interpolations);
}
