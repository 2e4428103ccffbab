// How far each pixel is from the nearest one that is set.

import type { Plane } from "./class-map.ts";

/**
 * The square of the distance of each pixel to the nearest that is not 0, exact; Infinity where there is none. Felzenszwalb
 * and Huttenlocher, "Distance Transforms of Sampled Functions", 2012.
 */
export function squaredDistances({ data, height, width }: Plane): Float64Array {
  const result = Float64Array.from(data, (value) => (value === 0 ? Number.POSITIVE_INFINITY : 0));
  const longest = Math.max(height, width);
  const line = new Float64Array(longest);
  const places = new Int32Array(longest);
  const borders = new Float64Array(longest + 1);
  const pass = (first: number, step: number, length: number) => {
    for (let i = 0; i < length; i++) line[i] = result[first + i * step];
    let last = -1;
    // The lower envelope of the parabolas that stand on the values of the line.
    for (let i = 0; i < length; i++) {
      if (line[i] === Number.POSITIVE_INFINITY) continue;
      let start = Number.NEGATIVE_INFINITY;
      while (last >= 0) {
        const other = places[last];
        start = (line[i] + i * i - line[other] - other * other) / (2 * (i - other));
        if (start > borders[last]) break;
        last--;
        start = Number.NEGATIVE_INFINITY;
      }
      last++;
      places[last] = i;
      borders[last] = start;
    }
    if (last < 0) return;
    for (let i = 0, at = 0; i < length; i++) {
      while (at < last && borders[at + 1] <= i) at++;
      result[first + i * step] = (i - places[at]) ** 2 + line[places[at]];
    }
  };
  for (let x = 0; x < width; x++) pass(x, width, height);
  for (let y = 0; y < height; y++) pass(y * width, 1, width);
  return result;
}
