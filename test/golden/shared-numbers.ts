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
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = low + (word(stream, i) / 2 ** 32) * (high - low);
  return { data, shape };
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

/** 32 bits of a text: FNV-1a. */
export function textHash(text: string): number {
  return new TextEncoder()
    .encode(text)
    .reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

/** The layer that owns a weight and the weight: what both sides call it. */
function shortName({ fullName }: NetworkWeight): string {
  return fullName.split("/").slice(-2).join("/");
}

function namedValues(weight: NetworkWeight, gain: number): Tensor<Float32Array> {
  const { name, shape } = weight;
  const stream = textHash(shortName(weight));
  if (name.endsWith("kernel")) {
    const inputs = shape.length === 4 && shape[3] === 1 ? 1 : shape[shape.length - 2];
    const limit = gain * (6 / (sizeOf(shape.slice(0, -2)) * inputs)) ** 0.5;
    return uniform(stream, shape, -limit, limit);
  }
  const positive = ["gamma", "moving_variance", "variance"].includes(name);
  return positive ? uniform(stream, shape, 0.5, 1.5) : uniform(stream, shape, -0.1, 0.1);
}

/** First values for all weights, by their names: kernels as wide as He's, so that nothing dies out, times `gain`. */
export function namedWeights(network: Network, gain = 1): Map<string, Tensor<Float32Array>> {
  return new Map(network.weights.map((weight) => [weight.fullName, namedValues(weight, gain)]));
}

/** 32 bits of the names and shapes of all weights, in any order. */
export function weightsDigest({ weights }: Network): number {
  const lines = weights.map((weight) => `${shortName(weight)}:${weight.shape.join(",")}`);
  return textHash(lines.sort().join("\n"));
}

/** Eight of many numbers. */
export function someOf(values: ArrayLike<number>): number[] {
  return Array.from({ length: 8 }, (_, i) => values[Math.floor(((i + 0.5) * values.length) / 8)]);
}
