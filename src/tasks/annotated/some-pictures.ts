// A few of many pictures.

import type { AnnotatedImages } from "../../vision/annotated.ts";

/** At most `most` of the pictures, evenly spread; the same each time. */
export function somePictures<Target>(
  pictures: AnnotatedImages<Target>,
  most: number,
): AnnotatedImages<Target> {
  if (pictures.count <= most) return pictures;
  const at = (row: number) => Math.floor((row * pictures.count) / most);
  return {
    count: most,
    classNames: pictures.classNames,
    fingerprint: `${pictures.fingerprint}, ${most} of them`,
    read: (row) => pictures.read(at(row)),
    target: (row) => pictures.target(at(row)),
    nameOf: (row) => pictures.nameOf(at(row)),
  };
}
