// Matches by fixed IoU thresholds.

import {
  type OptionNames,
  requireBetween,
  requireFlag,
  requireKnownOptions,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type BoxList, boxList, iouAt } from "./box-list.ts";
import { type Matches, nothingMatched } from "./matches.ts";

/** How `matchByIou` decides. */
export interface MatchByIouOptions {
  /** From this IoU on an anchor learns the object it overlaps most, 0 to 1. Default: 0.5. */
  readonly foreground?: number;
  /** Below this IoU it learns that there is nothing, 0 to 1. Default: the same as `foreground`. */
  readonly background?: number;
  /** Whether an object that no anchor overlaps enough is given to those that overlap it most. Default: true. */
  readonly keepBest?: boolean;
}

const iouNames: OptionNames<MatchByIouOptions> = {
  foreground: true,
  background: true,
  keepBest: true,
};

/**
 * Matches by IoU: an anchor learns the object it overlaps most, if enough. Ren et al., "Faster R-CNN", NeurIPS 2015; the
 * rule is that of torchvision's `Matcher`. Of equal overlaps the first object is taken.
 *
 * @param anchors `[A, 4]`: left, top, right, bottom.
 * @param truth `[G, 4]`
 * @throws ShapeError where one is no `[B, 4]`, DataError where a number is not finite, ConfigError where an option cannot
 * be used.
 * @example const { objects } = vision.matchByIou(anchors, truth.boxes, { foreground: 0.5, background: 0.4 });
 */
export function matchByIou(
  anchors: Tensor,
  truth: Tensor,
  options: MatchByIouOptions = {},
): Matches {
  const call = "vision.matchByIou";
  requireKnownOptions(call, options, iouNames, "anchors, truth, { foreground: 0.5 }");
  const { foreground = 0.5, background = foreground, keepBest = true } = options;
  requireBetween("foreground", foreground, 0, 1);
  requireBetween("background", background, 0, foreground);
  requireFlag("keepBest", keepBest);
  const places = boxList(call, anchors, "anchors");
  const there = boxList(call, truth, "truth");
  const { objects, ious } = nothingMatched(places.count);
  const most = new Float32Array(there.count);
  const all = overlaps(places, there);
  const nearest = new Int32Array(places.count).fill(-1);
  for (let a = 0; a < places.count; a++) {
    for (let g = 0; g < there.count; g++) {
      const iou = all[a * there.count + g];
      most[g] = Math.max(most[g], iou);
      if (nearest[a] >= 0 && iou <= ious[a]) continue;
      nearest[a] = g;
      ious[a] = iou;
    }
    if (nearest[a] < 0 || ious[a] < background) continue;
    objects[a] = ious[a] >= foreground ? nearest[a] : -2;
  }
  if (!keepBest) return { objects, ious };
  for (let a = 0; a < places.count; a++) {
    for (let g = 0; g < there.count; g++) {
      const iou = all[a * there.count + g];
      if (iou > 0 && iou === most[g]) objects[a] = nearest[a];
    }
  }
  return { objects, ious };
}

/** `[A, G]` */
function overlaps(places: BoxList, there: BoxList): Float32Array {
  const result = new Float32Array(places.count * there.count);
  for (let a = 0; a < places.count; a++) {
    for (let g = 0; g < there.count; g++) {
      result[a * there.count + g] = iouAt(places.data, a, there.data, g);
    }
  }
  return result;
}
