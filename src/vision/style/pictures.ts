// Pictures as style transfer takes them: three channels, sizes that follow the content, and why one cannot be used.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { white, withChannels } from "../../images/channels.ts";
import { byteOf, imageBatch } from "../../images/image-batch.ts";
import { resize } from "../../images/resize.ts";

type Picture = Tensor<Uint8Array>;

/**
 * A picture `[H, W, C]` in red, green and blue: grey ones as they look, transparent ones on white; `call` begins
 * messages.
 *
 * @throws ShapeError where it is no picture of 1 to 4 channels.
 */
export function colorsOf(call: string, picture: Picture): Picture {
  const { data, channels, count } = imageBatch(call, picture);
  const fits = picture.shape.length === 3 && count === 1 && channels <= 4;
  if (fits && data instanceof Uint8Array) return withChannels(picture, 3, white);
  throw new ShapeError({
    what: `${call}: This is no picture that can be used.`,
    expected: "bytes [H, W, C] with 1 to 4 channels, as readImage gives them",
    received: `${data.constructor.name} ${formatShape(picture.shape)}`,
  });
}

/** The shortest side that still has something to compare: the deepest layers see a sixteenth of it. */
export const leastSide = 32;

/** A side of fewer pixels than this shows no style. */
const leastOwnSide = 8;

/** The size with the proportions of a picture whose longer side is `longest`. */
export function sizeFor({ shape }: Tensor, longest: number): readonly [number, number] {
  const [height, width] = shape;
  const scale = longest / Math.max(height, width);
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

/** Why a picture cannot be used at this size; undefined where it can. */
export function whyUnusable(picture: Tensor, longest: number): string | undefined {
  const [height, width] = picture.shape;
  if (Math.min(height, width) < leastOwnSide) {
    return `it has ${height} x ${width} pixels, and needs at least ${leastOwnSide} x ${leastOwnSide}`;
  }
  const [rows, columns] = sizeFor(picture, longest);
  if (Math.min(rows, columns) >= leastSide) return undefined;
  return `${height} x ${width} pixels are too narrow: at ${rows} x ${columns} one side is below ${leastSide}`;
}

/** The picture at another size; bicubic, and every pixel counts where it shrinks. */
export function resizedTo(picture: Picture, size: readonly [number, number]): Picture {
  return resize(picture, { size, interpolation: "bicubic" });
}

/** Numbers as bytes. */
export function bytesOf({ data, shape }: Tensor<Float32Array>): Picture {
  return { data: Uint8Array.from(data, byteOf), shape };
}
