// A picture in the middle of an image of another size, and its boxes there and back.

import { containedSize, marginBefore } from "../../core/resize-mode.ts";

/** The grey that letterboxes are filled with, as in YOLO. */
export const letterboxLevel = 114;

/** Where a picture lies in an image. */
export interface Letterbox {
  /** Rows and columns of the picture there. */
  readonly inner: readonly [height: number, width: number];
  /** What lies above it, in rows. */
  readonly top: number;
  /** What lies left of it, in columns. */
  readonly left: number;
  /** How many pixels of the image a pixel of the picture is: downwards, and to the right. */
  readonly scale: readonly [down: number, right: number];
}

/** Where pictures of one size lie in images of another, as `images.resize` puts them with `contain`. */
export function letterboxOf(
  picture: readonly [height: number, width: number],
  image: readonly [height: number, width: number],
): Letterbox {
  const inner = containedSize(picture, image);
  return {
    inner,
    top: marginBefore(image[0], inner[0]),
    left: marginBefore(image[1], inner[1]),
    scale: [inner[0] / picture[0], inner[1] / picture[1]],
  };
}

/** Boxes in pixels of the image, of boxes in pixels of the picture. */
export function intoLetterbox(boxes: Float32Array, { scale, top, left }: Letterbox): Float32Array {
  return boxes.map((edge, i) => (i % 2 === 0 ? edge * scale[1] + left : edge * scale[0] + top));
}

/** Boxes in pixels of a picture of this size, of boxes in pixels of the image; what leaves the picture is cut off. */
export function outOfLetterbox(
  boxes: Float32Array,
  { scale, top, left }: Letterbox,
  [height, width]: readonly [number, number],
): Float32Array {
  return boxes.map((edge, i) => {
    const [moved, most] =
      i % 2 === 0 ? [(edge - left) / scale[1], width] : [(edge - top) / scale[0], height];
    return Math.min(Math.max(moved, 0), most);
  });
}
