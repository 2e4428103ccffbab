// Which object each anchor or place is to learn: what all ways of matching give.

/** Which object each anchor is to learn. */
export interface Matches {
  /** `[A]`: the row of the object, -1 for background, -2 where neither is to be learnt. */
  readonly objects: Int32Array;
  /** `[A]`: its IoU with that object, or with the object it overlaps most. */
  readonly ious: Float32Array;
}

/** Background everywhere. */
export function nothingMatched(count: number): Matches {
  return { objects: new Int32Array(count).fill(-1), ious: new Float32Array(count) };
}

/** The middle of box `i`. */
export function middleAt(data: Float32Array, i: number): [number, number] {
  return [(data[4 * i] + data[4 * i + 2]) / 2, (data[4 * i + 1] + data[4 * i + 3]) / 2];
}

/** Whether a point lies inside of box `i`, and not on its edge. */
export function contains(data: Float32Array, i: number, x: number, y: number): boolean {
  const [left, top, right, bottom] = [
    data[4 * i],
    data[4 * i + 1],
    data[4 * i + 2],
    data[4 * i + 3],
  ];
  return x > left && x < right && y > top && y < bottom;
}
