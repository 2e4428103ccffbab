// Picture files as inputs: what a model makes of them is what it makes of the pixels that its record asks for.

import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { centerCrop } from "../../src/images/crop.ts";
import { decodeImage } from "../../src/images/decode.ts";
import { resize } from "../../src/images/resize.ts";
import type { Device } from "../../src/machine/device.ts";
import { openDevice } from "../../src/machine/open.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Preprocess } from "../../src/nn/preprocess.ts";
import { model as functional } from "../../src/train/functional.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice({ target: "wasm", threads: 1 });
});
afterAll(() => device.close());

const path = (name: string) =>
  fileURLToPath(new URL(`../golden/pillow/pictures/${name}`, import.meta.url));
const names = ["rgb.png", "baseline.jpg", "grey.png", "rgba.png", "rgb.webp", "orientation-6.jpg"];
const identity = (inputShape: number[], preprocess?: Preprocess) =>
  sequential([layers.identity({ inputShape })], {
    device,
    ...(preprocess === undefined ? {} : { preprocess }),
  });

const record: Preprocess = {
  scale: 1 / 255,
  size: [9, 6],
  resize: "contain",
  interpolation: "bicubic",
  crop: 0.9,
  fillValue: 114,
  background: [0, 0, 255],
};

test("are sized by the record, and stay so in a saved model", async () => {
  const model = identity([9, 6, 3], record);
  const { model: again } = await decodeModel(await encodeModel(model), { device });
  const files = names.map(path);
  const seen = await again.predict(files, { batchSize: 4 });
  expect(seen.shape).toEqual([files.length, 9, 6, 3]);
  for (const [i, file] of files.entries()) {
    const { scale: _, ...options } = record;
    const { data } = await decodeImage(readFileSync(file), options);
    const own = seen.data.subarray(i * data.length, (i + 1) * data.length);
    own.forEach((value, k) => {
      expect(value).toBeCloseTo(data[k] / 255, 6);
    });
  }
  await Promise.all([model.dispose(), again.dispose()]);
});

test("without a record are stretched to the input, in its channels", async () => {
  const model = identity([5, 7, 1]);
  const seen = await model.predict(path("rgb.png"));
  const grey = await decodeImage(readFileSync(path("rgb.png")), { channels: 1 });
  expect(Array.from(seen.data)).toEqual(Array.from(resize(grey, { size: [5, 7] }).data));
  await model.dispose();
});

test("come as paths, URLs, bytes and Blobs, and one alone is one row", async () => {
  const model = identity([4, 4, 3]);
  const file = path("rgb.png");
  const bytes = readFileSync(file);
  const [wanted] = [await model.predict(file)];
  expect(wanted.shape).toEqual([1, 4, 4, 3]);
  for (const source of [pathToFileURL(file), pathToFileURL(file).href, bytes, new Blob([bytes])]) {
    expect(await model.predict(source)).toEqual(wanted);
  }
  const two = await model.predict([file, bytes]);
  expect(Array.from(two.data)).toEqual([...wanted.data, ...wanted.data]);
  await model.dispose();
});

test("are refused where the model takes none, and where one is broken", async () => {
  const numbers = identity([12]);
  await expect(numbers.predict("cat.jpg")).rejects.toThrow(
    "The model does not take picture files.",
  );
  const [a, b] = ["a", "b"].map((name) => input({ shape: [4, 4, 3], name }));
  const two = functional({ inputs: [a, b], outputs: layers.add().apply([a, b]), device });
  await expect(two.predict(path("rgb.png"))).rejects.toThrow("make the inputs of their pixels");
  const model = identity([4, 4, 3]);
  await expect(model.predict([path("rgb.png"), path("none.png")])).rejects.toThrow("none.png");
  await expect(model.predict([path("rgb.png"), 5] as never)).rejects.toThrow("Not all inputs");
  await expect(model.predict([] as never)).rejects.toThrow();
  await Promise.all([numbers.dispose(), two.dispose(), model.dispose()]);
});

test("tensors of other sizes are resized like files, where the record says how", async () => {
  const whole = await decodeImage(readFileSync(path("rgb.png")));
  const batch = { data: whole.data, shape: [1, ...whole.shape] };
  // Of tensors, `cover` uses whole pixels: the middle 12 x 12 of 12 x 18.
  const square = centerCrop(whole, { size: [12, 12] });
  for (const mode of ["stretch", "cover", "contain"] as const) {
    const model = identity([6, 6, 3], { size: [6, 6], resize: mode, fillValue: 9 });
    const seen = await model.predict(batch);
    const wanted = resize(mode === "cover" ? square : whole, { size: [6, 6], mode, fillValue: 9 });
    seen.data.forEach((value, i) => {
      expect(Math.abs(value - wanted.data[i])).toBeLessThan(1.01);
    });
    await model.dispose();
  }
});
