// How a picture is turned when it is shown: EXIF's orientation, from the bytes of a file, and what it does to places in the
// picture. Fields are those of Exif 2.32 and TIFF 6.0.

import type { ImageFormat } from "./header.ts";

/**
 * EXIF's orientation: 1 as stored, 2 mirrored, 3 upside down, 4 both, 5 to 8 with rows and columns exchanged (6 is turned
 * right by 90 degrees, 8 left).
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Rows and columns. */
type Size = readonly [height: number, width: number];

const orientationTag = 0x0112;

/** The orientation that a file states; 1 where it states none, or nothing that makes sense. */
export function orientationOf(bytes: Uint8Array, format: ImageFormat): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const start = exifStarts[format]?.(view);
    const found = start === undefined ? 1 : tagIn(view, start);
    return Number.isInteger(found) && found >= 1 && found <= 8 ? (found as Orientation) : 1;
  } catch (error) {
    // Fields that lead out of the file.
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

const textAt = (view: DataView, at: number, length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));

/** Where EXIF's own TIFF begins in a file, where it has one. */
const exifStarts: Partial<Record<ImageFormat, (view: DataView) => number | undefined>> = {
  jpeg: (view) => {
    for (let at = 2; view.getUint8(at) === 0xff; ) {
      const marker = view.getUint8(at + 1);
      // Pixels follow.
      if (marker === 0xda || marker === 0xd9) return undefined;
      if (marker === 0xe1 && textAt(view, at + 4, 6) === "Exif\0\0") return at + 10;
      at += 2 + view.getUint16(at + 2);
    }
    return undefined;
  },
  png: (view) => {
    for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
      const name = textAt(view, at + 4, 4);
      if (name === "eXIf") return at + 8;
      if (name === "IEND") return undefined;
    }
    return undefined;
  },
  webp: (view) => {
    for (let at = 12; at + 8 <= view.byteLength; ) {
      const length = view.getUint32(at + 4, true);
      if (textAt(view, at, 4) === "EXIF") {
        const isPrefixed = length > 6 && textAt(view, at + 8, 4) === "Exif";
        return at + 8 + (isPrefixed ? 6 : 0);
      }
      // Parts have even lengths.
      at += 8 + length + (length % 2);
    }
    return undefined;
  },
  tiff: () => 0,
};

/** The orientation in the first directory of the TIFF that begins at `start`. */
function tagIn(view: DataView, start: number): number {
  const order = view.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  // BigTIFF is not used in EXIF, and rare.
  if (view.getUint16(start + 2, little) !== 42) return 1;
  const directory = start + view.getUint32(start + 4, little);
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + 12 * i;
    if (view.getUint16(at, little) === orientationTag) return view.getUint16(at + 8, little);
  }
  return 1;
}

/** The size of a picture that stands upright. */
export function uprightSize(orientation: Orientation, [height, width]: Size): Size {
  return orientation > 4 ? [width, height] : [height, width];
}

/** Where the place `x`, `y` of a stored picture of `size` lies once it stands upright; in pixels from the corner. */
export function uprightPlace(
  orientation: Orientation,
  [height, width]: Size,
  x: number,
  y: number,
): [x: number, y: number] {
  switch (orientation) {
    case 1:
      return [x, y];
    case 2:
      return [width - x, y];
    case 3:
      return [width - x, height - y];
    case 4:
      return [x, height - y];
    case 5:
      return [y, x];
    case 6:
      return [height - y, x];
    case 7:
      return [height - y, width - x];
    case 8:
      return [y, width - x];
  }
}

/** One byte for each pixel of a stored picture, `[H, W]`, turned upright. */
export function uprightMap(orientation: Orientation, size: Size, data: Uint8Array): Uint8Array {
  if (orientation === 1) return data;
  const [height, width] = size;
  const [, columns] = uprightSize(orientation, size);
  const result = new Uint8Array(data.length);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [x, y] = uprightPlace(orientation, size, column + 0.5, row + 0.5);
      result[Math.floor(y) * columns + Math.floor(x)] = data[i];
    }
  }
  return result;
}
