// What the larger networks are made of: layers in a row, and layers beside a shortcut. All are set as
// PyTorch has them.

import type { LayerInstance } from "../src/nn/layer-instance.ts";
import { layers } from "../src/nn/layers/index.ts";
import type { SymbolicTensor } from "../src/nn/symbolic.ts";

/** The result of layers in a row. */
export function chain(x: SymbolicTensor, parts: readonly LayerInstance[]): SymbolicTensor {
  return parts.reduce((value, layer) => layer.apply(value), x);
}

/** Pixels of zeros on all sides, as PyTorch's `padding` has them. */
export function around(pixels: number) {
  return { top: pixels, bottom: pixels, left: pixels, right: pixels };
}

/** A 3x3 convolution that keeps the image's size, or halves it. */
export function conv3(filters: number, strides = 1): LayerInstance {
  return layers.conv2d({ filters, kernelSize: 3, strides, padding: around(1) });
}

export function normalize(): LayerInstance {
  return layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 });
}

export function relu(): LayerInstance {
  return layers.activation({ activation: "relu" });
}

/** Rows and columns of a kernel, and how it moves. */
interface ConvolutionOptions {
  readonly strides?: number;
  readonly epsilon?: number;
  readonly padding?: "valid";
}

/** A convolution without bias, which keeps the image's size where it has stride 1, normalised. */
export function normalized(
  filters: number,
  kernelSize: number | readonly [number, number],
  { strides = 1, epsilon = 1e-5, padding }: ConvolutionOptions = {},
): LayerInstance[] {
  const [rows, columns] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
  const sides = [(rows - 1) / 2, (columns - 1) / 2];
  const zeros = { top: sides[0], bottom: sides[0], left: sides[1], right: sides[1] };
  const options = { filters, kernelSize: [rows, columns] as const, strides, useBias: false };
  return [
    layers.conv2d({ ...options, padding: padding ?? zeros }),
    layers.batchNormalization({ momentum: 0.9, epsilon }),
  ];
}

/** The same with one filter for each channel. */
export function depthwise(kernelSize: number, strides: number): LayerInstance[] {
  const padding = around((kernelSize - 1) / 2);
  return [layers.depthwiseConv2d({ kernelSize, strides, padding, useBias: false }), normalize()];
}

/** The input itself, or a 1x1 convolution of it where the shape changes. */
function shortcutOf(x: SymbolicTensor, filters: number, strides: number): SymbolicTensor {
  if (x.shape[2] === filters && strides === 1) return x;
  return chain(x, [layers.conv2d({ filters, kernelSize: 1, strides }), normalize()]);
}

/** Two 3x3 convolutions beside a shortcut. Source: He et al., CVPR 2016. */
export function basicBlock(x: SymbolicTensor, filters: number, strides = 1): SymbolicTensor {
  const main = chain(x, [
    conv3(filters, strides),
    normalize(),
    relu(),
    conv3(filters),
    normalize(),
  ]);
  return relu().apply(layers.add().apply([main, shortcutOf(x, filters, strides)]));
}

/** 1x1, 3x3 and 1x1 with four times the filters, beside a shortcut. Source: He et al., CVPR 2016. */
export function bottleneckBlock(x: SymbolicTensor, filters: number, strides = 1): SymbolicTensor {
  const main = chain(x, [
    ...normalized(filters, 1),
    relu(),
    ...normalized(filters, 3, { strides }),
    relu(),
    ...normalized(4 * filters, 1),
  ]);
  const isSame = x.shape[2] === 4 * filters && strides === 1;
  const shortcut = isSame ? x : chain(x, normalized(4 * filters, 1, { strides }));
  return relu().apply(layers.add().apply([main, shortcut]));
}
