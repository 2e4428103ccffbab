// How four numbers say where a box is.

/**
 * How four numbers say where a box is: corners, the upper left one first (`xyxy`, `yxyx`), the upper left
 * corner and the size (`xywh`), the middle and the size (`centerXywh`); in pixels, or as parts of the image's
 * width and height (`relXyxy`, `relXywh`, …).
 */
export type BoundingBoxFormat =
  | "xyxy"
  | "yxyx"
  | "xywh"
  | "centerXywh"
  | "relXyxy"
  | "relYxyx"
  | "relXywh"
  | "relCenterXywh";

export const boundingBoxFormats: readonly BoundingBoxFormat[] = [
  "xyxy",
  "yxyx",
  "xywh",
  "centerXywh",
  "relXyxy",
  "relYxyx",
  "relXywh",
  "relCenterXywh",
];

/** What the four numbers are, wherever they are measured. */
export type BoxNumbers = "xyxy" | "yxyx" | "xywh" | "centerXywh";

const kinds: Readonly<Record<BoundingBoxFormat, BoxNumbers>> = {
  xyxy: "xyxy",
  yxyx: "yxyx",
  xywh: "xywh",
  centerXywh: "centerXywh",
  relXyxy: "xyxy",
  relYxyx: "yxyx",
  relXywh: "xywh",
  relCenterXywh: "centerXywh",
};

/** The numbers of a format, and whether they are parts of the image's width and height. */
export function numbersOf(format: BoundingBoxFormat): {
  readonly kind: BoxNumbers;
  readonly isRelative: boolean;
} {
  return { kind: kinds[format], isRelative: format !== kinds[format] };
}
