// Lesson 3: anchors. A network of convolutions has an answer at every place. Put boxes of a few sizes and shapes at each
// place, the anchors, and let it say for every anchor what is in it and how it has to move to fit.
//
//     npx tsx examples/detection/lesson/anchors.ts
//
// What to see: any number of objects in one look. Of hundreds of anchors a few are responsible for each object (matching),
// most are not (so the loss is focal), and offsets are learned relative to the anchor (encoding). Every object is still
// found several times: that is lesson 4.

import { input, layers, losses, model as modelOf, vision } from "../../../src/index.ts";
import { type Box, boxAt, iouOf, stacked } from "./picture-parts.ts";

export interface AnchorsOptions {
  /** Scenes to train on. Default: 800. */
  readonly scenes?: number;
  /** Default: 25. */
  readonly epochs?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

const side = 64;
const stride = 8;
const sizes = [18, 26];
/** Width by height. */
const ratios = [0.7, 1, 1.4];
const perPlace = sizes.length * ratios.length;

/** The anchors of a picture: place by place, `perPlace` at each. */
export function anchorsOf(): Box[] {
  const cells = Array.from({ length: side / stride }, (_, i) => (i + 0.5) * stride);
  return cells.flatMap((y) =>
    cells.flatMap((x) =>
      sizes.flatMap((size) =>
        ratios.map((ratio): Box => {
          const [width, height] = [size * Math.sqrt(ratio), size / Math.sqrt(ratio)];
          return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
        }),
      ),
    ),
  );
}

/** Middle, width and height. */
function middleAndSize([left, top, right, bottom]: Box) {
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top] as const;
}

/** How an anchor has to move and to grow to become a box; divided by how much these numbers vary. */
export function encode(box: Box, anchor: Box): number[] {
  const [x, y, width, height] = middleAndSize(box);
  const [u, v, wide, high] = middleAndSize(anchor);
  return [
    (x - u) / wide / 0.1,
    (y - v) / high / 0.1,
    Math.log(width / wide) / 0.2,
    Math.log(height / high) / 0.2,
  ];
}

