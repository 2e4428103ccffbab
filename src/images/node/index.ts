// Pictures in Node, by sharp, which brings its own decoders. It is loaded when the first picture comes.

import type { Sharp, SharpConstructor } from "sharp";
import { TargetError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { DecodeTask, EncodeTask, ImageCodec } from "../codec.ts";
import { jpegComponents } from "../header.ts";
import { ImageError, type ImageErrorReason, imageReasons } from "../image-error.ts";

let loading: Promise<SharpConstructor> | undefined;

/** @throws TargetError where sharp, or its binary for this system, is not installed. */
function loadSharp(): Promise<SharpConstructor> {
  loading ??= importSharp().catch((cause) => {
    loading = undefined;
    throw new TargetError({
      what: "Pictures cannot be decoded or encoded here: the package sharp does not load.",
      expected: `sharp, with its binary for ${process.platform}-${process.arch}`,
      received: cause instanceof Error ? cause.message.trim().split("\n")[0] : String(cause),
      fix:
        "Install it with its optional packages: npm install --include=optional sharp. " +
        "Or decode pictures yourself, and pass their pixels as tensors.",
      cause,
    });
  });
  return loading;
}

async function importSharp(): Promise<SharpConstructor> {
  // A name that bundlers do not follow: the binary files of the package cannot lie in a bundle.
  const name = "sharp";
  const module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as {
    readonly default: SharpConstructor;
  };
  return module.default;
}

export const codec: ImageCodec = {
  async decode(bytes, task) {
    const sharp = await loadSharp();
    try {
      return await decode(sharp, bytes, task);
    } catch (cause) {
      if (cause instanceof ImageError) throw cause;
      throw asImageError(cause, task);
    }
  },

  async encode({ data, shape }, task) {
    const sharp = await loadSharp();
    const [height, width, channels] = shape;
    const raw = { height, width, channels: channels as 1 | 2 | 3 | 4 };
    const encoded = await encoder(sharp(data, { raw }), task).toBuffer();
    return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  },

  async draw(svg) {
    const sharp = await loadSharp();
    const drawing = sharp(new TextEncoder().encode(svg)).ensureAlpha();
    return pixelsOf(await drawing.raw().toBuffer({ resolveWithObject: true }));
  },
};

/** Pixels that take a few seconds at most, however they are packed. */
const smallPixels = 2 ** 20;

async function decode(sharp: SharpConstructor, bytes: Uint8Array, task: DecodeTask) {
  const { file, maxPixels, timeout, shrink, header } = task;
  // What Pillow accepts is accepted: bytes that are too many between markers are no damage, missing ones are.
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, autoOrient: true });
  // Watching the clock has its price, and small pictures are done in time.
  if (header.height * header.width > smallPixels) image.timeout({ seconds: Math.ceil(timeout) });
  const pixels = async () => pixelsOf(await image.raw().toBuffer({ resolveWithObject: true }));
  // Almost all photographs: there is nothing else to know.
  if (header.format === "jpeg" && shrink === 1 && jpegComponents(bytes) === 3) return pixels();
  const { space, channels, depth, icc, orientation = 1 } = await image.metadata();
  requireWholeSamples(depth, file);
  if (shrink > 1 && header.format === "jpeg") {
    const [rows, columns] = [header.height, header.width].map((side) => Math.ceil(side / shrink));
    const [height, width] = orientation > 4 ? [columns, rows] : [rows, columns];
    image.resize({ height, width, fit: "fill", kernel: "linear" });
  }
  if (space === "cmyk" && icc === undefined) {
    image.pipelineColourspace("cmyk").toColourspace("cmyk");
    return fromCmyk(await pixels());
  }
  // Grey with transparency comes as colour: sharp would drop the transparency.
  if (channels > 1) {
    image.toColourspace("srgb");
    return pixels();
  }
  if (depth !== "ushort") {
    image.toColourspace("b-w");
    return pixels();
  }
  image.toColourspace("grey16").raw({ depth: "ushort" });
  return upperBytes(pixelsOf(await image.toBuffer({ resolveWithObject: true })));
}

/** The upper 8 of 16 bits, which lie behind the lower ones. */
function upperBytes({ data, shape }: Tensor<Uint8Array>): Tensor<Uint8Array> {
  return { data: Uint8Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + 1]), shape };
}

/** Floats and samples of 32 bits have no white: what is seen of them is a matter of choice. */
function requireWholeSamples(depth: string | undefined, file: string): void {
  if (depth === undefined || depth === "uchar" || depth === "ushort") return;
  throw new ImageError("unsupported", {
    what: `${file} has samples of a type that is not supported.`,
    expected: "whole numbers of 1 to 16 bits",
    received: depth,
    fix: "Convert it to 8 or 16 bits, with black and white of your choice.",
  });
}

interface RawPixels {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

function pixelsOf({ data, info }: RawPixels): Tensor<Uint8Array> {
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    shape: [info.height, info.width, info.channels],
  };
}

/** Inks to light: red is `255·(1 − C)·(1 − K)`, as Pillow and browsers have it. */
function fromCmyk({ data, shape }: Tensor<Uint8Array>): Tensor<Uint8Array> {
  const [height, width, channels] = shape;
  const result = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const light = 255 - data[i * channels + 3];
    for (let c = 0; c < 3; c++) {
      const ink = 255 - data[i * channels + c];
      result[i * 3 + c] = Math.floor((ink * light + 127) / 255);
    }
  }
  return { data: result, shape: [height, width, 3] };
}

/** What sharp and its decoders say, by what it means. The first that fits counts. */
const meanings: readonly (readonly [pattern: RegExp, reason: ImageErrorReason])[] = [
  [/timeout/i, "too-slow"],
  [/pixel limit|too large/i, "too-many-pixels"],
  [/premature|truncated|unexpected end|read error at scanline/i, "truncated"],
  // The header said what it is: what no decoder takes then is damaged.
  [/unsupported image format/i, "damaged"],
  [/unsupported|not supported|no support|not implemented/i, "unsupported"],
];

function asImageError(cause: unknown, { file, header }: DecodeTask): ImageError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = meanings.find(([pattern]) => pattern.test(message))?.[1] ?? "damaged";
  // Decoders say the same thing several times, each on a line.
  const lines = new Set(message.replace(/^Input buffer has corrupt header: /, "").split("\n"));
  return new ImageError(reason, {
    what: `${file} could not be decoded: it ${imageReasons[reason]}.`,
    expected: `a whole ${header.format.toUpperCase()} picture`,
    received: [...lines].slice(0, 2).join("; "),
    fix: fixes[reason] ?? "Copy or download it again, or leave it out.",
    cause,
  });
}

const fixes: Partial<Record<ImageErrorReason, string>> = {
  "too-slow": "Raise the option timeout, or leave it out.",
  unsupported: "Convert it, for example to PNG.",
};

function encoder(image: Sharp, { format, quality, lossless }: EncodeTask): Sharp {
  switch (format) {
    case "png":
      return image.png();
    case "jpeg":
      return image.flatten({ background: "white" }).jpeg({ quality });
    case "webp":
      return image.webp({ quality, lossless });
    case "gif":
      return image.gif();
    case "tiff":
      return image.tiff({ compression: "deflate", predictor: "horizontal" });
    case "avif":
      return image.avif({ quality, lossless });
  }
}
