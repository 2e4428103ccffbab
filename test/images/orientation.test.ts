// EXIF's orientation, read from files of each kind, and what it does to places: the same that the decoder does to pixels.

import sharp from "sharp";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/images/decode.ts";
import { imageHeader } from "../../src/images/header.ts";
import {
  type Orientation,
  orientationOf,
  uprightMap,
  uprightPlace,
  uprightSize,
} from "../../src/images/orientation.ts";

const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const [height, width] = [6, 9];
/** Every pixel has a level of its own. */
const levels = Uint8Array.from({ length: height * width }, (_, i) => 4 * i);

function fileOf(orientation: Orientation, format: "jpeg" | "png" | "webp" | "tiff") {
  const image = sharp(levels, { raw: { height, width, channels: 1 } });
  return image.withMetadata({ orientation }).toFormat(format, { quality: 100 }).toBuffer();
}

test("JPEG, PNG, WebP and TIFF state it", async () => {
  for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
    for (const orientation of orientations) {
      const file = await fileOf(orientation, format);
      expect(orientationOf(file, imageHeader(file).format)).toBe(orientation);
    }
  }
});

test("files without it, cut short or damaged are upright", async () => {
  const plain = await sharp(levels, { raw: { height, width, channels: 1 } })
    .jpeg()
    .toBuffer();
  expect(orientationOf(plain, "jpeg")).toBe(1);
  for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
    const file = await fileOf(6, format);
    for (let length = 0; length < file.length; length += 3) {
      expect([1, 6]).toContain(orientationOf(file.subarray(0, length), format));
    }
    const damaged = Uint8Array.from(file, (byte, i) => (i > 20 && i % 11 === 0 ? 255 : byte));
    expect(orientations).toContain(orientationOf(damaged, format));
  }
});

test("maps and places turn as the decoder turns pixels", async () => {
  for (const orientation of orientations) {
    const { data, shape } = await decodeImage(await fileOf(orientation, "png"), { channels: 1 });
    expect(shape).toEqual([...uprightSize(orientation, [height, width]), 1]);
    expect(uprightMap(orientation, [height, width], levels)).toEqual(data);
    for (let i = 0; i < levels.length; i++) {
      const [column, row] = [i % width, Math.floor(i / width)];
      const [x, y] = uprightPlace(orientation, [height, width], column + 0.5, row + 0.5);
      expect(data[Math.floor(y) * shape[1] + Math.floor(x)]).toBe(levels[i]);
    }
  }
});
