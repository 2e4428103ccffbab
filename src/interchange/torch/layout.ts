// How PyTorch lays out the numbers of a layer's weights, and how Fovea does: channels first there,
// last here. Both directions of each rule stand together. Knows no file.

import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { NetworkWeight } from "../../nn/steps.ts";

/** A weight of a network, with what its layout depends on. */
export interface PlacedTorchWeight {
  readonly weight: NetworkWeight;
  /** The kind of its layer, such as `conv2d`. */
  readonly kind: string;
  /**
   * The image `[H, W, C]` whose elements the layer gets in one row; undefined where that is not so.
   */
  readonly flattened: Shape | undefined;
}

/** What PyTorch calls a weight of a module; a weight that is not here keeps its name. */
const parameters: Readonly<Record<string, string>> = {
  kernel: "weight",
  depthwise_kernel: "weight",
  pointwise_kernel: "weight",
  gamma: "weight",
  beta: "bias",
  scale: "weight",
  alpha: "weight",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/** Layers whose parameters are called as here. */
const sameNames = new Set(["layerScale"]);

/** The name of a weight inside of its module. */
export function parameterOf({ weight, kind }: PlacedTorchWeight): string {
  const { name } = weight;
  return !sameNames.has(kind) && Object.hasOwn(parameters, name) ? parameters[name] : name;
}

const isDepthwise = ({ kind, weight }: PlacedTorchWeight) =>
  weight.name === "depthwise_kernel" || (/^depthwise/i.test(kind) && weight.name === "kernel");

const isKernel = ({ weight }: PlacedTorchWeight) => weight.name.endsWith("kernel");

/**
 * The numbers of PyTorch's tensor in the layout of the weight; the shape says what they are then.
 */
export function fromTorch(placed: PlacedTorchWeight, given: Tensor): Tensor {
  const { weight, flattened } = placed;
  if (isDepthwise(placed)) return depthwiseFrom(given, weight.shape);
  if (isKernel(placed)) {
    const isFlat = flattened !== undefined && given.shape.length === 2;
    const [outputs, inputs] = given.shape;
    const fits = isFlat && inputs === sizeOf(flattened);
    const value = fits
      ? { data: given.data, shape: [outputs, ...channelsFirst(flattened)] }
      : given;
    const turned = permuted(value, kernelAxes(value.shape.length));
    return folded(turned, weight.shape);
  }
  const row = rowOf(placed, given.shape);
  if (row === undefined) return given;
  const image = { data: given.data, shape: channelsFirst(row) };
  return { data: permuted(image, [1, 2, 0]).data, shape: given.shape };
}

/** The numbers of a weight as PyTorch has them. */
export function toTorch(placed: PlacedTorchWeight, value: Tensor): Tensor {
  const { flattened } = placed;
  const { data, shape } = value;
  if (isDepthwise(placed)) {
    const spatial = shape.slice(0, -2);
    const rank = shape.length;
    const turned = permuted(value, [rank - 2, rank - 1, ...spatial.map((_, axis) => axis)]);
    return { data: turned.data, shape: [turned.shape[0] * turned.shape[1], 1, ...spatial] };
  }
  if (isKernel(placed)) {
    if (flattened === undefined || shape.length !== 2) {
      return permuted(value, kernelAxes(shape.length, true));
    }
    const [inputs, outputs] = shape;
    const image = { data, shape: [...flattened, outputs] };
    return { data: permuted(image, [3, 2, 0, 1]).data, shape: [outputs, inputs] };
  }
  const row = rowOf(placed, shape);
  if (row === undefined) return squeezed(value, placed);
  return { data: permuted({ data, shape: row }, [2, 0, 1]).data, shape };
}

/**
 * The image whose elements have a number each, as behind a flattened one the scale of a
 * normalization has; the bias of a dense layer belongs to its results.
 */
function rowOf({ flattened, kind }: PlacedTorchWeight, shape: Shape): Shape | undefined {
  const fits = flattened !== undefined && shape.length === 1 && shape[0] === sizeOf(flattened);
  return fits && kind !== "dense" ? flattened : undefined;
}

/** `alpha` of a PReLU is `[1, 1, C]` here and `[C]` there. */
function squeezed({ data, shape }: Tensor, { kind }: PlacedTorchWeight): Tensor {
  return kind === "prelu" ? { data, shape: shape.filter((size) => size !== 1) } : { data, shape };
}

const channelsFirst = ([height, width, channels]: Shape): Shape => [channels, height, width];

/** `[K, C, H, W] → [H, W, C, K]`, of any rank; `isBack` is the other way round. */
function kernelAxes(rank: number, isBack = false): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const [first, second, ...spatial] = all;
  if (isBack) return [rank - 1, rank - 2, ...all.slice(0, -2)];
  return rank < 2 ? all : [...spatial, second, first];
}

/** `[C · M, 1, H, W] → [H, W, C, M]` for the channels and multiplier of `shape`. */
function depthwiseFrom(given: Tensor, shape: Shape): Tensor {
  const [channels = 1, multiplier = 1] = shape.slice(-2);
  const [filters, one, ...spatial] = given.shape;
  if (filters !== channels * multiplier || one !== 1) return given;
  const value = { data: given.data, shape: [channels, multiplier, ...spatial] };
  return permuted(value, [...spatial.map((_, axis) => axis + 2), 0, 1]);
}

/**
 * A kernel over a whole image `[H, W, C, K]` is that of a dense layer, `[H · W · C, K]`, and
 * without sizes of 1.
 */
function folded({ data, shape }: Tensor, wanted: Shape): Tensor {
  const isWhole = wanted.length === 2 && shape.length > 2 && shape.at(-1) === wanted[1];
  return isWhole && sizeOf(shape) === sizeOf(wanted) ? { data, shape: wanted } : { data, shape };
}

/** The axes of `value` in another order. */
function permuted({ data, shape }: Tensor, axes: readonly number[]): Tensor {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const turned = new Float32Array(data.length);
  const index = sizes.map(() => 0);
  let from = 0;
  for (let i = 0; i < turned.length; i++) {
    turned[i] = data[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      index[axis]++;
      if (index[axis] < sizes[axis]) break;
      from -= index[axis] * steps[axis];
      index[axis] = 0;
    }
  }
  return { data: turned, shape: sizes };
}
