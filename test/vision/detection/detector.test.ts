// Detectors: their networks on several backbones, what they refuse, what they learn from, and what they find.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../../src/core/tensor.ts";
import type { Device } from "../../../src/machine/device.ts";
import { openDevice } from "../../../src/machine/index.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { detection } from "../../../src/nn/losses/detection.ts";
import { adam } from "../../../src/nn/optimizers/adam.ts";
import { cosineDecay } from "../../../src/nn/schedules/cosine-decay.ts";
import { decodeModel } from "../../../src/train/load.ts";
import { encodeModel } from "../../../src/train/save.ts";
import { sequential } from "../../../src/train/sequential.ts";
import { assessDetector } from "../../../src/vision/detection/assess-detector.ts";
import { decodeDetections, detect } from "../../../src/vision/detection/detect.ts";
import { detectionSource } from "../../../src/vision/detection/detection-source.ts";
import { type DetectorOptions, detector } from "../../../src/vision/detection/detector.ts";
import { detectorShapeOf } from "../../../src/vision/detection/detector-shape.ts";
import type { ArchitectureName } from "../../../src/zoo/index.ts";
import { squares } from "./scenes.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice({ threads: 1 });
});
afterAll(() => device.close());

const tiny = (options: Partial<DetectorOptions<"custom-cnn">> = {}) =>
  detector({
    classes: ["red", "blue"],
    backbone: "custom-cnn",
    backboneOptions: { depth: 4, width: 8, dropout: 0 },
    inputShape: [64, 64, 3],
    strides: [8, 16],
    width: 16,
    depth: 1,
    seed: 1,
    device,
    ...options,
  });

