// The block of MobileNetV2 and of what came after it: wide inside, narrow at both ends.

import type { ActivationName } from "../../nn/activations.ts";
import type { InitializerSetting } from "../../nn/initializers/index.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { BatchNormalizationOptions } from "../../nn/layers/batch-normalization.ts";
import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { chain, named } from "./chain.ts";
import { type ConvolutionNames, convNorm } from "./convolution.ts";
import { around, zerosBeforeStride } from "./sizes.ts";

export interface InvertedResidualOptions {
  /** Channels inside; undefined leaves out the first convolution. */
  readonly hidden: number | undefined;
  /** Channels of the result. */
  readonly filters: number;
  /** Height and width of the depthwise kernel. */
  readonly kernelSize: number;
  readonly stride: number;
  /** How far the taps of the depthwise kernel lie apart. Default: 1. */
  readonly dilation?: number;
  /** The same behind the block: more where its stride was left out. Default: as in it. */
  readonly dilationAfter?: number;
  /**
   * Zeros around the image: `same`; `layer` has a layer add the same zeros before a stride;
   * `symmetric` has as many on every side.
   */
  readonly zeros: "same" | "layer" | "symmetric";
  readonly norm: Omit<BatchNormalizationOptions, "name">;
  readonly activation: ActivationName;
  readonly kernelInitializer?: InitializerSetting;
  readonly names: {
    readonly expand: ConvolutionNames;
    readonly depthwise: ConvolutionNames;
    readonly project: ConvolutionNames;
    readonly zeros?: string;
    readonly add?: string;
  };
  /** What weighs the channels inside, such as squeeze-and-excitation. */
  readonly attention?: ((x: SymbolicTensor) => SymbolicTensor) | undefined;
  /** Dropout before the sum: the share of images whose block is left out, and its name. */
  readonly drop?: { readonly rate: number; readonly name?: string };
}

/**
 * `[N, H, W, C] → [N, H / stride, W / stride, filters]`: 1 x 1 to a wide image, one kernel for each
 * channel, attention, 1 x 1 to a narrow image without activation. The input is added where it has
 * the same shape.
 */
export function invertedResidual(
  x: SymbolicTensor,
  options: InvertedResidualOptions,
): SymbolicTensor {
  const { hidden, filters, stride, names, attention = (y: SymbolicTensor) => y } = options;
  const { dilation = 1, dilationAfter = dilation } = options;
  const { norm, activation, kernelInitializer } = options;
  const kind = { norm, ...(kernelInitializer === undefined ? {} : { kernelInitializer }) };
  const point = { kernelSize: 1, padding: "same", ...kind } as const;
  const expanding =
    hidden === undefined
      ? []
      : convNorm({ filters: hidden, ...point, activation, names: names.expand });
  const wide = chain(x, expanding);
  const inner = chain(wide, [
    ...zerosBefore(wide, options),
    ...convNorm({
      filters: "depthwise",
      kernelSize: options.kernelSize,
      strides: stride,
      dilationRate: dilation,
      padding: paddingOf(options),
      ...kind,
      activation,
      names: names.depthwise,
    }),
  ]);
  const last = convNorm({ filters, ...point, activation: null, names: names.project });
  const y = chain(attention(inner), last);
  const hasStride = stride > 1 || dilationAfter > dilation;
  if (hasStride || x.shape[2] !== filters) return y;
  return layers.add(named(names.add)).apply([chain(y, dropped(options.drop)), x]);
}

function zerosBefore(x: SymbolicTensor, options: InvertedResidualOptions): LayerInstance[] {
  const { zeros, stride, kernelSize, names } = options;
  if (zeros !== "layer" || stride === 1) return [];
  const padding = zerosBeforeStride(x.shape, kernelSize);
  return [layers.zeroPadding2d({ padding, ...named(names.zeros) })];
}

function paddingOf({ zeros, stride, kernelSize, dilation = 1 }: InvertedResidualOptions) {
  if (zeros === "symmetric") return around(dilation * Math.floor(kernelSize / 2));
  return zeros === "layer" && stride > 1 ? "valid" : "same";
}

/** Dropout of whole images. */
export function dropped(drop: InvertedResidualOptions["drop"]): LayerInstance[] {
  if (drop === undefined || drop.rate === 0) return [];
  return [layers.dropout({ ...drop, noiseShape: [null, 1, 1, 1] })];
}
