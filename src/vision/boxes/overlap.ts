// How much boxes overlap, each of one list with each of another. All five measures are the intersection over the
// union, less what keeps boxes apart; numbers are computed in f64 and returned in f32.

import type { Tensor } from "../../core/tensor.ts";
import { areaAt, boxList, intersectionAt, iouAt } from "./box-list.ts";

/** One number for box `i` of one list and box `j` of another. */
type Measure = (a: Float32Array, i: number, b: Float32Array, j: number) => number;

/** Keeps quotients finite where boxes are points; torchvision's number. */
const epsilon = 1e-7;

function pairwise(
  call: string,
  boxes: Tensor,
  others: Tensor,
  measure: Measure,
): Tensor<Float32Array> {
  const a = boxList(call, boxes);
  const b = boxList(call, others, "others");
  const data = new Float32Array(a.count * b.count);
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) data[i * b.count + j] = measure(a.data, i, b.data, j);
  }
  return { data, shape: [a.count, b.count] };
}

/** Width and height of the smallest box around two. */
function hullAt(a: Float32Array, i: number, b: Float32Array, j: number): [number, number] {
  return [
    Math.max(a[4 * i + 2], b[4 * j + 2]) - Math.min(a[4 * i], b[4 * j]),
    Math.max(a[4 * i + 3], b[4 * j + 3]) - Math.min(a[4 * i + 1], b[4 * j + 1]),
  ];
}

/** The square of the distance of two middles, as a share of the square of the hull's diagonal. */
function distanceAt(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const [width, height] = hullAt(a, i, b, j);
  const x = (a[4 * i] + a[4 * i + 2] - b[4 * j] - b[4 * j + 2]) / 2;
  const y = (a[4 * i + 1] + a[4 * i + 3] - b[4 * j + 1] - b[4 * j + 3]) / 2;
  return (x * x + y * y) / (width * width + height * height + epsilon);
}

/** The angle of a box's diagonal: what its proportions are. */
function slopeAt(a: Float32Array, i: number): number {
  return Math.atan2(a[4 * i + 2] - a[4 * i], a[4 * i + 3] - a[4 * i + 1]);
}

function generalizedAt(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const common = intersectionAt(a, i, b, j);
  const union = areaAt(a, i) + areaAt(b, j) - common;
  const [width, height] = hullAt(a, i, b, j);
  const hull = width * height;
  const iou = common === 0 ? 0 : common / union;
  return hull > 0 ? iou - (hull - union) / hull : iou;
}

function completeAt(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const iou = iouAt(a, i, b, j);
  const difference = (4 / Math.PI ** 2) * (slopeAt(a, i) - slopeAt(b, j)) ** 2;
  const share = difference / (1 - iou + difference + epsilon);
  return iou - distanceAt(a, i, b, j) - share * difference;
}

/**
 * Intersection over union of each box with each other one: `[N, 4]` and `[M, 4]` to `[N, M]`, from 0 to 1. Boxes are
 * left, top, right, bottom. A box without area overlaps nothing.
 *
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite.
 * @example vision.boxIou(tensor(Float32Array.of(0, 0, 2, 2), [1, 4]), tensor(Float32Array.of(1, 0, 3, 2), [1, 4])); // 1/3
 */
export function boxIou(boxes: Tensor, others: Tensor): Tensor<Float32Array> {
  return pairwise("vision.boxIou", boxes, others, iouAt);
}

/**
 * Generalized IoU of each box with each other one: `[N, 4]` and `[M, 4]` to `[N, M]`, from -1 to 1. It is IoU less the
 * share of the smallest box around both that neither covers, so it says how far apart two boxes are that do not
 * overlap. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019.
 *
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite.
 * @example const similarity = vision.generalizedBoxIou(predicted, truth);
 */
export function generalizedBoxIou(boxes: Tensor, others: Tensor): Tensor<Float32Array> {
  return pairwise("vision.generalizedBoxIou", boxes, others, generalizedAt);
}

/**
 * Distance IoU of each box with each other one: `[N, 4]` and `[M, 4]` to `[N, M]`, from -1 to 1. It is IoU less the
 * squared distance of the middles over the squared diagonal of the smallest box around both. Zheng et al.,
 * "Distance-IoU Loss", AAAI 2020.
 *
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite.
 * @example const similarity = vision.distanceBoxIou(predicted, truth);
 */
export function distanceBoxIou(boxes: Tensor, others: Tensor): Tensor<Float32Array> {
  return pairwise("vision.distanceBoxIou", boxes, others, (a, i, b, j) => {
    return iouAt(a, i, b, j) - distanceAt(a, i, b, j);
  });
}

/**
 * Complete IoU of each box with each other one: `[N, 4]` and `[M, 4]` to `[N, M]`. It is the distance IoU less a
 * penalty for other proportions, `α·v` with `v = 4/π²·(atan(w/h) - atan(w′/h′))²` and `α = v / (1 - IoU + v)`. Zheng et al.,
 * "Distance-IoU Loss", AAAI 2020.
 *
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite.
 * @example const similarity = vision.completeBoxIou(predicted, truth);
 */
export function completeBoxIou(boxes: Tensor, others: Tensor): Tensor<Float32Array> {
  return pairwise("vision.completeBoxIou", boxes, others, completeAt);
}

/**
 * Intersection over foreground: the share of each box that each other one covers, `[N, 4]` and `[M, 4]` to `[N, M]`,
 * from 0 to 1. It tells whether a box lies in a region, such as a crowd, however large the region is.
 *
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite.
 * @example const covered = vision.intersectionOverForeground(detections.boxes, crowds);
 */
export function intersectionOverForeground(boxes: Tensor, others: Tensor): Tensor<Float32Array> {
  return pairwise("vision.intersectionOverForeground", boxes, others, (a, i, b, j) => {
    const common = intersectionAt(a, i, b, j);
    return common === 0 ? 0 : common / areaAt(a, i);
  });
}
