// A model with layers that move images, saved by Keras 3.15 (keras/files/make_moved.py): it predicts as in
// Keras, and is written again with the settings that Keras reads.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openZip } from "../../src/formats/zip.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { decodeModel, loadModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { relativeError } from "../conformance/samples.ts";
import { uniform } from "./shared-numbers.ts";

const folder = new URL("keras/files/", import.meta.url);
const path = fileURLToPath(new URL("moved.keras", folder));
const { predictions, configs } = JSON.parse(
  readFileSync(new URL("moved.json", folder), "utf8"),
) as {
  readonly predictions: readonly number[];
  readonly configs: readonly Record<string, unknown>[];
};
const x = uniform(7, [4, 12, 12, 1], -1, 1);

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

test("predicts as in Keras, and after it was written again", async () => {
  const { model } = await loadModel(path, { device });
  const kinds = model.layers.map(({ className }) => className);
  expect(kinds.filter((name) => name.startsWith("Random"))).toHaveLength(8);
  expect(relativeError((await model.predict(x)).data, predictions)).toBeLessThan(1e-5);
  const bytes = await encodeModel(model, { format: "keras" });
  const { model: again } = await decodeModel(bytes, { device });
  expect(relativeError((await again.predict(x)).data, predictions)).toBeLessThan(1e-5);
  await Promise.all([model.dispose(), again.dispose()]);
});

test("is written with the settings that Keras reads", async () => {
  const { model } = await loadModel(path, { device });
  const bytes = await encodeModel(model, { format: "keras" });
  const text = new TextDecoder().decode(openZip(bytes, "moved.keras").read("config.json"));
  const written = JSON.parse(text);
  const layers = written.config.layers as { class_name: string; config: Record<string, unknown> }[];
  const random = layers.filter(({ class_name }) => class_name.startsWith("Random"));
  // Keras writes the first as a range that it refuses to read.
  const expected = configs.map((config) =>
    "x_factor" in config ? { ...config, x_factor: 0.3 } : config,
  );
  for (const [i, { config }] of random.entries()) {
    const { dtype: _, data_format: __, trainable: ___, seed, ...all } = expected[i];
    const settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    expect(config).toMatchObject(settings);
    if (typeof seed === "number" && !("height" in config)) expect(config.seed).toBe(seed);
  }
  await model.dispose();
});
