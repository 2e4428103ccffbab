// A residual network: layers beside shortcuts.

import { input } from "../nn/input.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import { Network } from "../nn/network.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import type { Architecture } from "./architecture.ts";

function chain(x: SymbolicTensor, parts: readonly LayerInstance[]): SymbolicTensor {
  return parts.reduce((value, layer) => layer.apply(value), x);
}

/** A convolution without biases, and batch normalization. */
function convolve(filters: number, kernelSize: number, strides = 1): LayerInstance[] {
  return [
    layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false }),
    layers.batchNormalization(),
  ];
}

const relu = () => layers.activation({ activation: "relu" });

/**
 * `[H, W, C] → [H / strides, W / strides, filters]`: two 3 x 3 convolutions beside a shortcut, which is a
 * 1 x 1 convolution where the shape changes.
 */
function block(x: SymbolicTensor, filters: number, strides = 1): SymbolicTensor {
  const isSame = x.shape[2] === filters && strides === 1;
  const shortcut = isSame ? x : chain(x, convolve(filters, 1, strides));
  const main = chain(x, [...convolve(filters, 3, strides), relu(), ...convolve(filters, 3)]);
  return relu().apply(layers.add().apply([main, shortcut]));
}

/**
 * `[N, H, W, C] → [N, classes]`: 16 filters of 3 x 3, then three stages of three residual blocks with 16, 32
 * and 64 filters, the mean over all places, softmax. On `[32, 32, 3]` and 10 classes it is the network
 * of 20 layers that the paper trains on CIFAR-10, with projections (option B) where the shape changes.
 * Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
 */
export const resnet: Architecture = {
  name: "resnet",
  description:
    "ResNet-20 of 2016: 16C3, 3 stages of 3 blocks with 16, 32 and 64 filters, mean, classes",
  build({ inputShape, classes }) {
    const images = input({ shape: inputShape });
    let x = chain(images, [...convolve(16, 3), relu()]);
    for (const [stage, filters] of [16, 32, 64].entries()) {
      for (let i = 0; i < 3; i++) x = block(x, filters, stage > 0 && i === 0 ? 2 : 1);
    }
    const outputs = chain(x, [
      layers.globalAveragePooling2d(),
      layers.dense({ units: classes, activation: "softmax" }),
    ]);
    return new Network({ name: "resnet", inputs: images, outputs });
  },
};
