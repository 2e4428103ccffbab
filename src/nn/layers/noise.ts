// What the layers that draw random numbers share.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** Options of a layer that draws random numbers. */
export interface SeedOptions {
  /**
   * The seed of this layer's random numbers, a safe integer. Layers with the same seed still draw
   * different numbers. Default: the model's seed.
   */
  readonly seed?: number;
}

/** Dimensions of a mask, N first; null where it is the input's, 1 where one number serves all. */
export type NoiseShape = readonly (number | null)[];

/** @throws ConfigError unless `seed` is one that every bit of counts, or none. */
export function requireSeed(seed: number | undefined): void {
  const fits = seed === undefined || Number.isSafeInteger(seed);
  requireOption("seed", seed, fits, "a whole number from -(2^53 - 1) to 2^53 - 1");
}

/** @throws ConfigError unless `rate` is from 0 up to but not including 1. */
export function requireRate(rate: number, layer: string, name = "rate"): void {
  if (rate >= 0 && rate < 1) return;
  throw new ConfigError({
    what: `The option ${name} of ${layer} cannot be used.`,
    expected: "a number from 0 up to but not including 1",
    received: String(rate),
  });
}

/** @throws ShapeError unless `noise` stretches to the batches of examples of shape `input`. */
export function requireNoiseShape(
  noise: NoiseShape | undefined,
  input: Shape,
  layer: string,
): void {
  if (noise === undefined) return;
  requireOption("noiseShape", noise, Array.isArray(noise), "a list of dimensions, N first");
  const fits = noise.every(
    (dimension, axis) => dimension === null || dimension === 1 || dimension === input[axis - 1],
  );
  if (fits && noise.length === input.length + 1) return;
  throw new ShapeError({
    what: `The noiseShape of ${layer} does not fit its input.`,
    expected: `for each axis of ${formatShape([null, ...input])} null, 1 or its dimension`,
    received: formatShape(noise),
  });
}

/** The shape of the mask for a batch of shape `batch`. */
export function maskShape(noise: NoiseShape | undefined, batch: Shape): Shape {
  return noise === undefined ? batch : batch.map((dimension, axis) => noise[axis] ?? dimension);
}
