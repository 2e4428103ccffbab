// LeNet-5, as it is taught today.

import { layers } from "../nn/layers/index.ts";
import { sequence } from "../nn/sequence.ts";
import type { Architecture } from "./architecture.ts";

/**
 * `[N, H, W, C] → [N, classes]`: 6 filters of 5 x 5, pool, 16 filters of 5 x 5, pool, 120, 84 and the
 * classes. On `[28, 28, 1]` and 10 classes it has 61,706 parameters. As is usual by now, pooling has
 * no weights, every filter sees all channels, and softmax takes the place of radial units.
 * Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
 * Recognition", Proceedings of the IEEE 86(11), 1998.
 */
export const lenet: Architecture = {
  name: "lenet",
  description: "LeNet-5 of 1998: 6C5-A2-16C5-A2-120-84-10, tanh",
  build: ({ inputShape, classes }) =>
    sequence({
      name: "lenet",
      inputShape,
      layers: [
        layers.conv2d({
          filters: 6,
          kernelSize: 5,
          padding: "same",
          activation: "tanh",
          inputShape,
        }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 120, activation: "tanh" }),
        layers.dense({ units: 84, activation: "tanh" }),
        layers.dense({ units: classes, activation: "softmax" }),
      ],
    }),
};
