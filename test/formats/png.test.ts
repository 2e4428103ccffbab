// Samples of PNGs as they are stored: of every depth, with palettes, filtered and interlaced; what is damaged or hostile is
// refused.

import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { pngSamples } from "../../src/formats/png.ts";
import { chunk, joined, pngFile } from "../vision/png-file.ts";

test("grey and palette numbers of every depth", () => {
  for (const depth of [1, 2, 4, 8, 16] as const) {
    for (const width of [1, 7, 13]) {
      const random = new RandomStream(depth * 100 + width);
      const samples = Array.from({ length: 5 * width }, () => random.below(2 ** depth));
      const shape = { height: 5, width, depth, samples };
      expect(pngSamples(pngFile(shape))).toEqual({
        height: 5,
        width,
        channels: 1,
        isPalette: false,
        data: Uint16Array.from(samples),
      });
      if (depth === 16) continue;
      const palette = Array.from({ length: 2 ** depth }, (_, i) => [i, 0, 0]);
      const indexed = pngSamples(pngFile({ ...shape, palette }));
      expect(indexed.isPalette).toBe(true);
      expect([...indexed.data]).toEqual(samples);
    }
  }
});

test("all filters and all passes of interlaced pictures give the samples that were written", async () => {
  for (const [height, width] of [
    [1, 1],
    [3, 5],
    [9, 8],
    [40, 33],
  ] as const) {
    for (const channels of [1, 3, 4] as const) {
      const random = new RandomStream(height + channels);
      // Smooth in parts, so that encoders choose among filters.
      const data = Uint8Array.from({ length: height * width * channels }, (_, i) =>
        i % 50 < 25 ? (i * 3) % 256 : random.below(256),
      );
      for (const progressive of [false, true]) {
        const image = sharp(data, { raw: { height, width, channels } });
        if (channels === 1) image.toColourspace("b-w");
        const file = await image.png({ adaptiveFiltering: true, progressive }).toBuffer();
        const samples = pngSamples(file);
        expect(samples.channels).toBe(channels);
        expect(Uint8Array.from(samples.data)).toEqual(data);
      }
    }
  }
});

test("what is no whole PNG is refused", () => {
  const samples = Array.from({ length: 64 }, (_, i) => i % 4);
  const whole = pngFile({ height: 8, width: 8, depth: 8, samples });
  expect(() => pngSamples(new Uint8Array())).toThrow(FormatError);
  expect(() => pngSamples(Uint8Array.from(whole, (byte) => byte ^ 1))).toThrow("does not begin");
  for (let length = 0; length < whole.length - 12; length++) {
    expect(() => pngSamples(whole.subarray(0, length))).toThrow(FormatError);
  }
});

test("sizes that the pixels do not bear out, and too many pixels, are refused before anything is made", () => {
  const file = { height: 8, width: 8, depth: 8, samples: new Array(64).fill(1) } as const;
  const large = pngFile({ ...file, statedSize: [2 ** 20, 2 ** 20] });
  expect(() => pngSamples(large)).toThrow("too many pixels");
  expect(() => pngSamples(large, { maxPixels: Infinity })).toThrow("end too early");
  expect(() => pngSamples(pngFile({ ...file, statedSize: [9, 8] }))).toThrow("end too early");
  expect(() => pngSamples(pngFile({ ...file, statedSize: [7, 8] }))).toThrow("more pixels");
  expect(() => pngSamples(pngFile({ ...file, statedSize: [0, 8] }))).toThrow("no pixels");
  expect(() => pngSamples(pngFile(file), { maxPixels: 63 })).toThrow("8 x 8");
});

test("a small file that unpacks to gigabytes is given up at once", () => {
  const zeros = deflateSync(new Uint8Array(2 ** 26));
  const file = pngFile({ height: 8, width: 8, depth: 8, samples: new Array(64).fill(1) });
  const bomb = joined([
    file.subarray(0, 33),
    ...Array.from({ length: 4 }, () => chunk("IDAT", zeros)),
    chunk("IEND", new Uint8Array()),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  expect(() => pngSamples(bomb)).toThrow("more pixels");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
});

test("bytes that are changed at random give samples or a FormatError, and nothing else", () => {
  const samples = Array.from({ length: 400 }, (_, i) => (i * i) % 16);
  const whole = pngFile({ height: 20, width: 20, depth: 4, samples });
  const random = new RandomStream(7);
  for (let trial = 0; trial < 2000; trial++) {
    const bytes = whole.slice();
    for (let k = 0; k < 3; k++) bytes[random.below(bytes.length)] = random.below(256);
    try {
      expect(pngSamples(bytes, { maxPixels: 2 ** 20 }).height).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  }
});
