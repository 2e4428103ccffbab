// What a filter sees beyond the border of a picture.

import { requireWord } from "../core/option.ts";

const borders = ["same", "valid", "symmetric", "reflect", "nearest"] as const;

/**
 * What lies beyond the border: `same` has zeros there; `valid` keeps only results that need nothing of it, so
 * the picture shrinks; `symmetric` mirrors it with the outermost pixels twice (dcba|abcd|dcba), `reflect` with
 * them once (dcb|abcd|cba), and `nearest` repeats them (aaa|abcd|ddd).
 */
export type Border = (typeof borders)[number];

/** @throws ConfigError unless `border` is one of the five. */
export function requireBorder(border: unknown): asserts border is Border {
  requireWord("border", border, borders);
}

/** The place within `size` pixels that stands for `at`; −1 where it counts as zero. */
export function placeOf(at: number, size: number, border: Border): number {
  if (at >= 0 && at < size) return at;
  if (border === "nearest") return at < 0 ? 0 : size - 1;
  if (border === "symmetric") {
    const turn = ((at % (2 * size)) + 2 * size) % (2 * size);
    return turn < size ? turn : 2 * size - 1 - turn;
  }
  if (border === "reflect") {
    const period = Math.max(1, 2 * (size - 1));
    const turn = ((at % period) + period) % period;
    return turn < size ? turn : period - turn;
  }
  return -1;
}
