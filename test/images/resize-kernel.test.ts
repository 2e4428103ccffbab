// Resizing of bytes in WebAssembly against the plain loops: the same bits, whatever the shapes, and neither reads nor
// writes beside its pictures.

import { describe, expect, test } from "vitest";
import { type Interpolation, interpolations } from "../../src/core/interpolation.ts";
import { RandomStream } from "../../src/core/random.ts";
import { lineWeights } from "../../src/images/resample.ts";
import { type BytePictures, type Passes, resizeBytes } from "../../src/images/resize-kernel.ts";
import { resizeColumns, resizeRows } from "../../src/images/resize-lines.ts";

function byLoops({ data, count, height, width, channels }: BytePictures, passes: Passes) {
  let lines = { data, rows: count * height, width, channels };
  if (passes.rows !== undefined) lines = resizeRows(lines, passes.rows);
  if (passes.columns !== undefined) lines = resizeColumns(lines, passes.columns, count);
  return lines.data;
}

/** Noise with black and white in it, whose sums overshoot. */
function noise(random: RandomStream, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => [0, 255, random.below(256)][random.below(3)]);
}

/** A part of a line, from which a crop may have taken its ends. */
function spanIn(random: RandomStream, size: number) {
  const used = size * (random.below(2) === 0 ? 1 : 0.5 + random.uniform() / 2);
  const from = (size - used) * random.uniform();
  return { from, to: from + used };
}

const between = (random: RandomStream, least: number, most: number) =>
  least + random.below(most - least + 1);

describe.each([...interpolations])("%s", (interpolation: Interpolation) => {
  test.each([true, false])("with antialiasing %s, on random shapes", (antialias) => {
    const random = new RandomStream(antialias ? 1 : 2, interpolation.length);
    for (let trial = 0; trial < 60; trial++) {
      const [count, channels] = [between(random, 1, 3), between(random, 1, 4)];
      const [height, width] = [between(random, 1, 70), between(random, 1, 70)];
      const weights = (size: number) =>
        lineWeights(size, spanIn(random, size), between(random, 1, 90), {
          interpolation,
          antialias,
        });
      const kind = random.below(4);
      const passes = {
        rows: kind === 1 ? undefined : weights(width),
        columns: kind === 2 ? undefined : weights(height),
      };
      const data = noise(random, count * height * width * channels);
      const pictures = { data, count, height, width, channels };
      const resized = resizeBytes(pictures, passes) ?? [];
      expect(Buffer.compare(Buffer.from(resized), Buffer.from(byLoops(pictures, passes)))).toBe(0);
    }
  });
});

test("a picture of 48 MB takes memory of its own, and small ones go on as before", () => {
  const random = new RandomStream(3);
  const resampling = { interpolation: "bilinear", antialias: true } as const;
  const weights = (size: number, length: number) =>
    lineWeights(size, { from: 0, to: size }, length, resampling);
  const passes = { rows: weights(4000, 64), columns: weights(4000, 48) };
  const small = { data: noise(random, 1200), count: 1, height: 20, width: 20, channels: 3 };
  const few = { rows: weights(20, 12), columns: weights(20, 9) };
  const before = resizeBytes(small, few);
  const data = new Uint8Array(4000 * 4000 * 3).fill(200);
  const large = resizeBytes({ data, count: 1, height: 4000, width: 4000, channels: 3 }, passes);
  expect(large).toEqual(new Uint8Array(48 * 64 * 3).fill(200));
  expect(resizeBytes(small, few)).toEqual(before);
});
