// Pictures with masks for tests: lists of arrays, and discs on a slope of grey.

import { RandomStream } from "../../../src/core/random.ts";
import type { Tensor } from "../../../src/core/tensor.ts";
import type { Annotated, AnnotatedImages, ClassMap } from "../../../src/vision/annotated.ts";

export function annotated(
  pictures: readonly Annotated<ClassMap>[],
  classNames: readonly string[],
): AnnotatedImages<ClassMap> {
  return {
    count: pictures.length,
    classNames,
    fingerprint: String(pictures.length),
    read: async (row) => pictures[row],
    target: async (row) => pictures[row].target,
    nameOf: (row) => `picture ${row}`,
  };
}

/** A grey picture whose pixels tell their class: 40 times the class, plus 10. */
export function telling(
  height: number,
  width: number,
  classAt: (y: number, x: number) => number,
): Annotated<ClassMap> {
  const labels = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) labels[y * width + x] = classAt(y, x);
  }
  const image: Tensor<Uint8Array> = {
    data: labels.map((label) => 40 * label + 10),
    shape: [height, width, 1],
  };
  return { image, target: { data: labels, shape: [height, width] } };
}

/** Light discs on dark ground, with noise. */
export function discs(count: number, size: number, seed: number): AnnotatedImages<ClassMap> {
  const pictures = Array.from({ length: count }, (_, i) => {
    const random = new RandomStream(seed, i);
    const radius = size * (0.15 + 0.2 * random.uniform());
    const [y0, x0] = [random.uniform() * size, random.uniform() * size];
    const picture = telling(size, size, (y, x) => Number(Math.hypot(y - y0, x - x0) < radius));
    const { data } = picture.target;
    picture.image.data.set(data.map((label) => 60 + 90 * label + random.below(60)));
    return picture;
  });
  return annotated(pictures, ["ground", "disc"]);
}
