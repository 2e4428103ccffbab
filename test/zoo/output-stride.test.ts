// Networks that leave strides out: the same weights give the same features, and more of them between.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { openDevice } from "../../src/machine/open.ts";
import { Model } from "../../src/train/model.ts";
import { zoo } from "../../src/zoo/index.ts";
import { relativeError } from "../conformance/samples.ts";
import { namedWeights, uniform, weightsDigest } from "../golden/shared-numbers.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice({ threads: 2 });
});
afterAll(() => device.close());

const side = 64;

/** The last features of an architecture, `[1, H, W, C]`. */
async function featuresOf(name: string, own: object): Promise<Tensor> {
  const options = { ...own, inputShape: [side, side, 3], includeTop: false };
  const model = new Model(await zoo.build(name, options), { device });
  await model.setWeights(namedWeights(model.network));
  const features = await model.predict(uniform(1, [1, side, side, 3], 0, 255));
  await model.dispose();
  return features as Tensor;
}

/** Every `step`-th place of `[1, H, W, C]`, from place `first` on. */
function placesOf({ data, shape }: Tensor, first: number, step: number): number[] {
  const [, height, width, channels] = shape;
  const places: number[] = [];
  for (let y = first; y < height; y += step) {
    for (let x = first; x < width; x += step) {
      const at = (y * width + x) * channels;
      places.push(...data.slice(at, at + channels));
    }
  }
  return places;
}

// Where zeros are the same on all sides, a convolution with a stride of 2 begins at the first pixel, as Keras pads at the
// second. Networks with attention look at the whole image, so features depend on how many there are.
test.each([
  ["resnet-18", {}, "first"],
  ["resnet-50", {}, "first"],
  ["resnet-50-v2", {}, "first"],
  // So narrow that blocks with a stride have as many channels before as behind.
  ["mobilenet-v2", { width: 0.1 }, "last"],
  ["mobilenet-v3-small", { minimalistic: true }, "last"],
  ["efficientnet-lite0", {}, "last"],
] as const)(
  "%s %j sees the same where it had features before",
  async (name, own, place) => {
    const usual = await featuresOf(name, own);
    expect(usual.shape.slice(1, 3)).toEqual([2, 2]);
    const dilated = await featuresOf(name, { ...own, outputStride: 8 });
    expect(dilated.shape.slice(1, 3)).toEqual([8, 8]);
    const places = placesOf(dilated, place === "first" ? 0 : 3, 4);
    expect(relativeError(places, [...usual.data])).toBeLessThanOrEqual(1e-4);
  },
  120_000,
);

test.each(["resnet-34", "resnet-101", "wide-resnet-50-2", "mobilenet-v3-large", "efficientnet-b0"])(
  "the weights of %s stay the same in names and shapes, and its last features grow",
  async (name) => {
    const options = { inputShape: [128, 96, 3] };
    const usual = weightsDigest(await zoo.build(name, options));
    for (const outputStride of [8, 16, 32]) {
      expect(weightsDigest(await zoo.build(name, { ...options, outputStride }))).toBe(usual);
      const { outputShape } = await zoo.build(name, {
        ...options,
        outputStride,
        includeTop: false,
      });
      expect(outputShape.slice(0, 2)).toEqual([128 / outputStride, 96 / outputStride]);
    }
  },
);

test("strides that no network keeps are refused", async () => {
  await expect(zoo.build("resnet-18", { outputStride: 4 as 8 })).rejects.toThrow("8, 16, 32");
});
