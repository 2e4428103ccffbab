// What a model does to numbers before its first layer: the formula, whoever asks; and that it travels with the
// model.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { Device } from "../../src/machine/device.ts";
import { openDevice } from "../../src/machine/open.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Preprocess } from "../../src/nn/preprocess.ts";
import { model as functional } from "../../src/train/functional.ts";
import { decodeModel, loadModel } from "../../src/train/load.ts";
import { encodeModel, saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
const folder = mkdtempSync(join(tmpdir(), "fovea-preprocess-"));

beforeAll(async () => {
  device = await openDevice({ target: "wasm", threads: 2 });
});

afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

const inputShape = [4, 4, 3];
const random = new RandomStream(1);
const bytes = Uint8Array.from({ length: 3 * 48 }, () => random.below(256));
const shape = [3, ...inputShape];
const images = tensor(bytes, shape);
const rgb = [0, 1, 2];

const identity = (preprocess: Preprocess) =>
  sequential([layers.identity({ inputShape })], { device, preprocess });

/** The formula, element by element, in f64. */
function byHand({ scale = 1, offset = 0, mean = 0, deviation = 1, channelOrder }: Preprocess) {
  const at = (value: number | readonly number[], i: number) =>
    typeof value === "number" ? value : value[i];
  const order = channelOrder === "bgr" ? [2, 1, 0] : rgb;
  return Array.from(bytes, (_, i) => {
    const x = bytes[i - (i % 3) + order[i % 3]];
    return (x * scale + offset - at(mean, i % 3)) / at(deviation, i % 3);
  });
}

describe("the formula ((x · scale + offset) − mean) / deviation", () => {
  test.each<[string, Preprocess]>([
    ["nothing", {}],
    ["scale", { scale: 1 / 255 }],
    ["scale and offset", { scale: 1 / 127.5, offset: -1 }],
    ["one mean and deviation", { mean: 127, deviation: 64 }],
    [
      "those of ImageNet",
      { scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    ],
    ["a mean for each channel and one deviation", { mean: [1, 2, 3], deviation: 2 }],
    ["a deviation for each channel alone", { deviation: [1, 2, 4] }],
    [
      "blue first, as Caffe's networks want it",
      { channelOrder: "bgr", mean: [103.939, 116.779, 123.68] },
    ],
  ])("with %s, for bytes and floats alike", async (_, preprocess) => {
    const model = identity(preprocess);
    const { data } = await model.predict(images);
    byHand(preprocess).forEach((value, i) => {
      expect(Math.abs(data[i] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
    const floats = await model.predict(tensor(Float32Array.from(bytes), shape));
    expect(floats.data).toEqual(data);
    const clamped = await model.predict(tensor(Uint8ClampedArray.from(bytes), shape));
    expect(clamped.data).toEqual(data);
    await model.dispose();
  });

  test("holds for evaluate and fit, too", async () => {
    const preprocess = { scale: 1 / 255, mean: 0.5 };
    const model = sequential([layers.flatten({ inputShape })], { device, preprocess });
    model.compile({ optimizer: "sgd", loss: "meanAbsoluteError" });
    const y = tensor(Float32Array.from(byHand(preprocess)), [3, 48]);
    expect((await model.evaluate({ x: images, y })).loss).toBeLessThan(1e-6);
    const { history } = await model.fit({ x: images, y }, { verbose: 0 });
    expect(history.loss[0]).toBeLessThan(1e-6);
    await model.dispose();
  });
});

test("images of other sizes become those that the first layer expects, as by resizing", async () => {
  const model = identity({ size: [4, 4], scale: 1 / 255 });
  const large = tensor(
    Uint8Array.from({ length: 2 * 7 * 5 * 3 }, () => random.below(256)),
    [2, 7, 5, 3],
  );
  const resizing = sequential(
    [
      layers.resizing({ height: 4, width: 4, antialias: true, inputShape: [7, 5, 3] }),
      layers.rescaling({ scale: 1 / 255 }),
    ],
    { device },
  );
  const [seen, wanted] = [await model.predict(large), await resizing.predict(large)];
  expect(seen.shape).toEqual([2, 4, 4, 3]);
  seen.data.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted.data[i], 6);
  });
  expect((await model.predict(images)).shape).toEqual(shape);
  await expect(model.predict(tensor(new Uint8Array(35), [1, 7, 5, 1]))).rejects.toThrow(
    "[null, 7, 5, 3]",
  );
  await Promise.all([model.dispose(), resizing.dispose()]);
});

test("whole numbers and masks of several inputs stay themselves: records go by name", async () => {
  const [image, mask] = [input({ name: "image", shape: [2] }), input({ name: "mask", shape: [2] })];
  const outputs = layers.multiply().apply([image, mask]);
  const build = (preprocess: Readonly<Record<string, Preprocess>> | Preprocess) =>
    functional({ inputs: [image, mask], outputs, preprocess, device });
  const model = build({ image: { scale: 1 / 255 } });
  const x = {
    image: tensor(Uint8Array.of(51, 255), [1, 2]),
    mask: tensor(Uint8Array.of(1, 2), [1, 2]),
  };
  const { data } = await model.predict(x);
  expect(data[0]).toBeCloseTo(0.2, 6);
  expect(data[1]).toBeCloseTo(2, 6);
  await model.dispose();
  expect(() => build({ scale: 1 / 255 })).toThrow(/say which one: preprocess: \{ image:/);
  expect(() => build({ imag: { scale: 1 / 255 } })).toThrow('did you mean "image"?');
});

test("bytes reach layers that scale or normalize them as they are", async () => {
  const rescaled = sequential([layers.rescaling({ scale: 1 / 255, inputShape })], { device });
  const { data } = await rescaled.predict(images);
  Array.from(bytes).forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value / 255, 6);
  });
  const normalized = sequential([layers.normalization({ inputShape }).adapt(images)], { device });
  const { data: normal } = await normalized.predict(images);
  const means = rgb.map(
    (c) => normal.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0) / 48,
  );
  for (const mean of means) expect(mean).toBeCloseTo(0, 4);
  await Promise.all([rescaled.dispose(), normalized.dispose()]);
});

