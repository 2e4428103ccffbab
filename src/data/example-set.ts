// Labelled images, whether they lie in arrays or are read as they are needed: what those who measure and show them ask
// for.

import type { Shape } from "../core/shape.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { countExamples, type Examples, sliceExamples } from "./examples.ts";
import { type ImageSource, isImageSource } from "./image-folder/image-source.ts";

/** Examples in arrays, or pictures of a folder. */
export type ExampleSet = Examples | ImageSource;

/** How many there are. */
export function countOf(set: ExampleSet): number {
  return isImageSource(set) ? set.count : countExamples(set);
}

/** The shape of one input, `[H, W, C]`. */
export function inputShapeOf(set: ExampleSet): Shape {
  return isImageSource(set) ? set.shape : set.x.shape.slice(1);
}

/** The number of each example's class. */
export function labelsOf(set: ExampleSet): Examples["y"]["data"] {
  return isImageSource(set) ? set.labels : set.y.data;
}

/** How many classes there are: those that have names, else one more than the highest label. */
export function classCountIn(set: ExampleSet): number {
  return set.classNames?.length ?? Math.max(...new Set<number>(labelsOf(set))) + 1;
}

/** What `fit` and `predict` take of it. */
export function inputsOf(set: ExampleSet): ImageSource | Examples["x"] {
  return isImageSource(set) ? set : set.x;
}

/** What an example is called; undefined where it has a number alone. */
export function nameOfExample(set: ExampleSet, row: number): string | undefined {
  return isImageSource(set) ? set.paths[row] : undefined;
}

/** The examples from row `from` up to `to`, in arrays. */
export async function sliceSet(set: ExampleSet, from: number, to: number): Promise<Examples> {
  if (!isImageSource(set)) return sliceExamples(set, from, to);
  const { x, y } = await set.read(Int32Array.from({ length: to - from }, (_, i) => from + i));
  return { x, y, classNames: set.classNames };
}

/** Some of the images, `[H, W, C]` each; none where they are no bytes. */
export async function imagesAt(
  set: ExampleSet,
  rows: readonly number[],
): Promise<Tensor<Uint8Array>[]> {
  const shape = inputShapeOf(set);
  const size = sizeOf(shape);
  const cut = (data: Uint8Array, row: number) => ({
    data: data.subarray(row * size, (row + 1) * size),
    shape,
  });
  if (isImageSource(set)) {
    const { x } = await set.read(Int32Array.from(rows));
    return rows.map((_, i) => cut(x.data, i));
  }
  const { data } = set.x;
  return data instanceof Uint8Array ? rows.map((row) => cut(data, row)) : [];
}
