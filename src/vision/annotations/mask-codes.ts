// A picture of classes as numbers: palette numbers and levels of grey as they are stored, colours as one number each.

import { FormatError } from "../../core/errors.ts";
import { pngSamples } from "../../formats/png.ts";
import type { Color } from "../../images/channels.ts";
import { decodeImage } from "../../images/decode.ts";
import { imageHeader } from "../../images/header.ts";
import { verifyImage } from "../../images/verify.ts";

/** The codes of a picture's pixels. */
export interface MaskCodes {
  readonly height: number;
  readonly width: number;
  /** `[H, W]`. */
  readonly codes: Uint32Array;
  /** Whether the codes are numbers of a palette. */
  readonly isPalette: boolean;
}

/** Above all levels of grey. */
const colorFlag = 2 ** 24;

/** The code of a colour; grey has that of its level. */
export function codeOf([red, green, blue]: Color): number {
  return red === green && green === blue ? red : colorFlag + red * 65_536 + green * 256 + blue;
}

/** What a code means, for people. */
export function codeText(code: number): string {
  return code < colorFlag ? String(code) : `#${(code - colorFlag).toString(16).padStart(6, "0")}`;
}

/** Files whose pixels are only about what was drawn. */
const lossyFormats = ["jpeg", "avif"];

/** How a mask is decoded. */
export interface MaskDecoding {
  readonly maxPixels?: number | undefined;
  readonly timeout?: number | undefined;
  /** Whether palette numbers are read as the colours that they stand for. */
  readonly isByColor: boolean;
}

/**
 * The codes of a mask in `bytes`; `name` is what errors call it. Transparency does not count. Grey of a lossy file is black
 * or white, whatever it is nearer to.
 *
 * @throws FormatError where it cannot be decoded, or is in colour and lossy.
 */
export async function maskCodes(
  bytes: Uint8Array,
  name: string,
  { maxPixels = 2 ** 27, timeout, isByColor }: MaskDecoding,
): Promise<MaskCodes> {
  const header = imageHeader(bytes, name);
  if (header.format === "png") {
    verifyImage(bytes, header, name);
    const samples = pngSamples(bytes, { maxPixels, name });
    if (!samples.isPalette || !isByColor) return codesOf(samples, samples.isPalette);
  }
  const { data, shape } = await decodeImage(bytes, {
    channels: 3,
    maxPixels,
    name,
    ...(timeout !== undefined && { timeout }),
  });
  const [height, width, channels] = shape;
  const { codes } = codesOf({ height, width, channels, data }, false);
  if (lossyFormats.includes(header.format)) sharpen(codes, name);
  return { height, width, codes, isPalette: false };
}

interface Samples {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint16Array | Uint8Array;
}

function codesOf({ height, width, channels, data }: Samples, isPalette: boolean): MaskCodes {
  const codes = new Uint32Array(height * width);
  // Colours of 16 bits count by their upper 8.
  const isWide = channels > 2 && data.some((sample) => sample > 255);
  for (let i = 0, at = 0; i < codes.length; i++, at += channels) {
    if (channels < 3) codes[i] = data[at];
    else {
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      codes[i] = codeOf(isWide ? [red >> 8, green >> 8, blue >> 8] : [red, green, blue]);
    }
  }
  return { height, width, codes, isPalette };
}

/** Levels of a lossy file, as they were before. */
function sharpen(codes: Uint32Array, name: string): void {
  const isColor = (code: number) => {
    if (code < colorFlag) return false;
    const [red, green, blue] = [16, 8, 0].map((bits) => (code >> bits) & 255);
    return Math.max(red, green, blue) - Math.min(red, green, blue) > 40;
  };
  if (codes.some(isColor)) {
    throw new FormatError({
      what: `${name} is a lossy picture of colours, which are not exact.`,
      expected: "a PNG",
    });
  }
  for (let i = 0; i < codes.length; i++) {
    const level = codes[i] < colorFlag ? codes[i] : (codes[i] >> 8) & 255;
    codes[i] = level >= 128 ? 255 : 0;
  }
}
