// Boxes in other numbers, cut off at the picture, and how large they are.

import {
  type BoundingBoxFormat,
  boundingBoxFormats,
  numbersOf,
} from "../../core/bounding-box-format.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireOption,
  requireWord,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { requireSize } from "../../images/resize.ts";
import { areaAt, boxList } from "./box-list.ts";

/** From which numbers to which. */
export interface ConvertBoxesOptions {
  /** How the boxes are given. Default: `xyxy`. */
  readonly from?: BoundingBoxFormat;
  /** How they come back. Default: `xyxy`. */
  readonly to?: BoundingBoxFormat;
  /** Height and width of the picture in pixels; needed where one of the formats is relative to them. */
  readonly imageSize?: readonly [height: number, width: number];
}

const known: OptionNames<ConvertBoxesOptions> = { from: true, to: true, imageSize: true };

/**
 * The same boxes in other numbers: `[B, 4] → [B, 4]`. Nothing is cut off or put right.
 *
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite, ConfigError where an option
 * cannot be used.
 * @example
 * const boxes = vision.convertBoxes(yolo, { from: "relCenterXywh", imageSize: [480, 640] });
 */
export function convertBoxes(
  boxes: Tensor,
  options: ConvertBoxesOptions = {},
): Tensor<Float32Array> {
  const call = "vision.convertBoxes";
  requireKnownOptions(call, options, known, 'boxes, { from: "xywh" }');
  const { from = "xyxy", to = "xyxy", imageSize } = options;
  requireWord("from", from, boundingBoxFormats);
  requireWord("to", to, boundingBoxFormats);
  const [source, target] = [numbersOf(from), numbersOf(to)];
  const { data, count } = boxList(call, boxes);
  if (imageSize !== undefined) requireSize("imageSize", imageSize);
  const needsSize = source.isRelative !== target.isRelative;
  requireOption(
    "imageSize",
    imageSize,
    !needsSize || imageSize !== undefined,
    `[height, width] of the picture, to convert from ${from} to ${to}`,
  );
  const [height, width] = imageSize ?? [1, 1];
  const [wide, high] = needsSize
    ? source.isRelative
      ? [width, height]
      : [1 / width, 1 / height]
    : [1, 1];
  const result = new Float32Array(data.length);
  for (let at = 0; at < 4 * count; at += 4) {
    const [left, top, right, bottom] = edgesFrom[source.kind](
      data[at],
      data[at + 1],
      data[at + 2],
      data[at + 3],
    );
    result.set(numbersTo[target.kind](left * wide, top * high, right * wide, bottom * high), at);
  }
  return { data: result, shape: [count, 4] };
}

type Four = readonly [number, number, number, number];
type Numbers = (a: number, b: number, c: number, d: number) => Four;
type Kind = ReturnType<typeof numbersOf>["kind"];

/** Left, top, right and bottom edge. */
const edgesFrom: Readonly<Record<Kind, Numbers>> = {
  xyxy: (left, top, right, bottom) => [left, top, right, bottom],
  yxyx: (top, left, bottom, right) => [left, top, right, bottom],
  xywh: (left, top, width, height) => [left, top, left + width, top + height],
  centerXywh: (x, y, width, height) => [
    x - width / 2,
    y - height / 2,
    x + width / 2,
    y + height / 2,
  ],
};

const numbersTo: Readonly<Record<Kind, Numbers>> = {
  xyxy: (left, top, right, bottom) => [left, top, right, bottom],
  yxyx: (left, top, right, bottom) => [top, left, bottom, right],
  xywh: (left, top, right, bottom) => [left, top, right - left, bottom - top],
  centerXywh: (left, top, right, bottom) => [
    (left + right) / 2,
    (top + bottom) / 2,
    right - left,
    bottom - top,
  ],
};

/**
 * Boxes cut off at the edges of a picture: `[B, 4] → [B, 4]`, left, top, right, bottom in pixels. A box that lies
 * outside has no area any more.
 *
 * @param imageSize Height and width of the picture in pixels.
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite, ConfigError where the size is none.
 * @example const inside = vision.clipBoxes(boxes, [480, 640]);
 */
export function clipBoxes(
  boxes: Tensor,
  imageSize: readonly [height: number, width: number],
): Tensor<Float32Array> {
  const { data, count } = boxList("vision.clipBoxes", boxes);
  requireSize("imageSize", imageSize);
  const [height, width] = imageSize;
  const result = data.map((edge, i) => Math.min(Math.max(edge, 0), i % 2 === 0 ? width : height));
  return { data: result, shape: [count, 4] };
}

/**
 * The area of each box in square pixels: `[B, 4] → [B]`. It is 0 where the right edge is not right of the left one, or
 * the bottom not below the top.
 *
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite.
 * @example const isSmall = vision.boxAreas(boxes).data.map((area) => Number(area < 32 ** 2));
 */
export function boxAreas(boxes: Tensor): Tensor<Float32Array> {
  const { data, count } = boxList("vision.boxAreas", boxes);
  return { data: Float32Array.from({ length: count }, (_, i) => areaAt(data, i)), shape: [count] };
}
