// Boxes as a network predicts them, relative to anchors or to points, and back.

import { DataError, ShapeError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireOption } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { float32Of, requireNumbers, type Tensor } from "../../core/tensor.ts";
import { boxList } from "./box-list.ts";

/** How offsets are scaled. */
export interface OffsetOptions {
  /**
   * What the offsets of middle x, middle y, width and height are multiplied by, so that a network learns numbers of
   * about the same size. Default: `[1, 1, 1, 1]`; Fast R-CNN has `[10, 10, 5, 5]`.
   */
  readonly weights?: readonly [x: number, y: number, width: number, height: number];
}

const known: OptionNames<OffsetOptions> = { weights: true };

/** What exp is taken of at most: no box gets more than 62.5 times as wide or high as its anchor. */
const mostGrowth = Math.log(1000 / 16);

/**
 * The offsets from anchors to boxes, row by row: `[A, 4]` and `[A, 4]` to `[A, 4]`. They say how far the middle moves, as a
 * share of the anchor's size, and the logarithm of how many times wider and higher the box is. Boxes and anchors need an
 * area. Girshick et al., "R-CNN", CVPR 2014.
 *
 * @throws ShapeError where the two do not fit, DataError where a number is not finite or a box has no area, ConfigError where
 * an option cannot be used.
 * @example const targets = vision.encodeBoxes(matchedTruth, anchors, { weights: [10, 10, 5, 5] });
 */
export function encodeBoxes(
  boxes: Tensor,
  anchors: Tensor,
  options: OffsetOptions = {},
): Tensor<Float32Array> {
  const call = "vision.encodeBoxes";
  const [wx, wy, ww, wh] = weightsOf(call, options);
  const to = boxList(call, boxes);
  const from = boxList(call, anchors, "anchors");
  requireAlike(call, boxes, anchors, "anchors");
  const result = new Float32Array(to.data.length);
  for (let at = 0; at < result.length; at += 4) {
    const [x, y, width, height] = middleOf(from.data, at);
    const [newX, newY, newWidth, newHeight] = middleOf(to.data, at);
    if (!(width > 0 && height > 0 && newWidth > 0 && newHeight > 0))
      throw withoutArea(call, at / 4);
    result[at] = (wx * (newX - x)) / width;
    result[at + 1] = (wy * (newY - y)) / height;
    result[at + 2] = ww * Math.log(newWidth / width);
    result[at + 3] = wh * Math.log(newHeight / height);
  }
  return { data: result, shape: [to.count, 4] };
}

/**
 * The boxes that offsets lead to, row by row: what `encodeBoxes` made comes back. A box gets at most 62.5 times as wide and
 * high as its anchor, so no offset makes it infinite.
 *
 * @throws ShapeError where the two do not fit, DataError where a number is not finite, ConfigError where an option cannot
 * be used.
 * @example const boxes = vision.clipBoxes(vision.decodeBoxes(offsets, anchors), [height, width]);
 */
export function decodeBoxes(
  offsets: Tensor,
  anchors: Tensor,
  options: OffsetOptions = {},
): Tensor<Float32Array> {
  const call = "vision.decodeBoxes";
  const [wx, wy, ww, wh] = weightsOf(call, options);
  const { data, count } = boxList(call, offsets, "offsets");
  const from = boxList(call, anchors, "anchors");
  requireAlike(call, offsets, anchors, "anchors");
  const result = new Float32Array(data.length);
  for (let at = 0; at < result.length; at += 4) {
    const [x, y, width, height] = middleOf(from.data, at);
    const newX = x + (data[at] / wx) * width;
    const newY = y + (data[at + 1] / wy) * height;
    const halfWidth = (width * Math.exp(Math.min(data[at + 2] / ww, mostGrowth))) / 2;
    const halfHeight = (height * Math.exp(Math.min(data[at + 3] / wh, mostGrowth))) / 2;
    result.set([newX - halfWidth, newY - halfHeight, newX + halfWidth, newY + halfHeight], at);
  }
  return { data: result, shape: [count, 4] };
}

