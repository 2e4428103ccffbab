// Which detections belong to which objects: what is found, missed, taken for something else, or not there at all.

import type { Detections, Objects } from "../../vision/annotated.ts";
import { boxIou } from "../../vision/boxes/overlap.ts";

/** How detections and objects of one picture belong together, by their rows. */
export interface Matching {
  /** A detection and the object at its place, of the same class or of another. */
  readonly pairs: readonly { readonly detection: number; readonly object: number }[];
  /** Objects that nothing was found at. */
  readonly missed: readonly number[];
  /** Detections where nothing is. */
  readonly invented: readonly number[];
}

/** Detections and objects lie at one place from this IoU on. */
const leastIou = 0.5;

/**
 * Pairs detections from a score on with objects, best overlap first, each at most once. Objects that are ignored are
 * neither missed, nor is a detection there invented.
 */
export function matchObjects(found: Detections, there: Objects, leastScore: number): Matching {
  const overlaps = boxIou(found.boxes, there.boxes).data;
  const width = there.classes.length;
  const candidates: { detection: number; object: number; iou: number }[] = [];
  for (let detection = 0; detection < found.classes.length; detection++) {
    if (found.scores[detection] < leastScore) continue;
    for (let object = 0; object < width; object++) {
      const iou = overlaps[detection * width + object];
      if (iou >= leastIou) candidates.push({ detection, object, iou });
    }
  }
  candidates.sort((a, b) => b.iou - a.iou);
  const [takenDetections, takenObjects] = [new Set<number>(), new Set<number>()];
  const pairs = candidates.filter(({ detection, object }) => {
    if (takenDetections.has(detection) || takenObjects.has(object)) return false;
    takenDetections.add(detection);
    takenObjects.add(object);
    return true;
  });
  const isIgnored = (object: number) => there.ignored?.[object] === 1;
  return {
    pairs: pairs.filter(({ object }) => !isIgnored(object)),
    missed: [...there.classes.keys()].filter((i) => !takenObjects.has(i) && !isIgnored(i)),
    invented: [...found.classes.keys()].filter(
      (i) => found.scores[i] >= leastScore && !takenDetections.has(i),
    ),
  };
}
