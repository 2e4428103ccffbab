// Where the name of a class is written: inside of its largest part.

import type { Plane } from "../masks/class-map.ts";

/** A pixel of a class, and how far it is from other classes. */
export interface Innermost {
  at: number;
  distance: number;
}

/** Of each class the pixel that is farthest from other classes and from the border; of many the middle one. */
export function innermost({ data: classes, height, width }: Plane): Map<number, Innermost> {
  const distances = distancesIn(classes, height, width);
  /** Of each class the largest distance, and the sums of places that have it. */
  const best = new Map<number, { distance: number; count: number; x: number; y: number }>();
  const columnOf = (i: number) => i % width;
  const rowOf = (i: number) => Math.floor(i / width);
  distances.forEach((distance, i) => {
    const own = best.get(classes[i]);
    if (own === undefined || distance > own.distance) {
      best.set(classes[i], { distance, count: 1, x: columnOf(i), y: rowOf(i) });
    } else if (distance === own.distance) {
      own.count++;
      own.x += columnOf(i);
      own.y += rowOf(i);
    }
  });
  const result = new Map<number, Innermost & { far: number }>();
  distances.forEach((distance, i) => {
    const own = best.get(classes[i]);
    if (own === undefined || distance < own.distance) return;
    const far = (columnOf(i) - own.x / own.count) ** 2 + (rowOf(i) - own.y / own.count) ** 2;
    const other = result.get(classes[i]);
    if (other === undefined || far < other.far) result.set(classes[i], { at: i, distance, far });
  });
  return result;
}

/** How many steps each pixel is from another class or from outside of the picture. */
function distancesIn(classes: Uint8Array, height: number, width: number): Int32Array {
  const distances = new Int32Array(classes.length);
  const step = (i: number, other: number, isInside: boolean) =>
    isInside && classes[other] === classes[i] ? distances[other] + 1 : 1;
  for (let i = 0; i < classes.length; i++) {
    const isAfter = i % width > 0;
    distances[i] = Math.min(step(i, i - 1, isAfter), step(i, i - width, i >= width));
  }
  for (let i = classes.length - 1; i >= 0; i--) {
    const isBefore = i % width < width - 1;
    const isAbove = i < (height - 1) * width;
    const after = Math.min(step(i, i + 1, isBefore), step(i, i + width, isAbove));
    distances[i] = Math.min(distances[i], after);
  }
  return distances;
}
