// The convolution of almost every network: without a bias, normalized over the batch, then
// activated. Others normalize and activate first.

import type { ActivationName } from "../../nn/activations.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { BatchNormalizationOptions } from "../../nn/layers/batch-normalization.ts";
import type { Conv2dOptions } from "../../nn/layers/convolution.ts";
import { layers } from "../../nn/layers/index.ts";
import { named } from "./chain.ts";

/** The names of the three layers. Those that are not given are named as Keras names them. */
export interface ConvolutionNames {
  readonly conv?: string;
  readonly norm?: string;
  readonly activation?: string;
}

export interface ConvolutionOptions
  extends Pick<
    Conv2dOptions,
    | "kernelSize"
    | "strides"
    | "padding"
    | "groups"
    | "dilationRate"
    | "useBias"
    | "kernelInitializer"
  > {
  /** The number of filters; `depthwise` gives each channel one of its own. */
  readonly filters: number | "depthwise";
  readonly names?: ConvolutionNames;
  /** How the results are normalized. */
  readonly norm?: Omit<BatchNormalizationOptions, "name">;
  /** What is applied at last; null applies nothing. Default: `relu`. */
  readonly activation?: ActivationName | null;
}

/** `[N, H, W, C] → [N, P, Q, K]`: a convolution, batch normalization, and an activation. */
export function convNorm(options: ConvolutionOptions): LayerInstance[] {
  const { names = {}, norm = {}, activation = "relu", ...convolution } = options;
  return [
    convolve({ useBias: false, ...convolution }, names.conv),
    layers.batchNormalization({ ...norm, ...named(names.norm) }),
    ...(activation === null ? [] : [activate(activation, names.activation)]),
  ];
}

/** A convolution alone; `depthwise` or of all channels. */
export function convolve(
  options: Omit<ConvolutionOptions, "names" | "norm" | "activation">,
  name?: string,
): LayerInstance {
  const { filters, kernelInitializer, ...rest } = options;
  if (filters !== "depthwise") {
    const initializer = kernelInitializer === undefined ? {} : { kernelInitializer };
    return layers.conv2d({ filters, ...rest, ...initializer, ...named(name) });
  }
  const { groups: _, ...depthwise } = rest;
  const initializer =
    kernelInitializer === undefined ? {} : { depthwiseInitializer: kernelInitializer };
  return layers.depthwiseConv2d({ ...depthwise, ...initializer, ...named(name) });
}

/** An activation as a layer. */
export function activate(activation: ActivationName, name?: string): LayerInstance {
  return layers.activation({ activation, ...named(name) });
}
