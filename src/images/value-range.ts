// Functions that work on 256 levels: bytes are such levels, and floats become the nearest one of their range, and a
// number of the range again.

import { type OptionNames, requireOption } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { byteOf, type ImageBatch, imageBatch, type Pixels } from "./image-batch.ts";

/** What black and white are. */
export interface LevelRange {
  /** The numbers of black and of white, as Keras's layers have them. Default: `[0, 255]`. */
  readonly valueRange?: readonly [low: number, high: number];
}

export const valueRangeNames: OptionNames<LevelRange> = { valueRange: true };

/** A picture in 256 levels, and the way back. */
export interface Levels {
  readonly batch: ImageBatch<Uint8Array>;
  /** Levels as what came: bytes, or floats of the range. */
  restore<T extends Pixels>(levels: Uint8Array, like: Tensor<T>): Tensor<T>;
}

/** @throws ShapeError where it is no picture, ConfigError unless the range goes from a number to a larger one. */
export function levelsOf(
  call: string,
  image: Tensor<Pixels>,
  { valueRange = [0, 255] }: LevelRange,
): Levels {
  const batch = imageBatch(call, image);
  const [low, high] = valueRange;
  const fits = Number.isFinite(low) && Number.isFinite(high) && low < high;
  requireOption("valueRange", valueRange, fits, "[low, high], the lower number first");
  const { data } = batch;
  const isPlain = data instanceof Uint8Array && low === 0 && high === 255;
  const levels = isPlain
    ? data
    : Uint8Array.from(data, (x) => byteOf(((x - low) / (high - low)) * 255));
  return {
    batch: { ...batch, data: levels },
    restore: (result, like) => ({
      data: (isPlain ? result : restored(result, like.data, low, high)) as typeof like.data,
      shape: like.shape,
    }),
  };
}

function restored(levels: Uint8Array, like: Pixels, low: number, high: number): Pixels {
  const value = (level: number) => low + (level / 255) * (high - low);
  return like instanceof Uint8Array
    ? Uint8Array.from(levels, (level) => byteOf(value(level)))
    : Float32Array.from(levels, value);
}
