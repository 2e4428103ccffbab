// Numbers of filters, and zeros around images, as the published networks round them.

import type { Shape } from "../../core/shape.ts";

/** Rows or columns of zeros on two sides. */
type Sides = readonly [readonly [number, number], readonly [number, number]];

/**
 * `value` as a multiple of `divisor`, the nearest but never below nine tenths of it. Source: the
 * implementations of MobileNet and EfficientNet by their authors.
 */
export function toMultiple(value: number, divisor = 8, least = divisor): number {
  const nearest = Math.max(least, Math.floor((value + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * value ? nearest + divisor : nearest;
}

/**
 * The zeros around an image `[H, W, C]` before a convolution with a stride of 2 that adds none
 * itself: as `same` adds them, more at the bottom and at the right.
 */
export function zerosBeforeStride([height, width]: Shape, kernelSize: number): Sides {
  const half = Math.floor(kernelSize / 2);
  const sides = (size: number) => [half - (1 - (size % 2)), half] as const;
  return [sides(height), sides(width)];
}

/** The same number of zeros on all sides. */
export function around(size: number) {
  return { top: size, bottom: size, left: size, right: size };
}

/**
 * The rows and columns that are missing at the end for windows of `size` to reach the last pixel,
 * where PyTorch rounds the number of windows up (`ceil_mode`).
 */
export function upToLastPixel([height, width]: Shape, size: number, stride: number) {
  const missing = (length: number) => {
    const rest = (length - size) % stride;
    return rest === 0 ? 0 : stride - rest;
  };
  return { top: 0, bottom: missing(height), left: 0, right: missing(width) };
}
