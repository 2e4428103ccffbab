// What the larger networks are made of: layers in a row, and layers beside a shortcut. All are set as
// PyTorch has them.

import type { LayerInstance } from "../src/nn/layer-instance.ts";
import { layers } from "../src/nn/layers/index.ts";
import type { SymbolicTensor } from "../src/nn/symbolic.ts";

/** The result of layers in a row. */
export function chain(x: SymbolicTensor, parts: readonly LayerInstance[]): SymbolicTensor {
  return parts.reduce((value, layer) => layer.apply(value), x);
}

/** One pixel of zeros on all sides, as PyTorch's `padding=1` has it. */
const around = { top: 1, bottom: 1, left: 1, right: 1 } as const;

/** A 3x3 convolution that keeps the image's size, or halves it. */
export function conv3(filters: number, strides = 1): LayerInstance {
  return layers.conv2d({ filters, kernelSize: 3, strides, padding: around });
}

export function normalize(): LayerInstance {
  return layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 });
}

export function relu(): LayerInstance {
  return layers.activation({ activation: "relu" });
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
    layers.conv2d({ filters, kernelSize: 1 }),
    normalize(),
    relu(),
    conv3(filters, strides),
    normalize(),
    relu(),
    layers.conv2d({ filters: 4 * filters, kernelSize: 1 }),
    normalize(),
  ]);
  return relu().apply(layers.add().apply([main, shortcutOf(x, 4 * filters, strides)]));
}
