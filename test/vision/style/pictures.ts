// Pictures that are drawn here, and a network that sees something in them.

import { RandomStream } from "../../../src/core/random.ts";
import type { Tensor } from "../../../src/core/tensor.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { sequential } from "../../../src/train/sequential.ts";

type Picture = Tensor<Uint8Array>;

/** A disc on a plain ground. */
export function disc(height: number, width: number): Picture {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const isInside = Math.hypot(y - height / 2, x - width / 2) < Math.min(height, width) / 3;
    return (isInside ? [200, 80, 60] : [90, 130, 160])[i % 3];
  });
  return { data, shape: [height, width, 3] };
}

/** Slanted stripes in two colours, with some grain. */
export function stripes(height: number, width: number, seed = 1): Picture {
  const stream = new RandomStream(seed);
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const colour = (x + y) % 6 < 3 ? [220, 200, 40] : [40, 50, 120];
    return colour[i % 3] + stream.below(20);
  });
  return { data, shape: [height, width, 3] };
}

/** Convolutions with weights at random, which tell textures apart as trained ones do, only less well. */
export function network(seed = 3) {
  const conv = (filters: number, name: string) =>
    layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", name });
  return sequential(
    [
      layers.conv2d({
        filters: 8,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        name: "a1",
        inputShape: [64, 64, 3],
      }),
      conv(8, "a2"),
      layers.maxPooling2d({ poolSize: 2 }),
      conv(12, "b1"),
      conv(12, "b2"),
      layers.maxPooling2d({ poolSize: 2 }),
      conv(16, "c1"),
      layers.maxPooling2d({ poolSize: 2 }),
      conv(16, "d1"),
      conv(16, "d2"),
      layers.flatten(),
      layers.dense({ units: 4, activation: "softmax" }),
    ],
    { seed, preprocess: { scale: 1 / 127.5, offset: -1 } },
  );
}
