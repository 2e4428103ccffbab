// Networks for images of ImageNet's size, layer by layer as torchvision has them, and a U-Net as
// `peers/pytorch.py` has it. Parameters are those that torchvision publishes.

import { layers } from "../src/nn/layers/index.ts";
import type { SymbolicTensor } from "../src/nn/symbolic.ts";
import type { BenchNetwork } from "./bench-network.ts";
import {
  around,
  bottleneckBlock,
  chain,
  depthwise,
  normalize,
  normalized,
  relu,
} from "./blocks.ts";

const batches = { training: [16], inference: [1, 8] } as const;
const inputShape = [224, 224, 3] as const;
const activation = (name: "relu6" | "swish" | "sigmoid") => layers.activation({ activation: name });
const pool3 = () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" });
const classify = () => [layers.globalAveragePooling2d(), layers.dense({ units: 1000 })];

/** Source: Sandler et al., CVPR 2018, table 2. */
const mobilenetV2: BenchNetwork = {
  inputShape,
  batches,
  parameters: 3_504_872,
  build(images) {
    let x = chain(images, [...normalized(32, 3, { strides: 2 }), activation("relu6")]);
    // Expansion, filters, blocks, stride of the first.
    for (const [expansion, filters, count, strides] of [
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 3, 2],
      [6, 64, 4, 2],
      [6, 96, 3, 1],
      [6, 160, 3, 2],
      [6, 320, 1, 1],
    ]) {
      for (let i = 0; i < count; i++) {
        const channels = x.shape[2];
        const expand = [...normalized(expansion * channels, 1), activation("relu6")];
        const y = chain(x, [
          ...(expansion === 1 ? [] : expand),
          ...depthwise(3, i === 0 ? strides : 1),
          activation("relu6"),
          ...normalized(filters, 1),
        ]);
        x = i > 0 ? layers.add().apply([x, y]) : y;
      }
    }
    const head = [...normalized(1280, 1), activation("relu6")];
    return chain(x, [
      ...head,
      layers.globalAveragePooling2d(),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1000 }),
    ]);
  },
};

/** Source: He et al., CVPR 2016, table 1, with strides in the 3x3 convolutions. */
const resnet50: BenchNetwork = {
  inputShape,
  batches,
  parameters: 25_557_032,
  build(images) {
    let x = chain(images, [...normalized(64, 7, { strides: 2 }), relu(), pool3()]);
    for (const [stage, [filters, count]] of [
      [64, 3],
      [128, 4],
      [256, 6],
      [512, 3],
    ].entries()) {
      for (let i = 0; i < count; i++) {
        x = bottleneckBlock(x, filters, stage > 0 && i === 0 ? 2 : 1);
      }
    }
    return chain(x, classify());
  },
};

/** Source: Simonyan and Zisserman, ICLR 2015, configuration D. */
const vgg16: BenchNetwork = {
  inputShape,
  batches,
  parameters: 138_357_544,
  build(images) {
    const parts = [64, 128, 256, 512, 512].flatMap((filters, stage) => [
      ...Array.from({ length: stage < 2 ? 2 : 3 }, () =>
        layers.conv2d({ filters, kernelSize: 3, padding: around(1), activation: "relu" }),
      ),
      layers.maxPooling2d({ poolSize: 2 }),
    ]);
    const dense = () => [
      layers.dense({ units: 4096, activation: "relu" }),
      layers.dropout({ rate: 0.5 }),
    ];
    const head = [layers.flatten(), ...dense(), ...dense(), layers.dense({ units: 1000 })];
    return chain(images, [...parts, ...head]);
  },
};

/** Source: Huang et al., CVPR 2017, table 1. */
const densenet121: BenchNetwork = {
  inputShape,
  batches,
  parameters: 7_978_856,
  build(images) {
    const convolution = (filters: number, kernelSize: 1 | 3) =>
      layers.conv2d({
        ...{ filters, kernelSize, useBias: false },
        padding: around((kernelSize - 1) / 2),
      });
    let x = chain(images, [...normalized(64, 7, { strides: 2 }), relu(), pool3()]);
    for (const [block, count] of [6, 12, 24, 16].entries()) {
      if (block > 0) {
        const half = convolution(x.shape[2] / 2, 1);
        x = chain(x, [normalize(), relu(), half, layers.averagePooling2d({ poolSize: 2 })]);
      }
      for (let i = 0; i < count; i++) {
        const narrow = [normalize(), relu(), convolution(128, 1)];
        const y = chain(x, [...narrow, normalize(), relu(), convolution(32, 3)]);
        x = layers.concatenate().apply([x, y]);
      }
    }
    return chain(x, [normalize(), relu(), ...classify()]);
  },
};

