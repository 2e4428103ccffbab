// A file of Keras's with the layers that change images (keras/files/make_augmented.py): it loads with all of
// them, predicts as in Keras, and what is saved again says the same.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { decodeModel, loadModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { relativeError } from "../conformance/samples.ts";
import { uniform } from "./shared-numbers.ts";

const place = (name: string) => fileURLToPath(new URL(`keras/files/${name}`, import.meta.url));
const { classes, predictions } = JSON.parse(readFileSync(place("augmented.json"), "utf8")) as {
  readonly classes: readonly string[];
  readonly predictions: readonly number[];
};
const x = uniform(7, [3, 16, 14, 3], -1, 1);

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

test("the model has Keras's layers and predicts as in Keras", async () => {
  const { model } = await loadModel(place("augmented.keras"), { device });
  expect(model.network.layers.map(({ layer }) => layer.className)).toEqual(classes);
  const { data } = await model.predict(x);
  expect(relativeError(data, predictions)).toBeLessThan(1e-5);
});

test("its layers have the options that Keras stored", async () => {
  const { model } = await loadModel(place("augmented.keras"), { device });
  const options = Object.fromEntries(
    model.network.layers.map(({ layer }) => [layer.className, layer.options]),
  );
  expect(options.RandomBrightness).toMatchObject({ factor: [-0.2, 0.2], valueRange: [-1, 1] });
  expect(options.RandomBrightness).toMatchObject({ seed: 3 });
  expect(options.RandomGaussianBlur).toMatchObject({ kernelSize: [3, 5], sigma: [0.1, 2] });
  expect(options.RandAugment).toMatchObject({ numOps: 3, factor: [0, 0.2] });
  expect(options.AugMix).toMatchObject({ numChains: 2, allOps: false, interpolation: "nearest" });
  expect(options.ContrastLimitedAdaptiveHistogramEqualization).toMatchObject({
    clipLimit: 2,
    tileGridSize: [2, 3],
  });
  const { layers } = options.Pipeline as { readonly layers: readonly { readonly kind: string }[] };
  const kinds = ["randomGrayscale", "rescaling", "resizing", "centerCrop", "equalization"];
  expect(layers.map(({ kind }) => kind)).toEqual(kinds);
});

test("saved for Keras and loaded again, it is the same", async () => {
  const { model } = await loadModel(place("augmented.keras"), { device });
  const bytes = await encodeModel(model, { format: "keras" });
  const { model: again } = await decodeModel(bytes, { device });
  expect(again.network.toConfig()).toEqual(model.network.toConfig());
  expect(await again.predict(x)).toEqual(await model.predict(x));
});
