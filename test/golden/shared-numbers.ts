// Numbers that both sides of a golden test make for themselves, so that fixtures hold targets only.
// `shared_numbers.py` is the same function in Python: a 32-bit hash of (stream, index), exact in both.

import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Network } from "../../src/nn/network.ts";
import type { NetworkWeight } from "../../src/nn/steps.ts";

/** The finalizer of MurmurHash3 (Appleby, public domain). */
function mix(value: number): number {
  let word = value;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

function word(stream: number, index: number): number {
  return mix((Math.imul(index + 1, 0x9e3779b1) + Math.imul(stream, 0x7feb352d)) >>> 0);
}

/** Numbers in [low, high). */
export function uniform(
  stream: number,
  shape: Shape,
  low: number,
  high: number,
): Tensor<Float32Array> {
  const value = (_: unknown, i: number) => low + (word(stream, i) / 2 ** 32) * (high - low);
  return { data: Float32Array.from({ length: sizeOf(shape) }, value), shape };
}

/** Whole numbers below `limit`. */
export function classes(stream: number, count: number, limit: number): Tensor<Int32Array> {
  return {
    data: Int32Array.from({ length: count }, (_, i) => word(stream, i) % limit),
    shape: [count],
  };
}

function weightValues({ name, shape }: NetworkWeight, index: number): Tensor<Float32Array> {
  const stream = 100 + index;
  if (name === "kernel") {
    const [inputs, outputs] = shape.slice(-2);
    const limit = (6 / (sizeOf(shape.slice(0, -2)) * (inputs + outputs))) ** 0.5;
    return uniform(stream, shape, -limit, limit);
  }
  const positive = name === "gamma" || name === "moving_variance";
  return positive ? uniform(stream, shape, 0.5, 1.5) : uniform(stream, shape, -0.1, 0.1);
}

/** First values for all weights: as wide as Glorot's, never all alike. */
export function networkWeights(network: Network): Map<string, Tensor<Float32Array>> {
  return new Map(network.weights.map((weight, i) => [weight.fullName, weightValues(weight, i)]));
}
