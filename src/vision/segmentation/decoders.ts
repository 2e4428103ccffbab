// From an encoder's features to scores of the classes for every pixel: one function a kind of network.

import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { type Encoder, levelAt } from "./encoder.ts";
import { normalized, resized, scores } from "./parts.ts";

/** What a decoder is told. */
export interface DecoderSettings {
  readonly classes: number;
  /** The stride of the features that FCN and DeepLabV3 end with. */
  readonly outputStride: 8 | 16 | 32;
  /** Filters of U-Net's blocks, from the coarsest to the finest. */
  readonly decoderFilters: readonly number[];
}

/** Logits of the size of the image, `[N, H, W, classes]`. */
export type Decoder = (encoder: Encoder, settings: DecoderSettings) => SymbolicTensor;

/** The height and the width of the images. */
const imageSize = ({ model }: Encoder) => model.network.inputShape.slice(0, 2);

/**
 * U-Net's way up on any encoder: features grow to the size of the next finer ones, which are put beside them, and two
 * 3 x 3 convolutions follow, until they are as large as the image. Source: Ronneberger et al., MICCAI 2015; the form with
 * normalised convolutions and repeated pixels that is usual with pretrained encoders.
 */
export function unetDecoder(
  encoder: Encoder,
  { classes, decoderFilters }: DecoderSettings,
): SymbolicTensor {
  const [coarsest, ...finer] = encoder.levels.toReversed();
  const [height, width] = imageSize(encoder);
  // Above the finest features there are none to put beside: blocks go on to the size of the image.
  const left = Math.ceil(Math.log2(encoder.levels[0].stride));
  const strides = Array.from({ length: left }, (_, i) => 2 ** (left - 1 - i));
  const steps: readonly { readonly size: readonly number[]; readonly beside?: SymbolicTensor }[] = [
    ...finer.map(({ features }) => ({ size: features.shape, beside: features })),
    ...strides.map((stride) => ({ size: [Math.ceil(height / stride), Math.ceil(width / stride)] })),
  ];
  let x = coarsest.features;
  steps.forEach(({ size, beside }, i) => {
    const name = `decoder${i + 1}`;
    const filters = decoderFilters[Math.min(i, decoderFilters.length - 1)];
    const isDouble = size[0] === 2 * x.shape[0] && size[1] === 2 * x.shape[1];
    const grown = isDouble
      ? layers.upSampling2d({ size: 2, name: `${name}_size` }).apply(x)
      : resized(x, size, `${name}_size`);
    x = beside ? layers.concatenate({ name: `${name}_concat` }).apply([grown, beside]) : grown;
    x = normalized(x, { filters, kernelSize: 3, name: `${name}_conv1` });
    x = normalized(x, { filters, kernelSize: 3, name: `${name}_conv2` });
  });
  // Networks without padding have finest features that are a little smaller than the image.
  return resized(scores(x, classes, "scores"), imageSize(encoder), "image_size");
}

/**
 * FCN: scores of the coarsest features, to which those of finer ones are added at their size, down to the output stride:
 * FCN-32s, FCN-16s and FCN-8s. A 3 x 3 convolution with a quarter of the channels comes before the coarsest scores, as
 * in torchvision, where the paper has VGG's dense layers as convolutions. On an encoder that is dilated to the output
 * stride there is nothing finer to add, which is torchvision's FCN. Source: Long, Shelhamer and Darrell, CVPR 2015.
 */
export function fcnDecoder(
  encoder: Encoder,
  { classes, outputStride }: DecoderSettings,
): SymbolicTensor {
  const [coarsest, ...finer] = encoder.levels.toReversed();
  const filters = Math.max(1, Math.floor(coarsest.features.shape[2] / 4));
  const before = normalized(coarsest.features, { filters, kernelSize: 3, name: "head_conv" });
  const dropped = layers.dropout({ rate: 0.1, name: "head_dropout" }).apply(before);
  const first = scores(dropped, classes, `scores${coarsest.stride}`);
  const sum = finer
    .filter(({ stride }) => stride >= outputStride)
    .reduce((x, { features, stride }) => {
      const grown = resized(x, features.shape, `scores${stride}_size`);
      const own = scores(features, classes, `scores${stride}`);
      return layers.add({ name: `scores${stride}_sum` }).apply([grown, own]);
    }, first);
  return resized(sum, imageSize(encoder), "image_size");
}

/** Filters of DeepLabV3's branches. */
const asppFilters = 256;

/**
 * DeepLabV3: atrous spatial pyramid pooling of the features at the output stride (a 1 x 1 convolution, three 3 x 3 ones with
 * rates 6, 12 and 18, or twice these at a stride of 8, and the mean of the image), side by side, then two convolutions.
 * The last stages of the encoder are dilated to keep the stride; of one that cannot be dilated they are left out. Source: Chen
 * et al., “Rethinking Atrous Convolution”, 2017, arXiv:1706.05587.
 */
export function deepLabDecoder(
  encoder: Encoder,
  { classes, outputStride }: DecoderSettings,
): SymbolicTensor {
  const { features, stride } = levelAt(encoder, outputStride);
  const filters = asppFilters;
  const unit = stride <= 8 ? 12 : 6;
  const pooled = layers
    .globalAveragePooling2d({ keepDimensions: true, name: "aspp_pool" })
    .apply(features);
  const mean = normalized(pooled, { filters, kernelSize: 1, name: "aspp_pool_conv" });
  const branches = [
    normalized(features, { filters, kernelSize: 1, name: "aspp_conv1" }),
    ...[1, 2, 3].map((times) =>
      normalized(features, {
        ...{ filters, kernelSize: 3, dilationRate: times * unit },
        name: `aspp_conv${times + 1}`,
      }),
    ),
    resized(mean, features.shape, "aspp_pool_size"),
  ];
  const joined = layers.concatenate({ name: "aspp_concat" }).apply(branches);
  const projected = normalized(joined, { filters, kernelSize: 1, name: "aspp_project" });
  const dropped = layers.dropout({ rate: 0.5, name: "aspp_dropout" }).apply(projected);
  const last = normalized(dropped, { filters, kernelSize: 3, name: "head_conv" });
  return resized(scores(last, classes, "scores"), imageSize(encoder), "image_size");
}