/** Source: Tan and Le, ICML 2019, table 1. */
const efficientnetB0: BenchNetwork = {
  inputShape,
  batches,
  parameters: 5_288_548,
  build(images) {
    let x = chain(images, [...normalized(32, 3, { strides: 2 }), activation("swish")]);
    // Expansion, filters, blocks, stride of the first, taps.
    for (const [expansion, filters, count, strides, taps] of [
      [1, 16, 1, 1, 3],
      [6, 24, 2, 2, 3],
      [6, 40, 2, 2, 5],
      [6, 80, 3, 2, 3],
      [6, 112, 3, 1, 5],
      [6, 192, 4, 2, 5],
      [6, 320, 1, 1, 3],
    ]) {
      for (let i = 0; i < count; i++) {
        const channels = x.shape[2];
        const wide = expansion * channels;
        const expand = [...normalized(wide, 1), activation("swish")];
        let y = chain(x, [
          ...(expansion === 1 ? [] : expand),
          ...depthwise(taps, i === 0 ? strides : 1),
          activation("swish"),
        ]);
        const gate = chain(y, [
          layers.globalAveragePooling2d({ keepDimensions: true }),
          layers.conv2d({ filters: Math.floor(channels / 4), kernelSize: 1, activation: "swish" }),
          layers.conv2d({ filters: wide, kernelSize: 1, activation: "sigmoid" }),
        ]);
        y = chain(layers.multiply().apply([y, gate]), normalized(filters, 1));
        x = i > 0 ? layers.add().apply([x, y]) : y;
      }
    }
    const head = [...normalized(1280, 1), activation("swish"), layers.globalAveragePooling2d()];
    return chain(x, [...head, layers.dropout({ rate: 0.2 }), layers.dense({ units: 1000 })]);
  },
};

type Size = number | readonly [number, number];

/** Convolutions of an Inception block in a row: filters and kernels. */
function tower(x: SymbolicTensor, ...parts: readonly (readonly [number, Size, "down"?])[]) {
  return parts.reduce((value, [filters, size, down]) => {
    const options = down === undefined ? {} : { strides: 2, padding: "valid" as const };
    return chain(value, [...normalized(filters, size, { epsilon: 1e-3, ...options }), relu()]);
  }, x);
}

const average3 = () => layers.averagePooling2d({ poolSize: 3, strides: 1, padding: "same" });
const halve3 = () => layers.maxPooling2d({ poolSize: 3, strides: 2 });
const join = (...parts: SymbolicTensor[]) => layers.concatenate().apply(parts);

/** Source: Szegedy et al., CVPR 2016, without the auxiliary classifier. */
const inceptionV3: BenchNetwork = {
  inputShape: [299, 299, 3],
  batches,
  parameters: 23_834_568,
  build(images) {
    const valid = (x: SymbolicTensor, filters: number, size: number, strides: number) =>
      chain(x, [
        ...normalized(filters, size, { epsilon: 1e-3, strides, padding: "valid" }),
        relu(),
      ]);
    let x = tower(valid(valid(images, 32, 3, 2), 32, 3, 1), [64, 3]);
    x = valid(chain(x, [halve3()]), 80, 1, 1);
    x = chain(valid(x, 192, 3, 1), [halve3()]);
    for (const pooled of [32, 64, 64]) {
      const branches = [tower(x, [64, 1]), tower(x, [48, 1], [64, 5])];
      const deep = tower(x, [64, 1], [96, 3], [96, 3]);
      x = join(...branches, deep, tower(chain(x, [average3()]), [pooled, 1]));
    }
    x = join(
      tower(x, [384, 3, "down"]),
      tower(x, [64, 1], [96, 3], [96, 3, "down"]),
      chain(x, [halve3()]),
    );
    for (const c of [128, 160, 160, 192]) {
      const long = tower(x, [c, 1], [c, [7, 1]], [c, [1, 7]], [c, [7, 1]], [192, [1, 7]]);
      const short = tower(x, [c, 1], [c, [1, 7]], [192, [7, 1]]);
      x = join(tower(x, [192, 1]), short, long, tower(chain(x, [average3()]), [192, 1]));
    }
    x = join(
      tower(x, [192, 1], [320, 3, "down"]),
      tower(x, [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, "down"]),
      chain(x, [halve3()]),
    );
    const split = (y: SymbolicTensor) => join(tower(y, [384, [1, 3]]), tower(y, [384, [3, 1]]));
    for (let i = 0; i < 2; i++) {
      const branches = [split(tower(x, [384, 1])), split(tower(x, [448, 1], [384, 3]))];
      x = join(tower(x, [320, 1]), ...branches, tower(chain(x, [average3()]), [192, 1]));
    }
    return chain(x, [
      layers.globalAveragePooling2d(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 1000 }),
    ]);
  },
};

/**
 * 32 filters at the top and 512 at the bottom, batch normalisation, transposed convolutions on the way up; the
 * means of two maps are its logits. Source: Ronneberger et al., MICCAI 2015.
 */
const unet: BenchNetwork = {
  inputShape: [256, 256, 3],
  batches: { training: [4, 8], inference: [1, 8] },
  parameters: 7_763_074,
  build(images) {
    const two = (x: SymbolicTensor, filters: number) =>
      chain(x, [...normalized(filters, 3), relu(), ...normalized(filters, 3), relu()]);
    const skips: SymbolicTensor[] = [];
    let x = images;
    for (const filters of [32, 64, 128, 256]) {
      x = two(x, filters);
      skips.push(x);
      x = chain(x, [layers.maxPooling2d({ poolSize: 2 })]);
    }
    x = two(x, 512);
    for (const skip of skips.toReversed()) {
      const filters = skip.shape[2];
      const up = layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2 });
      x = two(layers.concatenate().apply([chain(x, [up]), skip]), filters);
    }
    const maps = layers.conv2d({ filters: 2, kernelSize: 1 });
    return chain(x, [maps, layers.globalAveragePooling2d()]);
  },
};

/** By name. */
export const largeNetworks = {
  "mobilenet-v2": mobilenetV2,
  "resnet-50": resnet50,
  "vgg-16": vgg16,
  "densenet-121": densenet121,
  "efficientnet-b0": efficientnetB0,
  "inception-v3": inceptionV3,
  unet,
};
