// A few of many pictures.

import type { AnnotatedImages } from "../../vision/annotated.ts";
import { evenly } from "../evenly.ts";

/** At most `most` of the pictures, evenly spread; the same each time. */
export function somePictures<Target>(
  pictures: AnnotatedImages<Target>,
  most: number,
): AnnotatedImages<Target> {
  if (pictures.count <= most) return pictures;
  const rows = evenly(pictures.count, most);
  return {
    count: most,
    classNames: pictures.classNames,
    fingerprint: `${pictures.fingerprint}, ${most} of them`,
    read: (row) => pictures.read(rows[row]),
    target: (row) => pictures.target(rows[row]),
    nameOf: (row) => pictures.nameOf(rows[row]),
  };
}
