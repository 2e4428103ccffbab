// What happens where a picture has other proportions than it is to get, by name.

import { requireWord } from "./option.ts";
import { roundToEven } from "./round.ts";

export const resizeModes = ["stretch", "cover", "contain"] as const;

/**
 * What happens where proportions differ: `stretch` ignores them; `cover` cuts off what does not fit, the same
 * amount on both sides; `contain` keeps everything and fills the rest.
 */
export type ResizeMode = (typeof resizeModes)[number];

/** @throws ConfigError unless `mode` is one of the three. */
export function requireResizeMode(option: string, mode: unknown): void {
  requireWord(option, mode, resizeModes);
}

/** Rows and columns. */
type Size = readonly [height: number, width: number];

/** The largest size of the proportions of `from` inside of `size`: what `contain` resizes to. */
export function containedSize([height, width]: Size, size: Size): Size {
  const wanted = size[1] / size[0];
  const own = width / height;
  if (own === wanted) return size;
  return own > wanted
    ? [Math.max(1, roundToEven((height / width) * size[1])), size[1]]
    : [size[0], Math.max(1, roundToEven((width / height) * size[0]))];
}

/** How much is filled before `inner` pixels so that they lie in the middle of `size`. */
export function marginBefore(size: number, inner: number): number {
  return roundToEven((size - inner) * 0.5);
}
