// Lesson 4: non-maximum suppression. A detector finds each object many times. Keep the surest box, drop those of its class
// that overlap it, and go on with the next one.
//
//     npx tsx examples/detection/lesson/suppression.ts
//
// What to see: a threshold decides what counts as the same object. Low, and neighbours in a crowd are lost; high, and
// objects are counted twice. The boxes here are made up, so that nothing has to be trained.

import { vision } from "../../../src/index.ts";
import { type Box, boxAt, boxTensor, iouOf } from "./picture-parts.ts";

export interface SuppressionOptions {
  /** Default: 50. */
  readonly scenes?: number;
  /** Boxes around each object. Default: 12. */
  readonly boxes?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** The rows of the boxes that stay, the surest first: the whole algorithm. */
export function suppress(
  boxes: readonly Box[],
  scores: readonly number[],
  threshold: number,
): number[] {
  const order = boxes.map((_, row) => row).sort((a, b) => scores[b] - scores[a]);
  const kept: number[] = [];
  for (const row of order) {
    const isNew = kept.every((other) => iouOf(boxes[other], boxes[row]) <= threshold);
    if (isNew) kept.push(row);
  }
  return kept;
}

/** Numbers that look random: from 0 to 1, the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What an untidy detector would say of an object: boxes nearby, the better ones with higher scores. */
function guesses(truth: Box, count: number, random: () => number) {
  const [left, top, right, bottom] = truth;
  const moved = (edge: number, length: number) => edge + 0.25 * length * (random() - 0.5);
  return Array.from({ length: count }, () => {
    const [width, height] = [right - left, bottom - top];
    const box: Box = [
      moved(left, width),
      moved(top, height),
      moved(right, width),
      moved(bottom, height),
    ];
    return { box, score: Math.min(1, 0.9 * iouOf(box, truth) + 0.1 * random()) };
  });
}

/** Suppresses at several thresholds, and gives how many objects are found, and how many boxes are too many. */
export async function main(options: SuppressionOptions = {}) {
  const { scenes = 50, boxes: count = 12, say = console.log } = options;
  const how = { size: [96, 96], objects: [4, 8], objectSize: [0.2, 0.4], occlusion: 0.5 } as const;
  const crowd = (await vision.shapeScenes({ ...how, count: scenes, shapes: ["circle"] })).boxes;
  const outcomes: { threshold: number; missed: number; extra: number; agrees: boolean }[] = [];
  for (const threshold of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    let [objects, found, kept] = [0, 0, 0];
    let agrees = true;
    for (let row = 0; row < crowd.count; row++) {
      const target = await crowd.target(row);
      const truth = Array.from(target.classes, (_, i) => boxAt(target.boxes, i));
      const random = noise(row + 1);
      const all = truth.flatMap((box) => guesses(box, count, random));
      const boxes = all.map(({ box }) => box);
      const scores = Float32Array.from(all, ({ score }) => score);
      const rows = suppress(boxes, Array.from(scores), threshold);
      const settings = { iouThreshold: threshold };
      const library = vision.nonMaximumSuppression(boxTensor(boxes), scores, settings);
      agrees &&= rows.length === library.length && rows.every((one, i) => one === library[i]);
      objects += truth.length;
      kept += rows.length;
      found += truth.filter((box) => rows.some((one) => iouOf(boxes[one], box) >= 0.6)).length;
    }
    const [missed, extra] = [objects - found, kept - found];
    outcomes.push({ threshold, missed, extra, agrees });
    say(
      `threshold ${threshold}: ${kept} of ${count * objects} boxes stay for ${objects} objects; ` +
        `${missed} missed, ${extra} too many; the library ${agrees ? "keeps the same" : "differs"}`,
    );
  }
  return outcomes;
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
