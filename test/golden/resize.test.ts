// images.resize against Pillow (equal bytes), OpenCV's area (one level) and TensorFlow (floats):
// pillow/make_resized.py.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { images, type ResizeOptions, tensor } from "../../src/index.ts";

interface Golden {
  readonly channels: number;
  readonly options: ResizeOptions & { readonly peer?: string };
  readonly data: string;
}

const goldens = (name: string) => {
  const text = readFileSync(new URL(`pillow/${name}`, import.meta.url), "utf8");
  return (JSON.parse(text) as Golden[]).map((one) => [JSON.stringify(one.options), one] as const);
};

/** The input of all of them, as the script has it. */
const noise = (channels: number) =>
  Uint8Array.from({ length: 13 * 17 * channels }, (_, i) => ((i * 7919) % 65521) % 256);

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

test.each(goldens("resized.json"))("%s, bytes", (_, { channels, options, data }) => {
  const { peer, ...own } = options;
  const resized = images.resize(tensor(noise(channels), [13, 17, channels]), own);
  const bytes = Buffer.from(data, "base64");
  expect(resized.data).toHaveLength(bytes.length);
  expect(farthest(resized.data, bytes)).toBeLessThanOrEqual(peer === "opencv" ? 1 : 0);
});

// TensorFlow knows positions of its cubic without antialiasing to 1/1024 of a pixel.
test.each(goldens("resized-tensorflow.json"))("%s, floats", (_, { channels, options, data }) => {
  const values = Float32Array.from(noise(channels));
  const resized = images.resize(tensor(values, [13, 17, channels]), options);
  const bytes = Buffer.from(data, "base64");
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  const isRounded = options.interpolation === "bicubic" && options.antialias === false;
  expect(resized.data).toHaveLength(floats.length);
  expect(farthest(resized.data, floats)).toBeLessThan(isRounded ? 0.3 : 1e-3);
});

test("a batch is resized as each of its pictures is", () => {
  const data = noise(6);
  const half = data.length / 2;
  const options = { size: [9, 8], mode: "contain", interpolation: "lanczos3" } as const;
  const batch = images.resize(tensor(data, [2, 13, 17, 3]), options);
  const [first, second] = [data.subarray(0, half), data.subarray(half)].map((part) =>
    images.resize(tensor(part, [13, 17, 3]), options),
  );
  expect(batch.shape).toEqual([2, 9, 8, 3]);
  expect(Array.from(batch.data)).toEqual([...first.data, ...second.data]);
});
