// Random colours that can be told from others.

import type { RandomStream } from "../../core/random.ts";
import type { Color } from "../../images/channels.ts";

/** Colours that are tried before the best of them is taken. */
const attempts = 16;

/** Any colour, each as likely as any other. */
export function randomColor(random: RandomStream): Color {
  return [random.below(256), random.below(256), random.below(256)];
}

/**
 * A random colour at a distance of at least `distance` from each of `others`, in levels of red, green and blue taken
 * together; where none is found soon, the farthest of those that were tried.
 */
export function distinctColor(
  random: RandomStream,
  others: readonly Color[],
  distance: number,
): Color {
  let best = randomColor(random);
  for (let attempt = 1; attempt < attempts; attempt++) {
    if (distanceTo(best, others) >= distance) break;
    const next = randomColor(random);
    if (distanceTo(next, others) > distanceTo(best, others)) best = next;
  }
  return best;
}

function distanceTo(color: Color, others: readonly Color[]): number {
  const distances = others.map((other) => Math.hypot(...color.map((part, i) => part - other[i])));
  return Math.min(Infinity, ...distances);
}
