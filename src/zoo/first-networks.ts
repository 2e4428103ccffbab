// The networks that courses begin with, for small images.

import type { Shape } from "../core/shape.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import type { ActivationSetting } from "../nn/layers/activation-setting.ts";
import { layers } from "../nn/layers/index.ts";
import { type Architecture, defineArchitecture, type Features } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { residual } from "./parts/residual.ts";
import { averageTop } from "./parts/top.ts";
import { unit } from "./preprocessing.ts";

const keras =
  "Chollet, “Deep Learning with Python”, Manning 2017, section 5.1; dropout: Srivastava et al., JMLR 2014";

interface Row {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly year: number;
  readonly paper: string;
  readonly inputShape: Shape;
  readonly parameters: number;
  /** Whose number of parameters it is. Default: Keras's. */
  readonly source?: string;
  readonly features: Features;
  readonly body: () => LayerInstance[];
  /** The layers between the last features and the classes. */
  readonly top: () => LayerInstance[];
  /** The name of the last layer. Default: as Keras names it. */
  readonly output?: string;
}

/** An architecture of layers in a row. */
function row({ body, top, output, parameters, source, ...facts }: Row): Architecture {
  return defineArchitecture({
    family: "first networks",
    className: "Sequential",
    classes: 10,
    preprocess: unit,
    figures: [{ source: source ?? "Keras", parameters }],
    ...facts,
    body: (x) => chain(x, body()),
    top: (x, { classes, activation }) =>
      chain(x, [...top(), lastLayer(classes, activation, output)]),
  });
}

const lastLayer = (units: number, activation: ActivationSetting, name?: string) =>
  layers.dense({ units, activation, ...(name === undefined ? {} : { name }) });

/** A 3 x 3 convolution with ReLU. */
const conv = (
  filters: number,
  options: { readonly padding?: "same"; readonly name?: string } = {},
) => layers.conv2d({ filters, kernelSize: 3, activation: "relu", ...options });

const same = { padding: "same" } as const;
const pool = (name?: string) =>
  layers.maxPooling2d({ poolSize: 2, ...(name === undefined ? {} : { name }) });
const relu = (units: number, name?: string) =>
  layers.dense({ units, activation: "relu", ...(name === undefined ? {} : { name }) });
const dropout = (rate: number, name?: string) =>
  layers.dropout({ rate, ...(name === undefined ? {} : { name }) });

const digits = [28, 28, 1];
const colours = [32, 32, 3];

/**
 * Three convolutions and two dense layers: `[N, 28, 28, 1] → [N, classes]`, the network of first
 * lessons on MNIST.
 */
export const mnist = row({
  name: "mnist",
  title: "The network of first lessons on MNIST",
  description: "32C3-P2-64C3-P2-64C3-64-dropout-10, relu",
  year: 2017,
  paper: keras,
  inputShape: digits,
  parameters: 93_322,
  features: { stage1: "conv2d", stage2: "conv2d_1", stage3: "conv2d_2" },
  body: () => [conv(32), pool(), conv(64), pool(), conv(64)],
  top: () => [layers.flatten(), relu(64), dropout(0.5)],
});

/**
 * Two convolutions and one dense layer: Keras's example on MNIST, 99 percent with 34,826
 * parameters.
 */
export const mnistConvnet = row({
  name: "mnist-convnet",
  title: "Keras's simple convnet for MNIST",
  description: "32C3-P2-64C3-P2-dropout-10, relu",
  year: 2015,
  paper: "Chollet, “Simple MNIST convnet”, keras.io/examples/vision/mnist_convnet",
  inputShape: digits,
  parameters: 34_826,
  features: { stage1: "conv2d", stage2: "conv2d_1" },
  body: () => [conv(32), pool(), conv(64), pool()],
  top: () => [layers.flatten(), dropout(0.5)],
});

/** Three convolutions with batch normalization and dropout, and the mean of each channel. */
export const simpleCnn = row({
  name: "simple-cnn",
  title: "Simple CNN",
  description: "Three convolutions with batch normalization and dropout, for small colour images",
  year: 2015,
  paper: "Ioffe and Szegedy, “Batch Normalization”, ICML 2015, arXiv:1502.03167",
  inputShape: colours,
  parameters: 111_946,
  features: { stage1: "relu1", stage2: "relu2", stage3: "relu3" },
  body: () =>
    [32, 64, 128].flatMap((filters, i) => [
      layers.conv2d({ filters, kernelSize: 3, ...same, name: `conv${i + 1}` }),
      layers.batchNormalization({ name: `bn${i + 1}` }),
      layers.activation({ activation: "relu", name: `relu${i + 1}` }),
      ...(i < 2 ? [pool(`pool${i + 1}`), dropout(0.25, `dropout${i + 1}`)] : []),
    ]),
  top: () => [
    layers.globalAveragePooling2d({ name: "global_pool" }),
    dropout(0.5, "dropout3"),
    relu(128, "fc1"),
    dropout(0.5, "dropout4"),
  ],
  output: "output",
});

