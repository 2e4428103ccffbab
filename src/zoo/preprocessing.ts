// What networks expect of bytes from 0 to 255, as those who trained them prepared their images.

import type { Preprocess } from "../nn/preprocess.ts";

/** Numbers from 0 to 1. */
export const unit: Preprocess = { scale: 1 / 255 };

/** Numbers from -1 to 1, as TensorFlow's networks. */
export const symmetric: Preprocess = { scale: 1 / 127.5, offset: -1 };

/** The mean and deviation of ImageNet's channels, of numbers from 0 to 1, as PyTorch's networks. */
export const standardized: Preprocess = {
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** Blue, green and red, less the mean of ImageNet's channels, as Caffe's networks. */
export const centered: Preprocess = { channelOrder: "bgr", mean: [103.939, 116.779, 123.68] };

/** Bytes as they are: the first layers of the network do the rest. */
export const none: Preprocess = {};

/**
 * `record` for images with so many channels. What it knows of three channels becomes their mean.
 */
export function preprocessFor(record: Preprocess, channels: number): Preprocess {
  if (channels === 3) return record;
  const { channelOrder: _, mean, deviation, ...rest } = record;
  return {
    ...rest,
    ...(mean === undefined ? {} : { mean: meanOf(mean) }),
    ...(deviation === undefined ? {} : { deviation: meanOf(deviation) }),
  };
}

function meanOf(values: number | readonly number[]): number {
  const list = [values].flat();
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}