test("a model with a rescaling layer predicts from bytes as from floats, from a file of Keras's", async () => {
  const model = sequential(
    [
      layers.rescaling({ scale: 1 / 255, inputShape }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    { device },
  );
  const path = join(folder, "rescaling.keras");
  await saveModel(model, path);
  const { model: again } = await loadModel(path, { device });
  const fromBytes = await again.predict(images);
  expect(fromBytes).toEqual(await again.predict(tensor(Float32Array.from(bytes), shape)));
  expect(fromBytes).toEqual(await model.predict(images));
  await Promise.all([model.dispose(), again.dispose()]);
});

describe("in a file", () => {
  const preprocess: Preprocess = {
    scale: 1 / 255,
    offset: 0.1,
    mean: [0.1, 0.2, 0.3],
    deviation: 2,
    channelOrder: "bgr",
    size: [4, 4],
    resize: "contain",
    interpolation: "lanczos3",
    antialias: false,
    crop: 0.9,
    fillValue: 114,
    background: [0, 128, 255],
  };

  test("it comes back, and predicts the same bits", async () => {
    const model = identity(preprocess);
    const { model: again } = await decodeModel(await encodeModel(model), { device });
    expect(again.preprocess).toEqual([preprocess]);
    expect(await again.predict(images)).toEqual(await model.predict(images));
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test("loadModel may be given another one", async () => {
    const path = join(folder, "other.safetensors");
    const model = identity(preprocess);
    await saveModel(model, path);
    const { model: again } = await loadModel(path, { device, preprocess: { scale: 2 } });
    expect(again.preprocess).toEqual([{ scale: 2 }]);
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test.each(["keras", "h5"] as const)("of Keras (.%s) it comes back, too", async (format) => {
    const model = identity(preprocess);
    const bytes = await encodeModel(model, { format });
    const { model: again } = await decodeModel(bytes, { device });
    expect(again.preprocess).toEqual([preprocess]);
    expect(await again.predict(images)).toEqual(await model.predict(images));
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test("of version 2, bytes are divided by 255 as they were then, and floats are not", async () => {
    const model = identity({});
    const { tensors, metadata } = decodeSafetensors(await encodeModel(model), "the file");
    const fovea = JSON.stringify({ ...JSON.parse(metadata.fovea), version: 2 });
    const old = encodeSafetensors({ tensors: [...tensors], metadata: { fovea }, checksum: true });
    const { model: again } = await decodeModel(old, { device });
    const share = Math.fround(1 / 255);
    expect((await again.predict(images)).data[5]).toBe(Math.fround(bytes[5] * share));
    const floats = tensor(
      Float32Array.from(bytes, (byte) => byte / 255),
      shape,
    );
    expect(await again.predict(floats)).toEqual(floats);
    await Promise.all([model.dispose(), again.dispose()]);
  });
});

test.each<[unknown, RegExp]>([
  [{ scal: 1 }, /no field "scal"[\s\S]*did you mean "scale"/],
  [{ scale: Number.NaN }, /preprocess\.scale cannot be used/],
  [{ offset: "1" }, /preprocess\.offset cannot be used/],
  [{ mean: [1, 2] }, /preprocess\.mean[\s\S]*3 of them/],
  [{ deviation: 0 }, /preprocess\.deviation[\s\S]*above 0/],
  [{ channelOrder: "grb" }, /preprocess\.channelOrder[\s\S]*"rgb" or "bgr"/],
  [{ resize: "crop" }, /preprocess\.resize[\s\S]*"stretch", "cover", "contain"/],
  [{ interpolation: "cubic" }, /interpolation[\s\S]*"bicubic"/],
  [{ crop: 2 }, /preprocess\.crop[\s\S]*above 0/],
  [{ background: [0, 0, 256] }, /preprocess\.background[\s\S]*from 0 to 255/],
  [{ size: [8, 8] }, /preprocess\.size[\s\S]*\[null, 4, 4, 3\]/],
  [5, /preprocess cannot be used[\s\S]*scale: 1 \/ 255/],
])("%j is refused", (preprocess, message) => {
  const build = () => identity(preprocess as Preprocess);
  expect(build).toThrow(ConfigError);
  expect(build).toThrow(message);
});

test("a program of one's own asks for it", async () => {
  const model = identity({ scale: 1 / 255 });
  const program = await model.compileProgram({
    name: "prepared",
    graph({ build, preprocess }) {
      const batch = build.input("batch", { shape, dtype: "u8" });
      return { outputs: { prepared: preprocess(batch) }, updates: [] };
    },
  });
  const { prepared } = await program.run({ batch: images });
  const wanted: Tensor = await model.predict(images);
  expect(prepared).toEqual(wanted);
  await model.dispose();
});
