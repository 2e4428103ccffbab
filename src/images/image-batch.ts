// What functions on pictures take: u8 or f32, one picture or several, and the check of it.

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { requireNumbers, type Tensor } from "../core/tensor.ts";

/** Values of pictures: bytes, 0 to 255, or numbers of any range. */
export type Pixels = Uint8Array | Float32Array;

/** Pictures side by side: a single one counts as a batch of one. */
export interface ImageBatch<T extends Pixels = Pixels> {
  readonly data: T;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The shape of a result: `[H, W, C]` where one picture came, else `[N, H, W, C]`. */
  shapeOf(height: number, width: number, channels?: number): Shape;
}

/**
 * The pictures in `[H, W, C]` or `[N, H, W, C]`; `call` begins messages.
 *
 * @throws ShapeError where it has another shape, DataError where its numbers are neither u8 nor f32.
 */
export function imageBatch<T extends Pixels>(call: string, image: Tensor<T>): ImageBatch<T> {
  requireNumbers(image?.data, `${call}: the picture`);
  const { data, shape } = image;
  const isSingle = shape.length === 3;
  if (!isSingle && shape.length !== 4) {
    throw new ShapeError({
      what: `${call}: This is no picture.`,
      expected: "[H, W, C], or several of one size as [N, H, W, C]",
      received: formatShape(shape),
    });
  }
  const [count, height, width, channels] = isSingle ? [1, ...shape] : shape;
  if ([height, width, channels].some((side) => side < 1)) {
    throw new ShapeError({
      what: `${call}: The picture has no pixels.`,
      expected: "at least one row, one column and one channel",
      received: formatShape(shape),
    });
  }
  if (!(data instanceof Uint8Array || data instanceof Float32Array)) {
    throw new ShapeError({
      what: `${call}: The picture has numbers of another type.`,
      expected: "a Uint8Array, or a Float32Array",
      received: `a ${Object.getPrototypeOf(data).constructor.name}`,
      fix: "convert it: Float32Array.from(data)",
    });
  }
  return {
    data,
    count,
    height,
    width,
    channels,
    shapeOf: (rows, columns, c = channels) =>
      isSingle ? [rows, columns, c] : [count, rows, columns, c],
  };
}

/** Zeros of the same type as `data`. */
export function emptyLike<T extends Pixels>(data: T, length: number): T {
  return (data instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)) as T;
}

/** A number as a byte: the nearest whole one from 0 to 255; halves go up. */
export function byteOf(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
