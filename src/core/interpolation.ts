// Interpolation between pixels, by name.

import { requireWord } from "./option.ts";

export const interpolations = [
  "nearest",
  "bilinear",
  "bicubic",
  "lanczos3",
  "lanczos5",
  "area",
] as const;

/**
 * How pixels between pixels are computed: the nearest pixel; linearly between the two nearest in each
 * direction; by a cubic through the four nearest; by Lanczos's window over six or ten; or as the mean of
 * the area that a pixel covers.
 */
export type Interpolation = (typeof interpolations)[number];

/** How many pixels in each direction an output depends on where images grow. */
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
