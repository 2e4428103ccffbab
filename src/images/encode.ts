// From a tensor to the bytes of a picture.

import { codec } from "#images";
import { DataError } from "../core/errors.ts";
import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireWord,
} from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ImageFormat, imageFormats } from "./header.ts";

/** How a picture is written. */
export interface EncodeImageOptions {
  /**
   * 1 to 100 for the formats that lose detail: JPEG, WebP, AVIF, and TIFF with JPEG's compression. Default: 90.
   */
  readonly quality?: number;
  /** Whether WebP and AVIF keep every pixel. PNG and TIFF do unless `quality` is given for TIFF. Default: false. */
  readonly lossless?: boolean;
}

const known: OptionNames<EncodeImageOptions> = { quality: true, lossless: true };

/**
 * The bytes of a picture file. Browsers write `png`, `jpeg` and `webp`.
 *
 * @param image `u8 [H, W, C]`; C is 1 (grey), 2 (grey, transparency), 3 or 4. JPEG has no transparency, and lays it
 * over white.
 * @throws DataError where it is no picture, ConfigError where an option cannot be used, TargetError where there is
 * no encoder here.
 * @example await writeFile("cat.png", await encodeImage(cat, "png"));
 */
export async function encodeImage(
  image: Tensor<Uint8Array>,
  format: ImageFormat,
  options: EncodeImageOptions = {},
): Promise<Uint8Array> {
  requireKnownOptions("encodeImage", options, known, "{ quality: 80 }");
  const { quality = 90, lossless = false } = options;
  requireWord("format", format, imageFormats);
  requireNumber("quality", quality, { least: 1, most: 100 });
  requireFlag("lossless", lossless);
  requirePicture(image);
  return codec.encode(image, { format, quality, lossless });
}

function requirePicture({ data, shape }: Tensor<Uint8Array>): void {
  const isBytes = data instanceof Uint8Array || Object(data) instanceof Uint8ClampedArray;
  const [height, width, channels] = shape;
  const isImage = shape.length === 3 && height > 0 && width > 0 && channels >= 1 && channels <= 4;
  if (isBytes && isImage && data.length === height * width * channels) return;
  throw new DataError({
    what: "encodeImage: This is no picture.",
    expected: "u8 [H, W, C] with 1 to 4 channels",
    received: `${data?.constructor?.name} ${formatShape(shape)}`,
    fix: isBytes
      ? "Take one picture out of its batch."
      : "Scale its numbers to 0…255 in a Uint8Array.",
  });
}
