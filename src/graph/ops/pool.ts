// What the pooling ops share: where a window's taps lie, and the odd windows to try.

import { type Shape, sizeOf } from "../../core/shape.ts";
import type { PoolAttributes } from "../builder.ts";
import { type Affine, addAffine, axis, fixed } from "../expression.ts";
import type { Sample } from "../op.ts";
import { windowOver } from "../window.ts";

/** The shape `[N, P, Q, C]` of a pooled image `[N, H, W, C]`. @throws ShapeError */
export function pooledShape(image: Shape, attributes: PoolAttributes): Shape {
  const [rows, columns] = windowOver(image, attributes.size, attributes);
  return [image[0], rows.output, columns.output, image[3]];
}

/** Calls `visit(image element, result element)` for every tap inside the image, row-major. */
export function forEachTap(
  image: Shape,
  attributes: PoolAttributes,
  visit: (from: number, to: number) => void,
): void {
  const [rows, columns] = windowOver(image, attributes.size, attributes);
  const [n, height, width, channels] = image;
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < rows.output; p++) {
      for (let q = 0; q < columns.output; q++) {
        for (let c = 0; c < channels; c++) {
          for (let r = 0; r < rows.taps; r++) {
            for (let s = 0; s < columns.taps; s++) {
              const h = p * rows.stride + r - rows.before;
              const w = q * columns.stride + s - columns.before;
              if (h < 0 || h >= height || w < 0 || w >= width) continue;
              visit(
                ((i * height + h) * width + w) * channels + c,
                ((i * rows.output + p) * columns.output + q) * channels + c,
              );
            }
          }
        }
      }
    }
  }
}

/** How many taps of each window, an element of the result, lie inside the image. */
export function countTaps(image: Shape, attributes: PoolAttributes): Int32Array {
  const counts = new Int32Array(sizeOf(pooledShape(image, attributes)));
  forEachTap(image, attributes, (_, to) => {
    counts[to]++;
  });
  return counts;
}

/** Row and column of the image that tap (axis 4, axis 5) of window (axis 1, axis 2) reads. */
export function poolIndex(image: Shape, attributes: PoolAttributes): [Affine, Affine] {
  const [rows, columns] = windowOver(image, attributes.size, attributes);
  return [
    addAffine(axis(1, rows.stride), addAffine(axis(4), fixed(-rows.before))),
    addAffine(axis(2, columns.stride), addAffine(axis(5), fixed(-columns.before))),
  ];
}

/** Windows that touch, overlap, leave gaps, leave borders and are padded. */
export const poolCases: readonly { readonly image: Shape; readonly attributes: PoolAttributes }[] =
  [
    { image: [2, 4, 6, 3], attributes: { size: [2, 2], strides: [2, 2], padding: "valid" } },
    { image: [1, 5, 7, 6], attributes: { size: [2, 2], strides: [2, 2], padding: "valid" } },
    { image: [2, 5, 7, 1], attributes: { size: [2, 2], strides: [2, 2], padding: "same" } },
    { image: [1, 7, 8, 17], attributes: { size: [3, 3], strides: [2, 2], padding: "same" } },
    { image: [1, 6, 5, 5], attributes: { size: [3, 2], strides: [1, 1], padding: "valid" } },
    { image: [2, 7, 7, 4], attributes: { size: [2, 2], strides: [3, 3], padding: "valid" } },
    {
      image: [1, 5, 4, 33],
      attributes: {
        size: [3, 3],
        strides: [2, 1],
        padding: { top: 1, bottom: 0, left: 2, right: 1 },
      },
    },
  ];

export function poolSamples(): Sample<PoolAttributes>[] {
  return poolCases.map(({ image, attributes }) => ({ inputs: [{ shape: image }], attributes }));
}
