// Matches by thresholds of each object's own.

import {
  type OptionNames,
  requireKnownOptions,
  requireList,
  requireOption,
  requireWhole,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type BoxList, boxList, iouAt } from "./box-list.ts";
import { contains, type Matches, middleAt, nothingMatched } from "./matches.ts";

/** How `matchAtss` decides. */
export interface MatchAtssOptions {
  /** How many anchors each feature map has, in their order; `levels` of `anchorBoxes` says it. Default: all are of one. */
  readonly counts?: readonly number[];
  /** How many anchors of each feature map are looked at for an object: the nearest ones. Default: 9. */
  readonly candidates?: number;
}

const atssNames: OptionNames<MatchAtssOptions> = { counts: true, candidates: true };

/**
 * Adaptive training sample selection: of the anchors nearest to an object on each feature map, those with an IoU above the
 * mean plus the standard deviation learn it, if their middle lies inside. An anchor that fits several objects learns the one
 * that it overlaps most. Zhang et al., "Bridging the Gap Between Anchor-based and Anchor-free Detection", CVPR 2020.
 *
 * @param anchors `[A, 4]`: left, top, right, bottom.
 * @param truth `[G, 4]`
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite, ConfigError where an option cannot
 * be used.
 * @example
 * const { boxes, levels } = vision.anchorBoxes(options);
 * const { objects } = vision.matchAtss(boxes, truth.boxes, { counts: levels.map(({ count }) => count) });
 */
export function matchAtss(anchors: Tensor, truth: Tensor, options: MatchAtssOptions = {}): Matches {
  const call = "vision.matchAtss";
  requireKnownOptions(call, options, atssNames, "anchors, truth, { counts }");
  const places = boxList(call, anchors, "anchors");
  const there = boxList(call, truth, "truth");
  const { counts = [places.count], candidates = 9 } = options;
  requireWhole("candidates", candidates);
  requireList(`${call}: The counts cannot be used.`, counts, "a list of numbers");
  for (const count of counts) requireWhole("counts", count, 0);
  const sum = counts.reduce((total, count) => total + count, 0);
  requireOption("counts", counts, sum === places.count, `${places.count} anchors together`);
  const { objects, ious } = nothingMatched(places.count);
  for (let g = 0; g < there.count; g++) {
    const near = nearestAnchors(places, there, g, counts, candidates);
    const own = near.map((a) => iouAt(places.data, a, there.data, g));
    const mean = own.reduce((total, iou) => total + iou, 0) / own.length;
    const squares = own.reduce((total, iou) => total + (iou - mean) ** 2, 0);
    const threshold = mean + (own.length > 1 ? Math.sqrt(squares / (own.length - 1)) : 0);
    near.forEach((a, k) => {
      const [x, y] = middleAt(places.data, a);
      if (own[k] < threshold || own[k] <= ious[a] || !contains(there.data, g, x, y)) return;
      objects[a] = g;
      ious[a] = own[k];
    });
  }
  return { objects, ious };
}

/** Of each feature map the anchors whose middles are nearest to that of an object. */
function nearestAnchors(
  places: BoxList,
  there: BoxList,
  g: number,
  counts: readonly number[],
  candidates: number,
): number[] {
  const [x, y] = middleAt(there.data, g);
  let first = 0;
  return counts.flatMap((count) => {
    const distances = Float64Array.from({ length: count }, (_, i) => {
      const [ax, ay] = middleAt(places.data, first + i);
      return (ax - x) ** 2 + (ay - y) ** 2;
    });
    const rows = [...distances.keys()].sort((a, b) => distances[a] - distances[b] || a - b);
    const near = rows.slice(0, candidates).map((i) => first + i);
    first += count;
    return near;
  });
}
