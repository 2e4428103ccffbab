// What functions on pictures do beyond the peers' numbers: batches, floats, ranges, sizes, refusals.

import { describe, expect, test } from "vitest";
import { images, type Tensor, tensor } from "../../src/index.ts";

const noise = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Uint8Array.from({ length: size }, (_, i) => ((i * 7919) % 65521) % 256),
    shape,
  );
};

type ImageFunction = (image: Tensor) => Tensor;

/** Every function, with options that it could be given. */
const calls: Readonly<
  Record<Exclude<keyof typeof images, "kernels" | "imageNet">, ImageFunction | undefined>
> = {
  autoContrast: (x) => images.autoContrast(x as Tensor<Uint8Array>, { cutoff: 2 }),
  canny: (x) => images.canny(x as Tensor<Uint8Array>, { low: 300, high: 700 }),
  centerCrop: (x) => images.centerCrop(x as Tensor<Uint8Array>, { size: [5, 8] }),
  // A number for each channel, and no picture.
  channelStatistics: undefined,
  clahe: (x) => images.clahe(x as Tensor<Uint8Array>, { clipLimit: 3, tiles: [2, 3] }),
  // One picture of many: contact-sheet.test.ts.
  contactSheet: undefined,
  equalize: (x) => images.equalize(x as Tensor<Uint8Array>),
  filter: (x) => images.filter(x as Tensor<Uint8Array>, { kernel: "emboss" }),
  gaussianBlur: (x) => images.gaussianBlur(x as Tensor<Uint8Array>, { sigma: 1 }),
  grayscale: (x) => images.grayscale(x as Tensor<Uint8Array>),
  invert: (x) => images.invert(x as Tensor<Uint8Array>),
  posterize: (x) => images.posterize(x as Tensor<Uint8Array>, { bits: 2 }),
  rescale: (x) => images.rescale(x as Tensor<Uint8Array>, { scale: 1 / 255, offset: -1 }),
  resize: (x) => images.resize(x as Tensor<Uint8Array>, { size: [6, 7], mode: "cover" }),
  reverseChannels: (x) => images.reverseChannels(x as Tensor<Uint8Array>),
  solarize: (x) => images.solarize(x as Tensor<Uint8Array>),
  standardize: (x) => images.standardize(x as Tensor<Uint8Array>, images.imageNet),
};
const named = Object.entries(calls).flatMap(([name, call]) =>
  call === undefined ? [] : [[name, call] as const],
);

describe.each(named)("%s", (_, call) => {
  const batch = noise(2, 12, 14, 3);
  const [first, second] = [0, 1].map((n) =>
    tensor(batch.data.slice(n * 504, (n + 1) * 504), [12, 14, 3]),
  );

  test("does to each picture of a batch what it does to one, and leaves what came as it was", () => {
    const before = batch.data.slice();
    const all = call(batch);
    const [one, two] = [call(first), call(second)];
    expect(all.shape).toEqual([2, ...one.shape]);
    expect(Array.from(all.data)).toEqual([...one.data, ...two.data]);
    expect(batch.data).toEqual(before);
    expect(all.data.buffer).not.toBe(batch.data.buffer);
  });

  test("does to floats from 0 to 255 about what it does to bytes", () => {
    const floats = call(tensor(Float32Array.from(first.data), first.shape));
    const bytes = call(first);
    expect(floats.data).toBeInstanceOf(Float32Array);
    // Bytes are cut to 0…255.
    const cut = (x: number) =>
      bytes.data instanceof Uint8Array ? Math.min(255, Math.max(0, x)) : x;
    bytes.data.forEach((x, i) => {
      expect(Math.abs(cut(floats.data[i]) - x)).toBeLessThan(1.01);
    });
  });

  test("refuses what is no picture", () => {
    expect(() => call(noise(4, 4))).toThrow("[H, W, C]");
    expect(() => call(tensor(new Int32Array(48), [4, 4, 3]))).toThrow("Float32Array");
    expect(() => call(noise(0, 4, 3))).toThrow("at least one row");
  });
});

test("a value range of 0 to 1 gives what bytes give, in that range", () => {
  const bytes = noise(12, 14, 3);
  const unit = tensor(
    Float32Array.from(bytes.data, (x) => x / 255),
    bytes.shape,
  );
  const valueRange = [0, 1] as const;
  const pairs: readonly (readonly [Tensor, Tensor])[] = [
    [images.equalize(bytes), images.equalize(unit, { valueRange })],
    [images.autoContrast(bytes), images.autoContrast(unit, { valueRange })],
    [images.invert(bytes), images.invert(unit, { valueRange })],
    [images.posterize(bytes, { bits: 3 }), images.posterize(unit, { bits: 3, valueRange })],
    [images.solarize(bytes), images.solarize(unit, { valueRange })],
    [images.clahe(bytes), images.clahe(unit, { valueRange })],
  ];
  for (const [whole, part] of pairs) {
    whole.data.forEach((x, i) => {
      expect(part.data[i] * 255).toBeCloseTo(x, 3);
    });
  }
});

test("statistics of a channel standardise it to mean 0 and deviation 1", () => {
  const batch = noise(3, 8, 9, 2);
  const { mean, deviation } = images.channelStatistics(batch);
  const { data } = images.standardize(batch, { mean, deviation });
  for (const c of [0, 1]) {
    const channel = data.filter((_, i) => i % 2 === c);
    const average = channel.reduce((a, b) => a + b, 0) / channel.length;
    const square = channel.reduce((sum, x) => sum + x * x, 0) / channel.length;
    expect(average).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 5);
  }
  expect(images.channelStatistics(tensor(new Uint8Array(4).fill(9), [2, 2, 1])).deviation).toEqual([
    1,
  ]);
});

test("centerCrop takes the middle, and enlarges what is too small", () => {
  const image = tensor(
    Uint8Array.from({ length: 20 }, (_, i) => i),
    [4, 5, 1],
  );
  expect(Array.from(images.centerCrop(image, { size: [2, 2] }).data)).toEqual([6, 7, 11, 12]);
  expect(images.centerCrop(image, { size: [9, 3] }).shape).toEqual([9, 3, 1]);
});

test.each([
  [() => images.filter(noise(4, 4, 1), { kernel: "sobel" as never }), 'did you mean "sobelX"?'],
  [() => images.filter(noise(4, 4, 1), { kernel: [[1, 2], [3]] }), "all of one length"],
  [
    () => images.filter(noise(2, 2, 1), { kernel: "edges", border: "valid" }),
    "larger than the picture",
  ],
  [
    () => images.filter(noise(4, 4, 1), { kernel: "edges", border: "wrap" as never }),
    '"symmetric"',
  ],
  [() => images.gaussianBlur(noise(4, 4, 1), { sigma: 0 }), "above 0"],
  [() => images.gaussianBlur(noise(4, 4, 1), { sigma: 1, kernelSize: 4 }), "an odd number"],
  [() => images.canny(noise(4, 4, 1), { low: 9, high: 3 }), "at least low"],
  [() => images.posterize(noise(4, 4, 1), { bits: 9 }), "from 1 to 8"],
  [() => images.standardize(noise(4, 4, 1), images.imageNet), "1 of them in a list"],
  [() => images.invert(noise(4, 4, 1), { range: [0, 1] } as never), 'did you mean "valueRange"?'],
  [() => images.resize(noise(4, 4, 1), { size: [4, 0] }), "[height, width]"],
  [() => images.grayscale(noise(4, 4, 2)), "1, 3 or 4"],
])("%s is refused", (call, words) => {
  expect(call).toThrow(words);
});
