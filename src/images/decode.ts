// From the bytes of a picture to a tensor, within limits.

import { codec } from "#images";
import { FormatError } from "../core/errors.ts";
import { type Interpolation, requireInterpolation } from "../core/interpolation.ts";
import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
} from "../core/option.ts";
import { type ResizeMode, requireResizeMode } from "../core/resize-mode.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  type ByteSource,
  bytesOf,
  type FileBytes,
  openByteSource,
} from "../platform/byte-source.ts";
import { TooLargeError } from "../platform/files.ts";
import { type ChannelCount, type Color, requireColor, white, withChannels } from "./channels.ts";
import { type ImageHeader, imageHeader } from "./header.ts";
import { ImageError } from "./image-error.ts";
import { requireCrop, requireSize, resize } from "./resize.ts";
import { verifyImage } from "./verify.ts";

/** How a picture becomes a tensor. */
export interface DecodeImageOptions {
  /**
   * The channels of the result, whatever the file has: 1 for grey, 3 for red, green, blue, 4 with transparency.
   * Default: 3.
   */
  readonly channels?: ChannelCount;
  /**
   * What lies behind transparent pixels where the result has no transparency: red, green, blue, 0 to 255.
   * Default: white.
   */
  readonly background?: Color;
  /** The height and the width of the result. Default: those of the picture. */
  readonly size?: readonly [height: number, width: number];
  /** What happens where proportions differ: `stretch`, `cover` or `contain`. Default: `stretch`. */
  readonly resize?: ResizeMode;
  /** How pixels between pixels are computed, all of them counting. Default: `bilinear`. */
  readonly interpolation?: Interpolation;
  /** Whether all pixels count where the picture shrinks. Default: true. */
  readonly antialias?: boolean;
  /** The part of the picture that is used, from the middle: above 0, at most 1. Default: 1. */
  readonly crop?: number;
  /** What `contain` fills the rest with: one number, or one for each channel. Default: 0. */
  readonly fillValue?: number | readonly number[];
  /**
   * Whether a JPEG picture that is more than twice as large as `size` may be decoded at a half, a quarter or an
   * eighth, as with Pillow's `draft`: several times as fast, and pixels differ by a few levels. Default: false.
   */
  readonly draft?: boolean;
  /** The most pixels, width times height, that are decoded; more are refused by the header. Default: 2²⁷. */
  readonly maxPixels?: number;
  /** The most bytes that are read. Default: 2²⁹. */
  readonly maxBytes?: number;
  /** Seconds until decoding, or an answer of a server, is given up. Default: 60. */
  readonly timeout?: number;
  /** What errors call the picture. Default: its path or address, else `The picture`. */
  readonly name?: string;
}

const known: OptionNames<DecodeImageOptions> = {
  channels: true,
  background: true,
  size: true,
  resize: true,
  interpolation: true,
  antialias: true,
  crop: true,
  fillValue: true,
  draft: true,
  maxPixels: true,
  maxBytes: true,
  timeout: true,
  name: true,
};

const nameless = "The picture";
const mostPixels = 2 ** 27;
const mostBytes = 2 ** 29;
const longest = 60;

/**
 * The pixels of a picture in PNG, JPEG, WebP, GIF, TIFF or AVIF: `u8 [H, W, C]` in sRGB, 8 bits a channel. It stands
 * upright as its EXIF orientation says, colours go through its ICC profile, CMYK without a profile by
 * `255·(1 − C)·(1 − K)`, of 16 bits the upper 8 stay, and of several frames the first one counts.
 *
 * @throws ImageError with a `reason` where it cannot be decoded or is too large, ConfigError where an option cannot
 * be used, TargetError where there is no decoder here.
 * @example const photo = await decodeImage(bytes, { size: [224, 224], resize: "cover" });
 */
export async function decodeImage(
  bytes: FileBytes,
  options: DecodeImageOptions = {},
): Promise<Tensor<Uint8Array>> {
  checkOptions("decodeImage", options);
  return decodeChecked(bytesOf(bytes), options, options.name ?? nameless);
}

/**
 * Reads a picture and decodes it as `decodeImage` does: from a path, a URL, a Blob, or bytes.
 *
 * @throws ImageError with the reason `unreadable` where it cannot be read, and as `decodeImage` does.
 * @example const cat = await readImage("cat.jpg", { size: [96, 96], resize: "cover" });
 */
export async function readImage(
  source: ByteSource,
  options: DecodeImageOptions = {},
): Promise<Tensor<Uint8Array>> {
  checkOptions("readImage", options);
  const { name, maxBytes = mostBytes, timeout = longest } = options;
  const open = openByteSource("readImage", source, {
    nameless,
    ...(name === undefined ? {} : { name }),
  });
  const bytes = await open
    .read({ maximumBytes: maxBytes, seconds: timeout })
    .catch((cause: Error) => {
      throw asImageError(cause);
    });
  return decodeChecked(bytes, options, open.file);
}

