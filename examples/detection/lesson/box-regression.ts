// Lesson 2: box regression. Rather than to look at every window, let the network say where the object is: four numbers,
// learned like any others, beside the scores of the classes.
//
//     npx tsx examples/detection/lesson/box-regression.ts
//
// What to see: one look at the picture, and a box that fits better than any window. But the network has one answer: with
// two objects in a picture, it can only be right about one of them, and often lies between the two.

import { input, layers, losses, model as modelOf, vision } from "../../../src/index.ts";
import { boxAt, iouOf, stacked } from "./picture-parts.ts";

export interface BoxRegressionOptions {
  /** Scenes to train on. Default: 1000. */
  readonly scenes?: number;
  /** Default: 20. */
  readonly epochs?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

const side = 64;

/** Pictures, with the first object of each: its class, and its edges as parts of the picture. */
async function examplesOf(scenes: vision.AnnotatedImages<vision.Objects>) {
  const pictures: Uint8Array[] = [];
  const kinds: number[] = [];
  const edges: number[] = [];
  const truth: vision.Objects[] = [];
  for (let row = 0; row < scenes.count; row++) {
    const { image, target } = await scenes.read(row);
    if (target.classes.length === 0) continue;
    pictures.push(image.data);
    kinds.push(target.classes[0]);
    edges.push(...boxAt(target.boxes, 0).map((edge) => edge / side));
    truth.push(target);
  }
  const count = pictures.length;
  return {
    x: stacked(pictures, [side, side, 3]),
    y: {
      kind: { data: Int32Array.from(kinds), shape: [count] },
      box: { data: Float32Array.from(edges), shape: [count, 4] },
    },
    truth,
  };
}

/** The mean of the best IoU of each predicted box, and how often it is at least a half. */
function fitOf(boxes: Float32Array, truth: readonly vision.Objects[]) {
  const best = truth.map((objects, i) => {
    const box = boxAt({ data: boxes.map((edge) => edge * side), shape: [truth.length, 4] }, i);
    return Math.max(...Array.from(objects.classes, (_, j) => iouOf(box, boxAt(objects.boxes, j))));
  });
  const all = truth.reduce((sum, { classes }) => sum + classes.length, 0);
  return {
    iou: best.reduce((a, b) => a + b, 0) / best.length,
    recall: best.filter((iou) => iou >= 0.5).length / all,
  };
}

/** Trains on scenes with one object, and tests on scenes with one and with two. */
export async function main(options: BoxRegressionOptions = {}) {
  const { scenes = 1000, epochs = 20, say = console.log } = options;
  const how = { size: [side, side], objectSize: [0.3, 0.5], occlusion: 0 } as const;
  const scenesOf = async (count: number, objects: number, part: "train" | "test") =>
    examplesOf(
      (await vision.shapeScenes({ ...how, count, part, objects: [objects, objects] })).boxes,
    );
  const training = await scenesOf(scenes, 1, "train");

  const image = input({ shape: [side, side, 3] });
  const features = [16, 32, 64, 64].reduce((x, filters) => {
    const conv = layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false });
    const norm = layers.batchNormalization({ momentum: 0.9 });
    const relu = layers.activation({ activation: "relu" });
    return layers.maxPooling2d().apply(relu.apply(norm.apply(conv.apply(x))));
  }, image);
  const flat = layers
    .dense({ units: 128, activation: "relu" })
    .apply(layers.flatten().apply(features));
  const model = modelOf({
    inputs: image,
    outputs: {
      kind: layers.dense({ units: 3, activation: "softmax" }).apply(flat),
      box: layers.dense({ units: 4, activation: "sigmoid" }).apply(flat),
    },
    preprocess: { scale: 1 / 255 },
    seed: 1,
  });
  model.compile({
    optimizer: "adam",
    loss: { kind: "sparseCategoricalCrossentropy", box: losses.huber({ delta: 0.1 }) },
    lossWeights: { kind: 1, box: 50 },
    metrics: { kind: ["accuracy"] },
  });
  await model.fit({ x: training.x, y: training.y }, { epochs, verbose: 0 });

  const outcomes: { iou: number; recall: number }[] = [];
  for (const objects of [1, 2]) {
    const testing = await scenesOf(100, objects, "test");
    const { box } = await model.predict(testing.x);
    const { iou, recall } = fitOf(box.data, testing.truth);
    outcomes.push({ iou, recall });
    say(
      `${objects} object${objects > 1 ? "s" : ""} in each picture: mean IoU of the box ${iou.toFixed(2)}, ` +
        `${(100 * recall).toFixed(0)} % of the objects found at IoU 0.5`,
    );
  }
  await model.dispose();
  return { one: outcomes[0], two: outcomes[1] };
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
