// Lesson 1: the sliding window. A classifier tells what is in a small picture. Cut small pictures out of a large one, at
// every place and in several sizes, and it tells where things are.
//
//     npx tsx examples/detection/lesson/sliding-window.ts
//
// What to see: it works, but hundreds of windows are classified for a handful of objects, boxes fit only as well as the
// nearest window does, and every object is found by many windows. The next lessons mend one after the other.

import { layers, sequential, vision } from "../../../src/index.ts";
import { type Box, boxAt, cut, iouOf, stacked } from "./picture-parts.ts";

export interface SlidingWindowOptions {
  /** Scenes to train on. Default: 400. */
  readonly scenes?: number;
  /** Default: 15. */
  readonly epochs?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** The size of the classifier's pictures. */
const side = 24;
/** How large windows are, and how far apart. */
const windows = [18, 24, 32];
const step = 4;

/** All windows of a picture. */
export function windowsOf(height: number, width: number): Box[] {
  return windows.flatMap((size) => {
    const places = (length: number) =>
      Array.from({ length: Math.floor((length - size) / step) + 1 }, (_, i) => i * step);
    return places(height).flatMap((top) =>
      places(width).map((left): Box => [left, top, left + size, top + size]),
    );
  });
}

/** Small pictures: every object as the best window sees it, and as many windows in which there is nothing. */
async function examplesOf(scenes: vision.AnnotatedImages<vision.Objects>) {
  const pictures: Uint8Array[] = [];
  const labels: number[] = [];
  const nothing = scenes.classNames.length;
  for (let row = 0; row < scenes.count; row++) {
    const { image, target } = await scenes.read(row);
    const all = windowsOf(image.shape[0], image.shape[1]);
    const truth = Array.from(target.classes, (kind, i) => ({ kind, box: boxAt(target.boxes, i) }));
    for (const { kind, box } of truth) {
      const good = all.filter((window) => iouOf(window, box) >= 0.5);
      for (const window of good.slice(0, 4)) {
        pictures.push(cut(image, window, side));
        labels.push(kind);
      }
    }
    const empty = all.filter((window) => truth.every(({ box }) => iouOf(window, box) < 0.3));
    for (let i = 0; i < 8 && i < empty.length; i++) {
      pictures.push(cut(image, empty[(row * 31 + i * 97) % empty.length], side));
      labels.push(nothing);
    }
  }
  return {
    x: stacked(pictures, [side, side, 3]),
    y: { data: Int32Array.from(labels), shape: [labels.length] },
  };
}

/** Trains the classifier, slides it over other scenes, and gives what came of it. */
export async function main(options: SlidingWindowOptions = {}) {
  const { scenes = 400, epochs = 15, say = console.log } = options;
  const how = { size: [64, 64], objects: [1, 3], objectSize: [0.3, 0.5], occlusion: 0 } as const;
  const training = (await vision.shapeScenes({ ...how, count: scenes })).boxes;
  const testing = (await vision.shapeScenes({ ...how, count: 20, part: "test" })).boxes;
  const classes = training.classNames.length + 1;

  const conv = (filters: number) => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.activation({ activation: "relu" }),
    layers.maxPooling2d(),
  ];
  const model = sequential(
    [
      layers.identity({ inputShape: [side, side, 3] }),
      ...[16, 32, 64].flatMap(conv),
      layers.flatten(),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: classes, activation: "softmax" }),
    ],
    { preprocess: { scale: 1 / 255 }, seed: 1 },
  ).compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const { history } = await model.fit(await examplesOf(training), { epochs, verbose: 0 });
  say(
    `the classifier is right for ${(100 * (history.accuracy.at(-1) ?? 0)).toFixed(0)} % of the small pictures`,
  );

  let looked = 0;
  let hits = 0;
  let found = 0;
  let objects = 0;
  for (let row = 0; row < testing.count; row++) {
    const { image, target } = await testing.read(row);
    const all = windowsOf(image.shape[0], image.shape[1]);
    const patches = all.map((window) => cut(image, window, side));
    const { data } = await model.predict(stacked(patches, [side, side, 3]), { batchSize: 512 });
    const sure = all.flatMap((box, i) => {
      const row = data.subarray(i * classes, (i + 1) * classes);
      const kind = row.indexOf(Math.max(...row));
      return kind < classes - 1 && row[kind] >= 0.7 ? [{ box, kind }] : [];
    });
    looked += all.length;
    hits += sure.length;
    objects += target.classes.length;
    target.classes.forEach((kind, i) => {
      const box = boxAt(target.boxes, i);
      found += Number(sure.some((one) => one.kind === kind && iouOf(one.box, box) >= 0.5));
    });
  }
  const perPicture = looked / testing.count;
  say(
    `${perPicture} windows of each picture were classified, for ${objects / testing.count} objects`,
  );
  say(`${found} of ${objects} objects lie in a window of their class`);
  say(
    `${(hits / Math.max(found, 1)).toFixed(1)} windows say so for each of them: lesson 4 is about that`,
  );
  await model.dispose();
  return { recall: found / objects, windows: perPicture, perObject: hits / Math.max(found, 1) };
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
