// Lesson 5: mean average precision (mAP), the number that detectors are compared by. Go through all detections from the
// surest down. Each is right if it overlaps an object that no surer one has taken. After each, precision is the share of
// detections that were right, recall the share of objects that were found; AP is the area under that curve, mAP its mean over
// the classes.
//
//     npx tsx examples/detection/lesson/average-precision.ts
//
// What to see: how the curve comes about, that a wrong box costs little if its score is low, and that the same boxes are
// worth less at a stricter IoU. The detections here are made up, so that nothing has to be trained.

import { vision } from "../../../src/index.ts";
import { type Box, boxAt, boxTensor, iouOf } from "./picture-parts.ts";

export interface AveragePrecisionOptions {
  /** Default: 40. */
  readonly scenes?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** One detection, or one object. */
interface Found {
  readonly picture: number;
  readonly box: Box;
  readonly score: number;
}

/** Precision and recall after each detection of one class, from the surest down. */
export function curveOf(
  detections: readonly Found[],
  objects: readonly Found[],
  threshold: number,
) {
  const taken = new Set<number>();
  let right = 0;
  return detections
    .toSorted((a, b) => b.score - a.score)
    .map((detection, i) => {
      const overlaps = objects.map(({ picture, box }) =>
        picture === detection.picture ? iouOf(box, detection.box) : 0,
      );
      const best = overlaps.indexOf(Math.max(...overlaps));
      if (overlaps[best] >= threshold && !taken.has(best)) {
        taken.add(best);
        right++;
      }
      return { precision: right / (i + 1), recall: right / objects.length, score: detection.score };
    });
}

/** The area under the curve; at each recall counts the best precision that is reached there or later. */
export function areaUnder(
  curve: readonly { readonly precision: number; readonly recall: number }[],
) {
  let [area, best, until] = [0, 0, 0];
  const last = curve.at(-1);
  if (last === undefined) return 0;
  until = last.recall;
  for (const { precision, recall } of curve.toReversed()) {
    area += (until - recall) * best;
    until = recall;
    best = Math.max(best, precision);
  }
  return area + until * best;
}

/** Made-up detections: most objects, a little beside, some with a wrong class, and some boxes where nothing is. */
function madeUp(target: vision.Objects, row: number, classes: number) {
  const boxes: Box[] = [];
  const kinds: number[] = [];
  const scores: number[] = [];
  target.classes.forEach((kind, i) => {
    const draw = ((row * 7 + i * 5) % 11) / 11;
    if (draw > 0.85) return;
    const [left, top, right, bottom] = boxAt(target.boxes, i);
    const shift = 0.3 * draw * (right - left);
    boxes.push([left + shift, top, right + shift, bottom]);
    kinds.push(draw > 0.7 ? (kind + 1) % classes : kind);
    scores.push(0.95 - 0.6 * draw + 0.001 * i);
  });
  if (row % 3 === 0) {
    boxes.push([2, 2, 20, 20]);
    kinds.push(row % classes);
    scores.push(0.3 + (0.6 * (row % 7)) / 7);
  }
  return { boxes, kinds, scores };
}

/** Computes mAP step by step, and by the library. */
export async function main(options: AveragePrecisionOptions = {}) {
  const { scenes = 40, say = console.log } = options;
  const how = { size: [96, 96], objects: [2, 5], objectSize: [0.2, 0.4] } as const;
  const testing = (await vision.shapeScenes({ ...how, count: scenes })).boxes;
  const { classNames } = testing;
  const truth: vision.Objects[] = [];
  const detections: vision.Detections[] = [];
  for (let row = 0; row < testing.count; row++) {
    const target = await testing.target(row);
    const { boxes, kinds, scores } = madeUp(target, row, classNames.length);
    truth.push(target);
    detections.push({
      boxes: boxTensor(boxes),
      classes: Int32Array.from(kinds),
      scores: Float32Array.from(scores),
    });
  }
  const ofClass = (pictures: readonly (vision.Objects | vision.Detections)[], kind: number) =>
    pictures.flatMap((one, picture) =>
      Array.from(one.classes, (label, i) => ({ label, i }))
        .filter(({ label }) => label === kind)
        .map(({ i }) => ({
          picture,
          box: boxAt(one.boxes, i),
          score: "scores" in one ? one.scores[i] : 1,
        })),
    );
  const outcomes: { threshold: number; byHand: number; byLibrary: number }[] = [];
  for (const threshold of [0.5, 0.75]) {
    const areas = classNames.map((name, kind) => {
      const curve = curveOf(ofClass(detections, kind), ofClass(truth, kind), threshold);
      const area = areaUnder(curve);
      const end = curve.at(-1);
      say(
        `${name} at IoU ${threshold}: AP ${area.toFixed(3)}; in the end precision ` +
          `${end?.precision.toFixed(2)}, recall ${end?.recall.toFixed(2)}`,
      );
      return area;
    });
    const byHand = areas.reduce((a, b) => a + b, 0) / areas.length;
    const { ap: byLibrary } = vision.vocAveragePrecision(detections, truth, {
      classNames,
      iouThreshold: threshold,
    });
    outcomes.push({ threshold, byHand, byLibrary });
    say(`mAP@${threshold}: ${byHand.toFixed(4)} by hand, ${byLibrary.toFixed(4)} by the library`);
  }
  const { ap } = vision.cocoAveragePrecision(detections, truth, { classNames });
  say(`mAP@0.5:0.95, the mean over ten thresholds: ${ap.toFixed(4)}`);
  return outcomes;
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
