// How many classes labelled images have.

import type { Examples } from "../../data/examples.ts";

/** The classes that have names, else one more than the highest label. */
export function classCountIn({ y, classNames }: Examples): number {
  return classNames?.length ?? Math.max(...new Set<number>(y.data)) + 1;
}
