// Images of noise, half of them with more blue, half with more red: a task that needs no file, at
// any size. It is how courses on transfer learning stand in for photographs.

import { ConfigError } from "../../core/errors.ts";
import { requireNumber, requireOption, requireWhole } from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import type { Examples } from "../examples.ts";
import type { Dataset, LoadedDataset, LoadOptions } from "./dataset.ts";

const channels = 3;
const classNames = ["blue", "red"];
/** The channel of each class that is raised. */
const raisedChannel = [2, 0];
/** 0.3 of the range from 0 to 255. */
const raise = 76.5;
/** One image in so many is for testing. */
const testEvery = 5;

const mostSide = 4096;
const defaults = { count: 1000, size: 64, seed: 42 };

/**
 * Red and blue noise: images `[N, H, W, 3]` in u8, uniform from 0 to 255, of which one channel is
 * raised by 76.5 and cut off at 255: the third in class 0 (blue), the first in class 1 (red).
 * Classes take turns, every fifth pair of images is for testing. Of the 1,000 images of 64 x 64
 * that are the default, 800 are for training.
 *
 * @throws ConfigError where an option cannot be used.
 * @example const { train, test } = await redBlue.load({ size: 224, count: 200, seed: 1 });
 */
export const redBlue: Dataset = {
  name: "red-blue",
  about: {
    title: "noise with more red or more blue, at any size",
    imageShape: [defaults.size, defaults.size, channels],
    images: [800, 200],
    classes: classNames.length,
    licence: "none needed",
  },
  downloadBytes: 0,
  addresses: [],
  place: async () => "made when it is loaded",
  load: async (options = {}) => make(options),
};

function make({
  count = defaults.count,
  size = defaults.size,
  seed = defaults.seed,
  source = "auto",
}: LoadOptions): LoadedDataset {
  const [height, width] = sidesOf(size);
  requireWhole("count", count, 2 * testEvery);
  requireNumber("count", count, { most: 2 ** 32 / (height * width * channels) });
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  if (source !== "auto" && source !== "sample") {
    throw new ConfigError({
      what: "The dataset red-blue is made, not found: it has no source.",
      expected: 'no source, or "auto"',
      received: JSON.stringify(source),
    });
  }
  const rows = Array.from({ length: count }, (_, row) => row);
  const isTest = (row: number) => Math.floor(row / 2) % testEvery === testEvery - 1;
  const read = (some: readonly number[]) => imagesOf(some, height, width, seed);
  const [train, test] = [rows.filter((row) => !isTest(row)), rows.filter(isTest)];
  return {
    name: redBlue.name,
    source: `made: ${train.length.toLocaleString("en-US")} training and ${test.length.toLocaleString("en-US")} test images`,
    train: read(train),
    test: read(test),
  };
}

/** Height and width. @throws ConfigError */
function sidesOf(size: LoadOptions["size"]): readonly [number, number] {
  const sides: readonly unknown[] = Array.isArray(size) ? size : [size, size];
  const isSize = sides.length === 2 && sides.every((side) => Number.isSafeInteger(side));
  const fits = isSize && sides.every((side) => Number(side) >= 1 && Number(side) <= mostSide);
  requireOption("size", size, fits, `a side from 1 to ${mostSide}, or [height, width]`);
  return [Number(sides[0]), Number(sides[1])];
}

/** The images of these rows; each is drawn by its own number alone. */
function imagesOf(rows: readonly number[], height: number, width: number, seed: number): Examples {
  const length = height * width * channels;
  const data = new Uint8Array(rows.length * length);
  rows.forEach((row, i) => {
    const image = data.subarray(i * length, (i + 1) * length);
    const stream = new RandomStream(seed, row);
    for (let at = 0; at < length; at += 4) {
      const word = stream.word();
      for (let byte = 0; byte < 4 && at + byte < length; byte++) {
        image[at + byte] = word >>> (8 * byte);
      }
    }
    const raised = raisedChannel[row % 2];
    for (let at = raised; at < length; at += channels) image[at] = Math.min(255, image[at] + raise);
  });
  const labels = Uint8Array.from(rows, (row) => row % 2);
  return {
    x: { data, shape: [rows.length, height, width, channels] },
    y: { data: labels, shape: [rows.length] },
    classNames,
  };
}