/** The same failure with a reason. */
function asImageError(cause: unknown): unknown {
  if (!(cause instanceof FormatError) || cause instanceof ImageError) return cause;
  return new ImageError(
    cause instanceof TooLargeError ? "too-many-bytes" : "unreadable",
    cause.facts,
  );
}

function checkOptions(call: string, options: DecodeImageOptions): void {
  requireKnownOptions(call, options, known, "{ size: [224, 224] }");
  const { channels = 3, background = white, size, resize: mode = "stretch" } = options;
  const { interpolation = "bilinear", antialias = true, crop = 1, draft = false } = options;
  const { maxPixels = mostPixels, maxBytes = mostBytes, timeout = longest } = options;
  requireOption("channels", channels, [1, 3, 4].includes(channels), "1, 3 or 4");
  requireColor("background", background);
  if (size !== undefined) requireSize("size", size);
  requireResizeMode("resize", mode);
  requireInterpolation(interpolation);
  requireFlag("antialias", antialias);
  requireCrop("crop", crop);
  requireFlag("draft", draft);
  requireWhole("maxPixels", maxPixels);
  requireWhole("maxBytes", maxBytes);
  requireNumber("timeout", timeout, { above: 0, most: 3600 });
}

async function decodeChecked(
  bytes: Uint8Array,
  options: DecodeImageOptions,
  file: string,
): Promise<Tensor<Uint8Array>> {
  const { channels = 3, background = white, size, resize: mode, draft = false } = options;
  const { maxPixels = mostPixels, maxBytes = mostBytes, timeout = longest } = options;
  if (bytes.length > maxBytes) throw tooManyBytes(file, bytes.length, maxBytes);
  const header = imageHeader(bytes, file);
  requirePixels(header, maxPixels, file);
  verifyImage(bytes, header, file);
  const shrink = draft && size !== undefined ? shrinkTo(header, size, options.crop ?? 1) : 1;
  const task = { file, header, maxPixels, timeout, shrink };
  const decoded = await within(timeout, file, codec.decode(bytes, task));
  const image = withChannels(decoded, channels, background);
  const { interpolation, antialias, crop, fillValue } = options;
  if (size === undefined && crop === undefined) return image;
  return resize(image, {
    size: size ?? croppedSize(image, crop ?? 1),
    ...(mode === undefined ? {} : { mode }),
    ...(interpolation === undefined ? {} : { interpolation }),
    ...(antialias === undefined ? {} : { antialias }),
    ...(crop === undefined ? {} : { crop }),
    ...(fillValue === undefined ? {} : { fillValue }),
  });
}

function croppedSize({ shape }: Tensor, crop: number): [number, number] {
  return [Math.max(1, Math.round(shape[0] * crop)), Math.max(1, Math.round(shape[1] * crop))];
}

/** How much smaller a picture may be decoded so that it stays twice as large as `size`, lying or standing. */
function shrinkTo(
  { height, width }: ImageHeader,
  size: readonly [number, number],
  crop: number,
): number {
  const least = (Math.min(height, width) * crop) / Math.max(...size) / 2;
  return [8, 4, 2].find((factor) => factor <= least) ?? 1;
}

function requirePixels({ height, width }: ImageHeader, maxPixels: number, file: string): void {
  if (height * width <= maxPixels) return;
  throw new ImageError("too-many-pixels", {
    what: `${file} has too many pixels.`,
    expected: `at most ${maxPixels} pixels`,
    received: `${width} x ${height} pixels`,
    fix: "Raise the option maxPixels if that is right, or make the picture smaller.",
  });
}

function tooManyBytes(file: string, count: number, maxBytes: number): ImageError {
  return new ImageError("too-many-bytes", {
    what: `${file} is too large to be decoded.`,
    expected: `at most ${maxBytes} bytes`,
    received: `${count} bytes`,
    fix: "Raise the option maxBytes if that is right.",
  });
}

/**
 * Decoders look at their clocks between rows of pixels, or have none: this one does not wait for them.
 *
 * @throws ImageError with the reason `too-slow` where `work` takes more than `seconds`.
 */
async function within<T>(seconds: number, file: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(tooSlow(seconds, file));
    timer = setTimeout(giveUp, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(seconds: number, file: string): ImageError {
  return new ImageError("too-slow", {
    what: `${file} takes too long to decode.`,
    expected: `at most ${seconds} s`,
    fix: "Raise the option timeout, or leave it out.",
  });
}
