// Examples of masks as pictures: the images that the network sees, with the classes of their pixels.

import type { Tensor } from "../../core/tensor.ts";
import { drawMask } from "../../vision/draw/draw-mask.ts";
import { partOf } from "../../vision/segmentation/patches.ts";

/** The images of some rows with their masks, `u8 [H, W, 3]` each. */
export function drawRows(
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  classNames: readonly string[],
): Tensor<Uint8Array>[] {
  const [count, ...shape] = x.shape;
  const [, rows, columns] = y.shape;
  const [size, pixels] = [x.data.length / count, rows * columns];
  // A mask may be smaller than its image, and lies in its middle then.
  const inner = { top: (shape[0] - rows) / 2, left: (shape[1] - columns) / 2, rows, columns };
  return Array.from({ length: count }, (_, i) => {
    const levels = Uint8ClampedArray.from(x.data.subarray(i * size, (i + 1) * size));
    const image = partOf({ data: new Uint8Array(levels.buffer), shape }, inner);
    const data = Uint8Array.from(y.data.subarray(i * pixels, (i + 1) * pixels));
    return drawMask(image, { data, shape: [rows, columns] }, classNames, { labels: false });
  });
}