/** Two blocks of two convolutions each, and a dense layer: VGG for digits. */
export const vggStyle = row({
  name: "vgg-style",
  title: "VGG style",
  description: "Two blocks of two convolutions, 64 and 128 filters, and 256 units",
  year: 2014,
  paper: "Simonyan and Zisserman, ICLR 2015, arXiv:1409.1556",
  inputShape: digits,
  parameters: 1_867_466,
  features: { stage1: "conv2d_1", stage2: "conv2d_3" },
  body: () => [conv(64, same), conv(64, same), pool(), conv(128, same), conv(128, same), pool()],
  top: () => [layers.flatten(), relu(256), dropout(0.5)],
});

/**
 * Three blocks of convolutions, each normalized after its pool, and two dense layers: VGG for
 * colour images.
 */
export const vggStyleBn = row({
  name: "vgg-style-bn",
  title: "VGG style with batch normalization",
  description:
    "Three blocks, 64, 128 and 256 filters, normalized after each pool, and twice 512 units",
  year: 2014,
  paper: "Simonyan and Zisserman, ICLR 2015, arXiv:1409.1556",
  inputShape: [64, 64, 3],
  parameters: 10_394_186,
  features: { stage1: "conv2d_1", stage2: "conv2d_3", stage3: "conv2d_6" },
  body: () =>
    [
      [64, 2],
      [128, 2],
      [256, 3],
    ].flatMap(([filters, count]) => [
      ...Array.from({ length: count }, () => conv(filters, same)),
      pool(),
      layers.batchNormalization(),
    ]),
  top: () => [layers.flatten(), relu(512), dropout(0.5), relu(512), dropout(0.5)],
});

/**
 * Six convolutions in three blocks with batch normalization and growing dropout, for images of
 * CIFAR-10.
 */
export const cifarCnn = row({
  name: "cifar-cnn",
  title: "Keras's CNN for CIFAR-10",
  description: "Two blocks of two convolutions, 32 and 64 filters, with dropout, and 512 units",
  year: 2015,
  paper: "Chollet and others, “cifar10_cnn.py”, examples of Keras 2",
  inputShape: colours,
  parameters: 1_250_858,
  features: { stage1: "conv2d_1", stage2: "conv2d_3" },
  body: () =>
    [32, 64].flatMap((filters) => [conv(filters, same), conv(filters), pool(), dropout(0.25)]),
  top: () => [layers.flatten(), relu(512), dropout(0.5)],
});

/**
 * Three residual blocks, 64 to 256 filters, and the mean of each channel: `[N, 28, 28, 1] → [N,
 * classes]`.
 */
export const resnetStyle = defineArchitecture({
  name: "resnet-style",
  title: "ResNet style",
  family: "first networks",
  year: 2015,
  paper: "He, Zhang, Ren and Sun, CVPR 2016, arXiv:1512.03385",
  description: "Three residual blocks, 64, 128 and 256 filters, and the mean of each channel",
  inputShape: digits,
  classes: 10,
  preprocess: unit,
  figures: [{ source: "Keras", parameters: 1_230_474 }],
  features: { stage1: "stage1_out", stage2: "stage2_out", stage3: "stage3_out" },
  body(images) {
    let x = residual.stem(images, 64);
    for (const [i, filters] of [64, 128, 256].entries()) {
      x = residual.block(x, { filters, stride: i === 0 ? 1 : 2, name: `stage${i + 1}_out` });
    }
    return x;
  },
  top: averageTop({ dense: "dense" }),
});

/** Six residual blocks, 64 to 256 filters, and a dense layer: `[N, 32, 32, 3] → [N, classes]`. */
export const residualCnn = defineArchitecture({
  name: "residual-cnn",
  title: "Residual CNN",
  family: "first networks",
  year: 2015,
  paper: "He, Zhang, Ren and Sun, CVPR 2016, arXiv:1512.03385",
  description: "Six residual blocks, twice 64, 128 and 256 filters, and 128 units",
  inputShape: colours,
  classes: 10,
  preprocess: unit,
  figures: [{ source: "Keras", parameters: 2_816_010 }],
  features: { stage1: "stage1_out", stage2: "stage2_out", stage3: "stage3_out" },
  body(images) {
    let x = residual.stem(images, 64);
    for (const [i, filters] of [64, 128, 256].entries()) {
      x = residual.block(x, { filters, stride: i === 0 ? 1 : 2 });
      x = residual.block(x, { filters, stride: 1, name: `stage${i + 1}_out` });
    }
    return x;
  },
  top: (x, { classes, activation }) =>
    chain(x, [
      layers.globalAveragePooling2d(),
      relu(128),
      dropout(0.5),
      lastLayer(classes, activation),
    ]),
});
