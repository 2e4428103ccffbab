// What the decoders share: normalised convolutions, and features of another size.

import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";

/** What a convolution of a decoder is. */
interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize: 1 | 3;
  /** Default: 1. */
  readonly dilationRate?: number;
  readonly name: string;
}

/** `[N, H, W, C] → [N, H, W, filters]`: convolution without bias, batch normalization, ReLU. */
export function normalized(
  x: SymbolicTensor,
  { filters, kernelSize, dilationRate = 1, name }: ConvolutionOptions,
): SymbolicTensor {
  const convolution = layers.conv2d({
    ...{ filters, kernelSize, dilationRate, padding: "same", useBias: false },
    kernelInitializer: "heNormal",
    name,
  });
  // Decoders are trained in a few hundred steps: statistics have to follow faster than by Keras's default.
  const norm = layers.batchNormalization({ momentum: 0.9, name: `${name}_norm` });
  const relu = layers.activation({ activation: "relu", name: `${name}_relu` });
  return [convolution, norm, relu].reduce((value, layer) => layer.apply(value), x);
}

/** `x` with as many rows and columns as `like`, by linear interpolation; as it is where it has them. */
export function resized(
  x: SymbolicTensor,
  [height, width]: readonly number[],
  name: string,
): SymbolicTensor {
  if (x.shape[0] === height && x.shape[1] === width) return x;
  return layers.resizing({ height, width, interpolation: "bilinear", name }).apply(x);
}

/** Scores of the classes from features, `[N, H, W, classes]`, as logits. */
export function scores(x: SymbolicTensor, classes: number, name: string): SymbolicTensor {
  return layers.conv2d({ filters: classes, kernelSize: 1, name }).apply(x);
}
