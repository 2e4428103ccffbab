// Pictures and maps of classes as a whole in another size.

import type { Tensor } from "../../core/tensor.ts";
import { resize } from "../../images/resize.ts";
import type { ClassMap } from "../annotated.ts";

interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** A picture in another size, stretched where proportions differ. */
export function resizedTo(image: Tensor<Uint8Array>, { rows, columns }: Size): Tensor<Uint8Array> {
  return resize(image, { size: [rows, columns] });
}

/** A map in another size: each pixel has the class of the nearest one. */
export function sampledTo({ data, shape }: ClassMap, { rows, columns }: Size): ClassMap {
  const [height, width] = shape;
  const nearest = (at: number, size: number, length: number) =>
    Math.min(length - 1, Math.floor(((at + 0.5) * length) / size));
  const from = Int32Array.from({ length: columns }, (_, x) => nearest(x, columns, width));
  const result = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const start = nearest(y, rows, height) * width;
    for (let x = 0; x < columns; x++) result[y * columns + x] = data[start + from[x]];
  }
  return { data: result, shape: [rows, columns] };
}
