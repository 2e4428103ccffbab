// Lesson 6: two stages. The first looks for anything that could be an object, whatever its class: region proposals. The
// second takes the features inside of each proposal, brought to one size (RoI align), says what it is, and corrects its
// box. Source: Ren et al., "Faster R-CNN", NeurIPS 2015; He et al., "Mask R-CNN", ICCV 2017.
//
//     npx tsx examples/detection/lesson/two-stages.ts
//
// What to see: the second stage sees few regions, and each of them as large as any other. Features are computed once for
// all of them.

import {
  input,
  layers,
  losses,
  type Model,
  model as modelOf,
  optimizers,
  schedules,
  type Tensor,
  vision,
} from "../../../src/index.ts";
import { decode, encode } from "./anchors.ts";
import { type Box, boxAt, boxTensor, iouOf } from "./picture-parts.ts";

export interface TwoStagesOptions {
  /** Scenes to train on. Default: 400. */
  readonly scenes?: number;
  /** Epochs of the first stage. Default: 30. */
  readonly epochs?: number;
  /** Epochs of the second stage. Default: 15. */
  readonly laterEpochs?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

const side = 64;
const stride = 8;
/** Features of a region: so many rows and columns. */
const aligned = 5;
const proposalsOf = { scoreThreshold: 0.05, iouThreshold: 0.7, maxDetections: 12 } as const;

/** The same scenes, whose objects are all of one class. */
function withoutClasses(
  scenes: vision.AnnotatedImages<vision.Objects>,
): vision.AnnotatedImages<vision.Objects> {
  const same = (objects: vision.Objects) => ({
    ...objects,
    classes: new Int32Array(objects.classes.length),
  });
  return {
    ...scenes,
    count: scenes.count,
    fingerprint: scenes.fingerprint,
    classNames: ["object"],
    read: async (row) => {
      const { image, target } = await scenes.read(row);
      return { image, target: same(target) };
    },
    target: async (row) => same(await scenes.target(row)),
  };
}

/**
 * The features in a box, `[aligned, aligned, C]`: the middle of each of its parts is read between the places of the map,
 * by their distance, so that nothing is rounded.
 */
export function roiAlign({ data, shape }: Tensor<Float32Array>, box: Box): Float32Array {
  const [height, width, channels] = shape;
  const result = new Float32Array(aligned * aligned * channels);
  const [left, top, right, bottom] = box.map((edge) => edge / stride);
  const between = (from: number, to: number, part: number, length: number) => {
    const place = from + ((part + 0.5) / aligned) * (to - from) - 0.5;
    const inside = Math.min(Math.max(place, 0), length - 1);
    const first = Math.min(Math.floor(inside), length - 2);
    return { first, share: inside - first };
  };
  for (let row = 0; row < aligned; row++) {
    const y = between(top, bottom, row, height);
    for (let column = 0; column < aligned; column++) {
      const x = between(left, right, column, width);
      for (let c = 0; c < channels; c++) {
        const at = (i: number, j: number) =>
          data[((y.first + i) * width + x.first + j) * channels + c];
        const above = at(0, 0) + x.share * (at(0, 1) - at(0, 0));
        const below = at(1, 0) + x.share * (at(1, 1) - at(1, 0));
        result[(row * aligned + column) * channels + c] = above + y.share * (below - above);
      }
    }
  }
  return result;
}

/** A picture as the second stage sees it. */
interface Regions {
  readonly proposals: readonly Box[];
  /** `[regions, aligned, aligned, C]` */
  readonly features: Tensor<Float32Array>;
}

async function regionsOf(
  first: Model,
  features: Model,
  image: Tensor<Uint8Array>,
  more: readonly Box[] = [],
): Promise<Regions> {
  const { boxes, classes } = await vision.detect(first, image, proposalsOf);
  const proposals = [...Array.from(classes, (_, i) => boxAt(boxes, i)), ...more];
  const map = await features.predict({ ...image, shape: [1, ...image.shape] });
  const channels = map.shape[3];
  const size = aligned * aligned * channels;
  const data = new Float32Array(proposals.length * size);
  proposals.forEach((box, i) => {
    data.set(roiAlign({ data: map.data, shape: map.shape.slice(1) }, box), i * size);
  });
  return {
    proposals,
    features: { data, shape: [proposals.length, aligned, aligned, channels] },
  };
}

/** Stands for offsets that do not count. */
const none = 1e6;

/** What each proposal is, and how it has to move: the class of the object it overlaps, or that there is none. */
function judge(proposals: readonly Box[], target: vision.Objects, classes: number) {
  return proposals.map((box) => {
    const overlaps = Array.from(target.classes, (_, i) => iouOf(box, boxAt(target.boxes, i)));
    const best = overlaps.indexOf(Math.max(...overlaps));
    if (best < 0 || overlaps[best] < 0.5)
      return { kind: classes, offsets: [none, none, none, none] };
    return { kind: target.classes[best], offsets: encode(boxAt(target.boxes, best), box) };
  });
}

/** The distance of offsets, where there is an object. */
const offsetLoss = losses.custom({
  name: "offsets",
  values(targets, predictions, build) {
    const counts = build.less(targets, build.constant(none / 2));
    const distance = build.absolute(build.subtract(build.multiply(targets, counts), predictions));
    return build.mean(build.multiply(distance, counts), { axes: [1] });
  },
});

/** Trains both stages, and gives mAP@0.5 and how well boxes fit, before and after the second stage. */
export async function main(options: TwoStagesOptions = {}) {
  const { scenes = 400, epochs = 30, laterEpochs = 15, say = console.log } = options;
  const how = {
    size: [side, side],
    objects: [1, 3],
    objectSize: [0.3, 0.5],
    occlusion: 0.1,
  } as const;
  const training = (await vision.shapeScenes({ ...how, count: scenes })).boxes;
  const testing = (await vision.shapeScenes({ ...how, count: 60, part: "test" })).boxes;
  const classes = training.classNames.length;

  const first = await vision.detector({
    classes: ["object"],
    backbone: "custom-cnn",
    backboneOptions: { depth: 4, width: 16, dropout: 0 },
    inputShape: [side, side, 3],
    strides: [stride],
    width: 32,
    depth: 1,
    seed: 1,
  });
  const steps = epochs * Math.ceil(scenes / 16);
  const learningRate = schedules.oneCycle({ maxLearningRate: 2e-3, totalSteps: steps });
  first.compile({ optimizer: optimizers.adam({ learningRate }), loss: losses.detection() });
  await first.fit(vision.detectionSource(first, withoutClasses(training)), {
    epochs,
    batchSize: 16,
    verbose: 0,
  });

  // The second stage reads the features that the first one has learned, and leaves them as they are.
  const features = modelOf({
    inputs: first.inputs,
    outputs: first.getLayer(`pyramid_${stride}_relu`).output,
    preprocess: first.preprocess[0] ?? {},
  });
  const parts: Float32Array[] = [];
  const kinds: number[] = [];
  const offsets: number[] = [];
  let channels = 0;
  for (let row = 0; row < training.count; row++) {
    const { image, target } = await training.read(row);
    const truth = Array.from(target.classes, (_, i) => boxAt(target.boxes, i));
    const regions = await regionsOf(first, features, image, truth);
    channels = regions.features.shape[3];
    parts.push(regions.features.data);
    for (const one of judge(regions.proposals, target, classes)) {
      kinds.push(one.kind);
      offsets.push(...one.offsets);
    }
  }
  say(
    `${kinds.length} regions of ${training.count} pictures, features ${aligned} x ${aligned} x ${channels}`,
  );
  const count = kinds.length;
  const data = new Float32Array(count * aligned * aligned * channels);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const region = input({ shape: [aligned, aligned, channels] });
  const hidden = layers
    .dense({ units: 128, activation: "relu" })
    .apply(layers.dropout({ rate: 0.2 }).apply(layers.flatten().apply(region)));
  const second = modelOf({
    inputs: region,
    outputs: {
      kind: layers.dense({ units: classes + 1, activation: "softmax" }).apply(hidden),
      offsets: layers.dense({ units: 4 }).apply(hidden),
    },
    seed: 2,
  });
  second.compile({
    optimizer: "adam",
    loss: { kind: "sparseCategoricalCrossentropy", offsets: offsetLoss },
  });
  await second.fit(
    {
      x: { data, shape: [count, aligned, aligned, channels] },
      y: {
        kind: { data: Int32Array.from(kinds), shape: [count] },
        offsets: { data: Float32Array.from(offsets), shape: [count, 4] },
      },
    },
    { epochs: laterEpochs, batchSize: 64, verbose: 0 },
  );

  const truth: vision.Objects[] = [];
  const detections: vision.Detections[] = [];
  const fits = { before: 0, after: 0, objects: 0 };
  for (let row = 0; row < testing.count; row++) {
    const { image, target } = await testing.read(row);
    const { proposals, features: seen } = await regionsOf(first, features, image);
    truth.push(target);
    if (proposals.length === 0) {
      detections.push({
        boxes: boxTensor([]),
        classes: new Int32Array(),
        scores: new Float32Array(),
      });
      continue;
    }
    const { kind, offsets } = await second.predict(seen);
    const moved = proposals.map((box, i) => decode(offsets.data.subarray(4 * i, 4 * i + 4), box));
    const scores = proposals.flatMap((_, i) =>
      Array.from(kind.data.subarray(i * (classes + 1), (i + 1) * (classes + 1) - 1)),
    );
    const boxes = boxTensor(moved.flatMap((box) => Array.from({ length: classes }, () => box)));
    const labels = Int32Array.from(scores, (_, i) => i % classes);
    const kept = vision.nonMaximumSuppression(boxes, Float32Array.from(scores), {
      classes: labels,
      iouThreshold: 0.5,
      scoreThreshold: 0.05,
    });
    detections.push({
      boxes: boxTensor(Array.from(kept, (one) => boxAt(boxes, one))),
      classes: Int32Array.from(kept, (one) => labels[one]),
      scores: Float32Array.from(kept, (one) => scores[one]),
    });
    target.classes.forEach((_, i) => {
      const box = boxAt(target.boxes, i);
      const best = (list: readonly Box[]) => Math.max(...list.map((one) => iouOf(one, box)));
      fits.before += best(proposals);
      fits.after += best(moved);
      fits.objects++;
    });
  }
  const { ap50 } = vision.cocoAveragePrecision(detections, truth, {
    classNames: training.classNames,
  });
  const [before, after] = [fits.before / fits.objects, fits.after / fits.objects];
  say(`best proposal of an object: IoU ${before.toFixed(3)}; corrected: ${after.toFixed(3)}`);
  say(`mAP@0.5 of both stages: ${(100 * ap50).toFixed(1)} %`);
  await Promise.all([first.dispose(), features.dispose(), second.dispose()]);
  return { ap50, before, after };
}

if (process.argv[1] === import.meta.filename) {
  await main();
  process.exit(0);
}
