// Parts of pictures: what several lessons cut out.

import { images, type Tensor } from "../../../src/index.ts";

/** Left, top, right and bottom edge, in pixels. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Box `i` of boxes `[B, 4]`. */
export function boxAt({ data }: Tensor<Float32Array>, i: number): Box {
  return [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3]];
}

/** Boxes as a tensor `[B, 4]`. */
export function boxTensor(boxes: readonly Box[]): Tensor<Float32Array> {
  return { data: Float32Array.from(boxes.flat()), shape: [boxes.length, 4] };
}

/** Intersection over union of two boxes: what they share, as a part of what they cover together. */
export function iouOf(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(width, 0) * Math.max(height, 0);
  const area = ([left, top, right, bottom]: Box) => (right - left) * (bottom - top);
  return shared / (area(a) + area(b) - shared);
}

/** The pixels in a box, resized to `side` by `side`; what lies outside of the picture is its border. */
export function cut(image: Tensor<Uint8Array>, box: Box, side: number): Uint8Array {
  const [height, width, channels] = image.shape;
  const [left, top, right, bottom] = box.map(Math.round);
  const [rows, columns] = [Math.max(bottom - top, 1), Math.max(right - left, 1)];
  const data = new Uint8Array(rows * columns * channels);
  const inside = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (inside(top + y, height) * width + inside(left + x, width)) * channels;
      data.set(image.data.subarray(from, from + channels), (y * columns + x) * channels);
    }
  }
  return images.resize({ data, shape: [rows, columns, channels] }, { size: [side, side] }).data;
}

/** Pictures of one size as one tensor `[N, H, W, C]`. */
export function stacked(pictures: readonly Uint8Array[], shape: readonly number[]) {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Uint8Array(pictures.length * size);
  pictures.forEach((picture, i) => {
    data.set(picture, i * size);
  });
  return { data, shape: [pictures.length, ...shape] };
}
