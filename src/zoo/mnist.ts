// Three convolutions and two dense layers: the network that first lessons train on MNIST.

import { layers } from "../nn/layers/index.ts";
import { sequence } from "../nn/sequence.ts";
import type { Architecture } from "./architecture.ts";

/**
 * `[N, H, W, C] → [N, classes]`: 32 filters, pool, 64 filters, pool, 64 filters, 64 units, dropout of
 * one half, softmax. On `[28, 28, 1]` and 10 classes it has 93,322 parameters.
 * Source: Chollet, "Deep Learning with Python", 2017, section 5.1; dropout: Srivastava et al., 2014.
 */
export const mnist: Architecture = {
  name: "mnist",
  description: "32C3-P2-64C3-P2-64C3-64-dropout-10, relu",
  build: ({ inputShape, classes }) =>
    sequence({
      name: "mnist",
      inputShape,
      layers: [
        layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
        layers.flatten(),
        layers.dense({ units: 64, activation: "relu" }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: classes, activation: "softmax" }),
      ],
    }),
};
