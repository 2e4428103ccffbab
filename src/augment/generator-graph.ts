// The graphs of `imageDataGenerator`: images moved and lit as their parameters say, and numbers brought to what
// a network expects. Images are moved by the op that layers use.

import type { Shape } from "../core/shape.ts";
import type { Graph } from "../graph/graph.ts";
import type { Node } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import type { SamplingOptions } from "../graph/vocabulary.ts";
import { type Matrix, sampled } from "../nn/layers/geometry.ts";

/** Which numbers a batch comes with, beside its matrices. */
export interface TransformKinds {
  readonly channelShift: boolean;
  readonly brightness: boolean;
}

/** What is done to numbers, in this order. */
export interface Standardization {
  readonly rescale: number;
  readonly samplewiseCenter: boolean;
  readonly samplewiseStdNormalization: boolean;
  /** One number for each channel. */
  readonly mean: readonly number[] | undefined;
  /** One number for each channel. */
  readonly std: readonly number[] | undefined;
  /** Whether pixels go through the matrix `whitening`. */
  readonly whitens: boolean;
}

const pixelAxes = { axes: [1, 2, 3], keepDimensions: true };

/** What keeps a division by a standard deviation of 0 finite. */
export const epsilon = 1e-6;

/** `images [N, H, W, C]` by `matrices [N, 9]`, `shifts [N]` and `brightness [N]`. */
export function transformGraph(
  shape: Shape,
  sampling: SamplingOptions,
  kinds: TransformKinds,
): Graph {
  const [count, height, width] = shape;
  const images = ops.input("images", { shape, dtype: "f32" });
  const matrices = ops.input("matrices", { shape: [count, 9], dtype: "f32" });
  const entry = (i: number) => ops.reshape(ops.slice(matrices, [0, i], [count, 1]), [count, 1, 1]);
  const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(entry);
  const matrix: Matrix = [a, b, c, d, e, f, 0, 0, 1];
  const size = [height, width] as const;
  let result = sampled(ops, images, { size, matrix, sampling, exact: false });
  const perImage = (name: string) =>
    ops.reshape(ops.input(name, { shape: [count], dtype: "f32" }), [count, 1, 1, 1]);
  if (kinds.channelShift) result = shifted(result, perImage("shifts"));
  if (kinds.brightness) result = lit(result, perImage("brightness"));
  return { outputs: { images: result }, updates: [] };
}

function extremes(x: Node) {
  return { least: ops.reduceMinimum(x, pixelAxes), most: ops.reduceMaximum(x, pixelAxes) };
}

function shifted(x: Node, by: Node): Node {
  const { least, most } = extremes(x);
  return ops.minimum(ops.maximum(ops.add(x, by), least), most);
}

/**
 * Values as bytes, times a factor. Images that are no bytes are stretched to bytes first, and back: as Keras
 * does by way of Pillow.
 */
function lit(x: Node, factor: Node): Node {
  const { least, most } = extremes(x);
  const zero = ops.constant(0);
  const full = ops.constant(255);
  const isWide = ops.maximum(ops.less(least, zero), ops.less(full, most));
  const extent = ops.subtract(most, least);
  const divisor = ops.select(ops.equal(extent, zero), ops.constant(1), extent);
  const share = ops.divide(ops.subtract(x, least), divisor);
  const bytes = ops.floor(ops.select(isWide, ops.multiply(share, full), x));
  const product = ops.floor(ops.multiply(bytes, factor));
  const changed = ops.minimum(ops.maximum(product, zero), full);
  const back = ops.add(ops.multiply(ops.divide(changed, full), extent), least);
  return ops.select(isWide, back, changed);
}

/** `images [N, H, W, C]` as a network expects them. */
export function standardizeGraph(shape: Shape, how: Standardization): Graph {
  const [count, height, width, channels] = shape;
  const images = ops.input("images", { shape, dtype: "f32" });
  let x = how.rescale === 1 ? images : ops.multiply(images, ops.constant(how.rescale));
  if (how.samplewiseCenter) x = ops.subtract(x, ops.mean(x, pixelAxes));
  if (how.samplewiseStdNormalization) x = ops.divide(x, ops.add(deviationOf(x), small()));
  if (how.mean !== undefined) x = ops.subtract(x, perChannel("mean", channels));
  if (how.std !== undefined) x = ops.divide(x, ops.add(perChannel("std", channels), small()));
  if (how.whitens) {
    const length = height * width * channels;
    const whitening = ops.input("whitening", { shape: [length, length], dtype: "f32" });
    x = ops.reshape(ops.matmul(ops.reshape(x, [count, length]), whitening), shape);
  }
  return { outputs: { images: x }, updates: [] };
}

const small = () => ops.constant(epsilon);

function perChannel(name: string, channels: number): Node {
  return ops.input(name, { shape: [channels], dtype: "f32" });
}

function deviationOf(x: Node): Node {
  const away = ops.subtract(x, ops.mean(x, pixelAxes));
  return ops.squareRoot(ops.mean(ops.multiply(away, away), pixelAxes));
}