/**
 * How far the four edges are from points, row by row: `[A, 4]` and `[A, 2]` to left, top, right, bottom `[A, 4]`. All are
 * above 0 where the point lies inside. Tian et al., "FCOS", ICCV 2019.
 *
 * @param points `[A, 2]`: x and y in pixels.
 * @throws ShapeError where the two do not fit, DataError where a number of a box is not finite.
 * @example const targets = vision.encodeDistances(matchedTruth, points);
 */
export function encodeDistances(boxes: Tensor, points: Tensor): Tensor<Float32Array> {
  const call = "vision.encodeDistances";
  const { data, count } = boxList(call, boxes);
  const places = pointsOf(call, points, boxes);
  const result = data.map((edge, i) => {
    const place = places[2 * (i >> 2) + (i % 2)];
    return i % 4 < 2 ? place - edge : edge - place;
  });
  return { data: result, shape: [count, 4] };
}

/**
 * The boxes whose edges are at these distances from points, row by row: the inverse of `encodeDistances`.
 *
 * @param distances `[A, 4]`: to the left, top, right and bottom edge in pixels.
 * @param points `[A, 2]`: x and y in pixels.
 * @throws ShapeError where the two do not fit, DataError where a distance is not finite.
 * @example const boxes = vision.decodeDistances(distances, points);
 */
export function decodeDistances(distances: Tensor, points: Tensor): Tensor<Float32Array> {
  const call = "vision.decodeDistances";
  const { data, count } = boxList(call, distances, "distances");
  const places = pointsOf(call, points, distances);
  const result = data.map((distance, i) => {
    const place = places[2 * (i >> 2) + (i % 2)];
    return i % 4 < 2 ? place - distance : place + distance;
  });
  return { data: result, shape: [count, 4] };
}

/** Middle, width and height of the box at `at`. */
function middleOf(data: Float32Array, at: number): [number, number, number, number] {
  const width = data[at + 2] - data[at];
  const height = data[at + 3] - data[at + 1];
  return [data[at] + width / 2, data[at + 1] + height / 2, width, height];
}

function weightsOf(
  call: string,
  options: OffsetOptions,
): readonly [number, number, number, number] {
  requireKnownOptions(call, options, known, "boxes, anchors, { weights: [10, 10, 5, 5] }");
  const { weights = [1, 1, 1, 1] } = options;
  const fits =
    Array.isArray(weights) &&
    weights.length === 4 &&
    weights.every((weight) => Number.isFinite(weight) && weight > 0);
  requireOption("weights", weights, fits, "four numbers above 0");
  return weights;
}

function requireAlike(call: string, first: Tensor, second: Tensor, name: string): void {
  if (first.shape[0] === second.shape[0]) return;
  throw new ShapeError({
    what: `${call}: There are not as many rows of ${name}.`,
    expected: `[${first.shape[0]}, ${second.shape[1]}]`,
    received: formatShape(second.shape),
  });
}

function pointsOf(call: string, points: Tensor, boxes: Tensor): Float32Array {
  requireNumbers(points?.data, `${call}: the tensor points`);
  if (points.shape.length !== 2 || points.shape[1] !== 2) {
    throw new ShapeError({
      what: `${call}: The tensor points does not hold points.`,
      expected: "[A, 2]: x and y of each",
      received: formatShape(points.shape),
    });
  }
  requireAlike(call, boxes, points, "points");
  return float32Of(points.data);
}

function withoutArea(call: string, row: number): DataError {
  return new DataError({
    what: `${call}: The box or the anchor in row ${row} has no area.`,
    expected: "a right edge right of the left one, and a bottom below the top",
    fix: "Leave such boxes out: vision.boxAreas tells which they are.",
  });
}