describe("networks", () => {
  test.each([
    ["mobilenet-v2", 32, [8, 16, 32]],
    ["resnet-18", 64, [8, 16, 32, 64]],
    ["efficientnet-lite0", 32, [16, 32]],
    ["custom-cnn", 64, [4, 8]],
  ] as const)("%s for %i pixels with strides %j", async (backbone, side, strides) => {
    const size = { inputShape: [side, side, 3], strides, width: 8, depth: 1 } as const;
    const model = await detector({ classes: 5, backbone: backbone as ArchitectureName, ...size });
    const points = strides.reduce((sum, stride) => sum + (side / stride) ** 2, 0);
    expect(model.network.outputShape).toEqual([points, 9]);
    const shape = detectorShapeOf("test", model.network);
    expect(shape.levels.map(({ stride }) => stride)).toEqual(strides);
    expect([shape.classes, shape.points]).toEqual([5, points]);
  });

  test("heads share their convolutions and have statistics of their own", async () => {
    const model = await tiny();
    const names = model.network.weights.map(({ fullName }) => fullName);
    expect(names.filter((name) => /^boxes_conv1\//.test(name))).toEqual(["boxes_conv1/kernel"]);
    const norms = names.filter((name) => /^boxes_\d+_1_norm\/gamma/.test(name));
    expect(norms).toEqual(["boxes_8_1_norm/gamma", "boxes_16_1_norm/gamma"]);
  });

  test("what cannot be used is refused by name", async () => {
    await expect(tiny({ strides: [8, 24] })).rejects.toThrow(/strides/);
    await expect(tiny({ strides: [64] })).rejects.toThrow(/no features of stride 64|multiples/);
    await expect(tiny({ inputShape: [60, 64, 3] })).rejects.toThrow(/multiples of 16/);
    await expect(tiny({ classes: 0 })).rejects.toThrow(/classes/);
    await expect(tiny({ widht: 3 } as object)).rejects.toThrow(/did you mean "width"/);
    const other = sequential([layers.dense({ units: 3, inputShape: [2] })]);
    expect(() => detectionSource(other, squares(2))).toThrow(/needs a detector/);
    const image = { data: new Uint8Array(12), shape: [2, 2, 3] };
    await expect(detect(other, image)).rejects.toThrow(/needs a detector/);
  });
});

describe("sources", () => {
  const rows = Int32Array.of(3, 0, 2);

  test("give images of the model's size, letterboxed as detect does, and targets for each point", async () => {
    const model = await tiny();
    const source = detectionSource(
      model,
      squares(8, [
        [64, 64],
        [40, 80],
        [90, 30],
      ]),
    );
    expect(source.count).toBe(8);
    const { x, y } = (await source.read(rows)) as { x: Tensor; y: Tensor };
    expect(x.shape).toEqual([3, 64, 64, 3]);
    expect(y.shape).toEqual([3, 80, 6]);
    expect(source.types).toEqual({
      x: { shape: [64, 64, 3], dtype: "u8" },
      y: { shape: [80, 6], dtype: "f32" },
    });
    // Row 2 is 90 x 30 with two squares: left and right of it lies grey.
    const middle = x.data.subarray(2 * 64 * 64 * 3);
    expect([middle[0], middle[63 * 3]]).toEqual([114, 114]);
    const found = y.data.subarray(2 * 80 * 6);
    const kinds = Array.from({ length: 80 }, (_, i) => found[i * 6] < found[i * 6 + 2]);
    expect(kinds.filter(Boolean).length).toBeGreaterThan(0);
    // Row 0 has no objects.
    expect(y.data.subarray(80 * 6, 2 * 80 * 6).every((value) => value === 0)).toBe(true);
  });

  test("without augmentation the same row is the same; with it each reading is another one", async () => {
    const model = await tiny();
    const plain = detectionSource(model, squares(8));
    expect(await plain.read(rows)).toEqual(await plain.read(rows));
    const augmentation = { mosaic: 0.5 };
    const changing = detectionSource(model, squares(8), { augmentation, seed: 3 });
    const again = detectionSource(model, squares(8), { augmentation, seed: 3, cacheMiB: 0 });
    const first = await changing.read(rows);
    const second = await changing.read(rows);
    expect(second).not.toEqual(first);
    // What a row becomes depends on how often it was read, not on its batch or the cache.
    expect(await again.read(Int32Array.of(3))).not.toEqual(first);
    await again.read(Int32Array.of(0, 2));
    expect(await again.read(rows)).toEqual(second);
  });

  test("pictures of other classes or channels are refused", async () => {
    const model = await tiny();
    const other = { ...squares(4), classNames: ["a", "b", "c"] };
    expect(() => detectionSource(model, other)).toThrow(/other classes/);
    const grey = {
      ...squares(4),
      read: async () => ({
        image: { data: new Uint8Array(16), shape: [4, 4, 1] },
        target: { boxes: { data: new Float32Array(), shape: [0, 4] }, classes: new Int32Array() },
      }),
    };
    await expect(detectionSource(model, grey).read(rows)).rejects.toThrow(/square 3/);
  });
});

describe("detections", () => {
  const shape = { height: 64, width: 64, channels: 3, levels: [], points: 3, classes: 2 };
  const rows = Float32Array.of(
    ...[10, 10, 30, 30, 0.9, 0.2],
    ...[11, 10, 31, 30, 0.8, 0.6],
    ...[40, 40, 60, 60, 0.1, 0.35],
  );
  const how = { scoreThreshold: 0.3, iouThreshold: 0.5, maxDetections: 10 };

  test("are the surest of boxes that overlap, class by class", () => {
    const { boxes, classes, scores } = decodeDetections(rows, shape, how);
    expect([...classes]).toEqual([0, 1, 1]);
    expect([...scores].map((score) => score.toFixed(2))).toEqual(["0.90", "0.60", "0.35"]);
    expect([...boxes.data.subarray(4, 8)]).toEqual([11, 10, 31, 30]);
  });

  test("are none where no score is high enough, and at most so many", () => {
    const none = decodeDetections(rows, shape, { ...how, scoreThreshold: 0.95 });
    expect(none.boxes).toEqual({ data: new Float32Array(), shape: [0, 4] });
    expect(decodeDetections(rows, shape, { ...how, maxDetections: 1 }).classes).toHaveLength(1);
  });
});

test("a detector learns squares in pictures of several sizes, and finds them again from its file", async () => {
  const model = await tiny();
  const pictures = squares(24, [
    [64, 64],
    [48, 96],
  ]);
  // The statistics of batch normalization follow slowly: it takes a few hundred steps.
  const epochs = 150;
  const falling = cosineDecay({ initialLearningRate: 4e-3, decaySteps: 3 * epochs });
  model.compile({ optimizer: adam({ learningRate: falling }), loss: detection() });
  const source = detectionSource(model, pictures);
  const { history } = await model.fit(source, { epochs, batchSize: 8, verbose: 0 });
  expect(history.loss[epochs - 1]).toBeLessThan(0.2 * history.loss[0]);
  const { coco, voc, pictures: count, objects, detections } = await assessDetector(model, pictures);
  expect([count, objects, detections.length]).toEqual([24, 36, 24]);
  expect(coco.ap50).toBeGreaterThan(0.9);
  expect(voc.ap).toBeGreaterThan(0.9);

  const bytes = await encodeModel(model, { classNames: ["red", "blue"] });
  const { model: again, classNames } = await decodeModel(bytes, { device });
  expect(classNames).toEqual(["red", "blue"]);
  const { image, target } = await pictures.read(3);
  const found = await detect(again, image, { scoreThreshold: 0.4 });
  expect(found).toEqual(await detect(model, image, { scoreThreshold: 0.4 }));
  expect(found.classes.toSorted()).toEqual(target.classes.toSorted());
  await Promise.all([model.dispose(), again.dispose()]);
}, 120_000);
