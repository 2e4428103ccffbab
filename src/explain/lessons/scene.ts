// A picture for lessons where nobody has one at hand: a house under the sun, with edges in all directions, even parts,
// stripes, and grass that is noise.

import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";

type Rgb = readonly [number, number, number];

/** Height and width. */
const size = 192;

/** A drawn house under the sun: u8 `[192, 192, 3]`, the same each time. */
export function scene(): Tensor<Uint8Array> {
  const stream = new RandomStream(4);
  const data = new Uint8ClampedArray(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const grain = 6 * stream.normal();
      const [red, green, blue] = colourAt(x / size, y / size, stream);
      data.set([red + grain, green + grain, blue + grain], (y * size + x) * 3);
    }
  }
  return { data: new Uint8Array(data.buffer), shape: [size, size, 3] };
}

/** The colour at a place from 0 to 1, across and down. */
function colourAt(x: number, y: number, stream: RandomStream): Rgb {
  const isIn = (left: number, top: number, right: number, bottom: number) =>
    x >= left && x < right && y >= top && y < bottom;
  const isRoof = y >= 0.3 && y < 0.5 && Math.abs(x - 0.42) < (y - 0.3) * 1.5;
  if (isIn(0.56, 0.3, 0.63, 0.45)) return [120, 72, 60];
  if (isRoof) return [168, 62, 48];
  if (isIn(0.36, 0.62, 0.46, 0.8))
    return x > 0.445 && y > 0.7 && y < 0.72 ? [230, 200, 90] : [92, 60, 40];
  const isWindow = isIn(0.2, 0.56, 0.32, 0.68) || isIn(0.52, 0.56, 0.64, 0.68);
  if (isWindow) {
    const across = Math.abs(((x - 0.2) % 0.32) - 0.06) < 0.006;
    return across || Math.abs(y - 0.62) < 0.006 ? [245, 245, 240] : [70, 110, 160];
  }
  if (isIn(0.15, 0.5, 0.69, 0.8))
    return Math.floor(y * 48) % 2 === 0 ? [226, 206, 168] : [214, 192, 152];
  if (isIn(0.76, 0.55, 0.97, 0.8)) {
    return Math.floor(x * 48) % 2 === 0 ? [250, 250, 250] : [40, 60, 110];
  }
  if (Math.hypot(x - 0.82, y - 0.2) < 0.1) return [252, 214, 72];
  if (y >= 0.78) {
    const shade = 30 * stream.uniform();
    return [70 + shade, 130 + shade, 50];
  }
  return [110 + 110 * y, 170 + 70 * y, 235];
}