/** What an anchor becomes by such numbers. */
export function decode(numbers: ArrayLike<number>, anchor: Box): Box {
  const [u, v, wide, high] = middleAndSize(anchor);
  const [x, y] = [u + 0.1 * numbers[0] * wide, v + 0.1 * numbers[1] * high];
  const [width, height] = [wide * Math.exp(0.2 * numbers[2]), high * Math.exp(0.2 * numbers[3])];
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** Stands for offsets that do not count: those of anchors without an object. */
const none = 1e6;

/** The scores and the offsets that each anchor should have. */
function targetsOf(target: vision.Objects, anchors: readonly Box[], classes: number) {
  const truth = Array.from(target.classes, (kind, i) => ({ kind, box: boxAt(target.boxes, i) }));
  const scores = new Float32Array(anchors.length * classes);
  const offsets = new Float32Array(anchors.length * 4).fill(none);
  const overlaps = truth.map(({ box }) => anchors.map((anchor) => iouOf(anchor, box)));
  anchors.forEach((anchor, a) => {
    truth.forEach(({ kind, box }, i) => {
      // Responsible: a good overlap, or the best that the object has.
      const isBest = overlaps[i][a] === Math.max(...overlaps[i]);
      if (overlaps[i][a] < 0.5 && !isBest) return;
      scores[a * classes + kind] = 1;
      offsets.set(encode(box, anchor), a * 4);
    });
  });
  return { scores, offsets };
}

async function examplesOf(scenes: vision.AnnotatedImages<vision.Objects>, anchors: readonly Box[]) {
  const classes = scenes.classNames.length;
  const pictures: Uint8Array[] = [];
  const scores = new Float32Array(scenes.count * anchors.length * classes);
  const offsets = new Float32Array(scenes.count * anchors.length * 4);
  for (let row = 0; row < scenes.count; row++) {
    const { image, target } = await scenes.read(row);
    pictures.push(image.data);
    const targets = targetsOf(target, anchors, classes);
    scores.set(targets.scores, row * anchors.length * classes);
    offsets.set(targets.offsets, row * anchors.length * 4);
  }
  return {
    x: stacked(pictures, [side, side, 3]),
    y: {
      scores: { data: scores, shape: [scenes.count, anchors.length, classes] },
      offsets: { data: offsets, shape: [scenes.count, anchors.length, 4] },
    },
  };
}

/** The distance of offsets, at anchors that have an object. */
const offsetLoss = losses.custom({
  name: "offsets",
  values(targets, predictions, build) {
    const counts = build.less(targets, build.constant(none / 2));
    const distance = build.absolute(build.subtract(build.multiply(targets, counts), predictions));
    const [examples] = predictions.shape;
    const total = build.sum(build.multiply(distance, counts), { axes: [1, 2] });
    const mean = build.divide(total, build.maximum(build.sum(counts), build.constant(1)));
    return build.multiply(mean, build.constant(examples));
  },
});

/** Trains a detector with anchors, and gives what it finds before anything is suppressed. */
export async function main(options: AnchorsOptions = {}) {
  const { scenes = 800, epochs = 25, say = console.log } = options;
  const how = {
    size: [side, side],
    objects: [1, 3],
    objectSize: [0.3, 0.5],
    occlusion: 0.1,
  } as const;
  const training = (await vision.shapeScenes({ ...how, count: scenes })).boxes;
  const testing = (await vision.shapeScenes({ ...how, count: 50, part: "test" })).boxes;
  const classes = training.classNames.length;
  const anchors = anchorsOf();
  say(`${anchors.length} anchors: ${perPlace} at each of ${anchors.length / perPlace} places`);

  const image = input({ shape: [side, side, 3] });
  const block = (filters: number, strides: number) => [
    layers.conv2d({ filters, kernelSize: 3, strides, padding: "same", useBias: false }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.activation({ activation: "relu" }),
  ];
  const features = [block(16, 2), block(32, 2), block(64, 2), block(64, 1), block(64, 1)]
    .flat()
    .reduce((x, layer) => layer.apply(x), image);
  const head = (units: number, bias: number, activation: "linear" | "sigmoid") => {
    const conv = layers.conv2d({
      filters: perPlace * units,
      kernelSize: 3,
      padding: "same",
      activation,
      biasInitializer: { name: "constant", options: { value: bias } },
    });
    const rows = layers.reshape({ targetShape: [anchors.length, units] });
    return rows.apply(conv.apply(features));
  };
  const model = modelOf({
    inputs: image,
    outputs: { scores: head(classes, -4, "sigmoid"), offsets: head(4, 0, "linear") },
    preprocess: { scale: 1 / 255 },
    seed: 1,
  });
  model.compile({
    optimizer: "adam",
    loss: { scores: "binaryFocalCrossentropy", offsets: offsetLoss },
    lossWeights: { scores: 300, offsets: 1 },
  });
  await model.fit(await examplesOf(training, anchors), { epochs, verbose: 0 });

  let found = 0;
  let objects = 0;
  let boxes = 0;
  let fit = 0;
  for (let row = 0; row < testing.count; row++) {
    const { image, target } = await testing.read(row);
    const { scores, offsets } = await model.predict({ ...image, shape: [1, ...image.shape] });
    const sure = anchors.flatMap((anchor, a) =>
      Array.from(scores.data.subarray(a * classes, (a + 1) * classes), (score, kind) => ({
        kind,
        score,
        box: decode(offsets.data.subarray(a * 4, (a + 1) * 4), anchor),
      })).filter(({ score }) => score >= 0.4),
    );
    boxes += sure.length;
    objects += target.classes.length;
    target.classes.forEach((kind, i) => {
      const truth = boxAt(target.boxes, i);
      const own = sure.filter((one) => one.kind === kind).map(({ box }) => iouOf(box, truth));
      const best = Math.max(0, ...own);
      found += Number(best >= 0.5);
      fit += best;
    });
  }
  say(
    `${found} of ${objects} objects found at IoU 0.5, by ${boxes} boxes: ${(boxes / objects).toFixed(1)} for each`,
  );
  say(`the best box of an object has an IoU of ${(fit / objects).toFixed(2)}`);
  await model.dispose();
  return { recall: found / objects, perObject: boxes / objects, iou: fit / objects };
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
