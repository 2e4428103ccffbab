// What the first bytes of a picture say: its kind and its size, before anything is decoded. A picture that claims
// to be too large is refused by this alone. Fields are those of the formats' specifications.

import { avifSize, tiffSize } from "./containers.ts";
import { ImageError } from "./image-error.ts";

/** The kinds of files that are read and written. */
export const imageFormats = ["png", "jpeg", "webp", "gif", "tiff", "avif"] as const;

/** A kind of file. Browsers read what they can show, and write `png`, `jpeg` and `webp`. */
export type ImageFormat = (typeof imageFormats)[number];

/** A picture's kind and size, as they are stored: EXIF's orientation is not regarded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  readonly height: number;
  readonly width: number;
}

/** Rows and columns. */
type Size = readonly [height: number, width: number];

/** Text of `length` bytes from `at`, one character a byte. */
const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Kind {
  /** Whether the bytes begin as such a file does. */
  matches(bytes: Uint8Array): boolean;
  /** Undefined where the header lacks a size. @throws RangeError where the bytes end before it. */
  size(view: DataView): Size | undefined;
}

const kinds: Readonly<Record<ImageFormat, Kind>> = {
  png: {
    matches: (bytes) => textAt(bytes, 0, 8) === "\x89PNG\r\n\x1a\n",
    size: (view) => [view.getUint32(20), view.getUint32(16)],
  },
  jpeg: {
    matches: (bytes) => textAt(bytes, 0, 3) === "\xff\xd8\xff",
    size: (view) => jpegFrame(view)?.size,
  },
  webp: {
    matches: (bytes) => textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP",
    size: webpSize,
  },
  gif: {
    matches: (bytes) => /^GIF8[79]a$/.test(textAt(bytes, 0, 6)),
    size: (view) => [view.getUint16(8, true), view.getUint16(6, true)],
  },
  tiff: {
    matches: (bytes) => ["II*\0", "II+\0", "MM\0*", "MM\0+"].includes(textAt(bytes, 0, 4)),
    size: tiffSize,
  },
  avif: {
    matches: (bytes) => brandsOf(bytes).some((brand) => brand === "avif" || brand === "avis"),
    size: avifSize,
  },
};

/** Brands of a file of boxes, as AVIF and HEIC are. */
function brandsOf(bytes: Uint8Array): string[] {
  if (textAt(bytes, 4, 4) !== "ftyp" || bytes.length < 16) return [];
  const end = Math.min(viewOf(bytes).getUint32(0), bytes.length, 256);
  const count = Math.max(0, Math.floor((end - 8) / 4));
  return Array.from({ length: count }, (_, i) => textAt(bytes, 8 + 4 * i, 4));
}

/** Pictures and pages of other kinds, which people may take for ones that can be read: how they begin. */
const others: readonly (readonly [start: string | RegExp, name: string, at?: number])[] = [
  ["ftyp", "a picture of another kind than AVIF, such as HEIC", 4],
  ["BM", "a BMP picture"],
  ["\xff\x0a", "a JPEG XL picture"],
  ["JXL ", "a JPEG XL picture", 4],
  ["jP  ", "a JPEG 2000 picture", 4],
  ["\xff\x4f\xff\x51", "a JPEG 2000 picture"],
  ["8BPS", "a Photoshop file"],
  ["\0\0\x01\0", "an icon"],
  ["%PDF-", "a PDF document"],
  [/^P[1-7]\s/, "a Netpbm picture"],
  [/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b/s, "an SVG drawing"],
];

/**
 * The kind and size of a picture, from its first bytes: the first few kilobytes are enough for most files.
 *
 * @param file What errors call it. Default: `The picture`.
 * @throws ImageError with the reason `empty`, `foreign`, `unsupported` or `truncated`.
 * @example const { format, height, width } = imageHeader(bytes);
 */
export function imageHeader(bytes: Uint8Array, file = "The picture"): ImageHeader {
  if (bytes.length === 0) {
    throw new ImageError("empty", { what: `${file} is empty.`, received: "0 bytes" });
  }
  const found = Object.entries(kinds).find(([, kind]) => kind.matches(bytes));
  if (found === undefined) throw notAPicture(bytes, file);
  const [format, kind] = found as [ImageFormat, Kind];
  const size = sizeIn(kind, bytes, file);
  if (size === undefined || size.some((side) => side < 1)) {
    throw new ImageError("damaged", {
      what: `${file} cannot be decoded: its header has no size.`,
      expected: `a ${format.toUpperCase()} picture of at least 1 x 1 pixel`,
      ...(size === undefined ? {} : { received: `${size[1]} x ${size[0]} pixels` }),
    });
  }
  return { format, height: size[0], width: size[1] };
}

/** How many components the pixels of a JPEG picture have, whose header is known to be there. */
export function jpegComponents(bytes: Uint8Array): number | undefined {
  return jpegFrame(viewOf(bytes))?.components;
}

function sizeIn(kind: Kind, bytes: Uint8Array, file: string): Size | undefined {
  try {
    return kind.size(viewOf(bytes));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ImageError("truncated", {
      what: `${file} ends within its header.`,
      received: `${bytes.length} bytes`,
      cause,
    });
  }
}

function notAPicture(bytes: Uint8Array, file: string): ImageError {
  const start = textAt(bytes, 0, 512);
  const other = others.find(([pattern, , at = 0]) =>
    typeof pattern === "string" ? start.startsWith(pattern, at) : pattern.test(start),
  );
  const expected = "PNG, JPEG, WebP, GIF, TIFF or AVIF";
  if (other !== undefined) {
    return new ImageError("unsupported", {
      what: `${file} is of a kind that is not supported.`,
      expected,
      received: other[1],
      fix: "Convert it, for example to PNG.",
    });
  }
  const isText = /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(start);
  return new ImageError("foreign", {
    what: `${file} is not a picture.`,
    expected,
    received: isText ? `text that begins with ${JSON.stringify(start.slice(0, 24))}` : "other data",
  });
}

/** Markers of JPEG that start a frame and hold its size: all of C0 to CF but three. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

interface JpegFrame {
  readonly size: Size;
  /** 1 for grey, 3 for colours, 4 for inks. */
  readonly components: number;
}

/** Undefined where pixels, or the end, come before any frame. */
function jpegFrame(view: DataView): JpegFrame | undefined {
  let at = 2;
  for (;;) {
    // Any number of FF may stand before a marker, and broken writers leave bytes between segments.
    while (view.getUint8(at) !== 0xff) at++;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (isFrame(marker)) {
      const size = [view.getUint16(at + 3), view.getUint16(at + 5)] as const;
      return { size, components: view.getUint8(at + 7) };
    }
    if (marker === 0xda || marker === 0xd9) return undefined;
    const isAlone = marker === 0x01 || marker === 0x00 || (marker >= 0xd0 && marker <= 0xd8);
    if (!isAlone) at += view.getUint16(at);
  }
}

function webpSize(view: DataView): Size | undefined {
  const kind = view.getUint32(12);
  if (kind === 0x56503858) {
    // VP8X: the canvas, 24 bits each, less one.
    const side = (at: number) => (view.getUint32(at - 1, true) >>> 8) + 1;
    return [side(27), side(24)];
  }
  if (kind === 0x5650384c) {
    // VP8L: 14 bits each, less one, after a signature.
    const bits = view.getUint32(21, true);
    return [((bits >>> 14) & 0x3fff) + 1, (bits & 0x3fff) + 1];
  }
  if (kind !== 0x56503820) return undefined;
  return [view.getUint16(28, true) & 0x3fff, view.getUint16(26, true) & 0x3fff];
}
