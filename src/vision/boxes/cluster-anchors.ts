// Sizes of anchors that fit a data set.

import { DataError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireList,
  requireWhole,
} from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Objects } from "../annotated.ts";
import { boxList } from "./box-list.ts";

/** How `clusterAnchors` finds sizes. */
export interface ClusterAnchorsOptions {
  /** How many sizes are wanted. */
  readonly count: number;
  /** What the first guesses follow from. Default: 0. */
  readonly seed?: number;
  /** How many rounds there are at most. Default: 300. */
  readonly maxIterations?: number;
}

const clusterNames: OptionNames<ClusterAnchorsOptions> = {
  count: true,
  seed: true,
  maxIterations: true,
};

/** Sizes of anchors that fit a data set. */
export interface AnchorClusters {
  /** Width and height of each, the smallest area first. */
  readonly sizes: readonly (readonly [width: number, height: number])[];
  /** The mean IoU of an object with the size that fits it best, both in the same place: 1 is a perfect fit. */
  readonly meanIou: number;
}

/**
 * The sizes of anchors that fit the objects of a data set best: k-means of their widths and heights, where 1 - IoU is the
 * distance. Objects without area are left out. Redmon and Farhadi, "YOLO9000", CVPR 2017.
 *
 * @param objects What is in each picture, in pixels of the pictures as the detector sees them.
 * @throws DataError where there are fewer objects with an area than sizes wanted, or a number is not finite, ConfigError
 * where an option cannot be used.
 * @example
 * const objects = await Promise.all(Array.from({ length: train.count }, (_, row) => train.target(row)));
 * const { sizes, meanIou } = vision.clusterAnchors(objects, { count: 9 });
 */
export function clusterAnchors(
  objects: readonly Objects[],
  options: ClusterAnchorsOptions,
): AnchorClusters {
  const call = "vision.clusterAnchors";
  requireKnownOptions(call, options, clusterNames, "objects, { count: 9 }");
  const { count, seed = 0, maxIterations = 300 } = options;
  requireWhole("count", count);
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  requireWhole("maxIterations", maxIterations, 0);
  requireList(`${call}: The objects cannot be used.`, objects, "a list, one for each picture");
  const sizes = objects.flatMap(({ boxes }, i) => sizesOf(`${call}, picture ${i}`, boxes));
  if (sizes.length < count) {
    throw new DataError({
      what: `${call}: There are fewer objects than sizes wanted.`,
      expected: `at least ${count} objects with an area`,
      received: String(sizes.length),
    });
  }
  let centres = firstCentres(sizes, count, new RandomStream(seed));
  let nearest = new Int32Array(sizes.length).fill(-1);
  for (let round = 0; round < maxIterations; round++) {
    const next = Int32Array.from(sizes, (size) => bestOf(centres, size).at);
    if (next.every((at, i) => at === nearest[i])) break;
    nearest = next;
    centres = centres.map((centre, at) => {
      const own = sizes.filter((_, i) => nearest[i] === at);
      if (own.length === 0) return centre;
      const mean = (axis: 0 | 1) => own.reduce((sum, size) => sum + size[axis], 0) / own.length;
      return [mean(0), mean(1)];
    });
  }
  const sum = sizes.reduce((total, size) => total + bestOf(centres, size).iou, 0);
  return {
    sizes: centres.toSorted((a, b) => a[0] * a[1] - b[0] * b[1]),
    meanIou: sum / sizes.length,
  };
}

type Size = readonly [width: number, height: number];

function sizesOf(call: string, boxes: Tensor): Size[] {
  const { data, count } = boxList(call, boxes);
  const all = Array.from({ length: count }, (_, i): Size => {
    return [data[4 * i + 2] - data[4 * i], data[4 * i + 3] - data[4 * i + 1]];
  });
  return all.filter(([width, height]) => width > 0 && height > 0);
}

/** IoU of two sizes in the same place. */
function sizeIou([width, height]: Size, [otherWidth, otherHeight]: Size): number {
  const common = Math.min(width, otherWidth) * Math.min(height, otherHeight);
  return common / (width * height + otherWidth * otherHeight - common);
}

function bestOf(centres: readonly Size[], size: Size): { at: number; iou: number } {
  let best = { at: 0, iou: -1 };
  for (let at = 0; at < centres.length; at++) {
    const iou = sizeIou(centres[at], size);
    if (iou > best.iou) best = { at, iou };
  }
  return best;
}

/** Sizes far from each other are likely (k-means++; Arthur and Vassilvitskii, 2007). */
function firstCentres(sizes: readonly Size[], count: number, random: RandomStream): Size[] {
  const centres = [sizes[random.below(sizes.length)]];
  while (centres.length < count) {
    const weights = sizes.map((size) => (1 - bestOf(centres, size).iou) ** 2);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    let rest = random.uniform() * sum;
    const at = weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    centres.push(sizes[at < 0 ? random.below(sizes.length) : at]);
  }
  return centres;
}
