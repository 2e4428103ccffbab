// The layers: one file each, one row each.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import type { CustomLayers } from "../custom-layer.ts";
import type { Layer } from "../layer.ts";
import { instanceOf, instancesOf, type LayerInstance } from "../layer-instance.ts";
import type { UnitConfig } from "../network-config.ts";
import { checkFlags } from "../option.ts";
import { activation } from "./activation.ts";
import { activityRegularization } from "./activity-regularization.ts";
import { adaptiveAveragePooling2d } from "./adaptive-average-pooling2d.ts";
import { adaptiveMaxPooling2d } from "./adaptive-max-pooling2d.ts";
import { add } from "./add.ts";
import { alphaDropout } from "./alpha-dropout.ts";
import { average } from "./average.ts";
import { averagePooling1d } from "./average-pooling1d.ts";
import { averagePooling2d } from "./average-pooling2d.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { centerCrop } from "./center-crop.ts";
import { channelPooling } from "./channel-pooling.ts";
import { concatenate } from "./concatenate.ts";
import { conv1d } from "./conv1d.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dTranspose } from "./conv2d-transpose.ts";
import { cropping1d } from "./cropping1d.ts";
import { cropping2d } from "./cropping2d.ts";
import { dense } from "./dense.ts";
import { depthwiseConv2d } from "./depthwise-conv2d.ts";
import { dot } from "./dot.ts";
import { dropout } from "./dropout.ts";
import { eLU } from "./e-lu.ts";
import { flatten } from "./flatten.ts";
import { gaussianDropout } from "./gaussian-dropout.ts";
import { gaussianNoise } from "./gaussian-noise.ts";
import { globalAveragePooling1d } from "./global-average-pooling1d.ts";
import { globalAveragePooling2d } from "./global-average-pooling2d.ts";
import { globalMaxPooling1d } from "./global-max-pooling1d.ts";
import { globalMaxPooling2d } from "./global-max-pooling2d.ts";
import { groupNormalization } from "./group-normalization.ts";
import { identity } from "./identity.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { layerScale } from "./layer-scale.ts";
import { leakyReLU } from "./leaky-re-lu.ts";
import { maxPooling1d } from "./max-pooling1d.ts";
import { maxPooling2d } from "./max-pooling2d.ts";
import { maximum } from "./maximum.ts";
import { minimum } from "./minimum.ts";
import { multiply } from "./multiply.ts";
import { normalization } from "./normalization.ts";
import { operation } from "./operation.ts";
import { pReLU } from "./p-re-lu.ts";
import { permute } from "./permute.ts";
import { reLU } from "./re-lu.ts";
import { repeatVector } from "./repeat-vector.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { resizing } from "./resizing.ts";
import { rmsNormalization } from "./rms-normalization.ts";
import { scaledAdd } from "./scaled-add.ts";
import { separableConv1d } from "./separable-conv1d.ts";
import { separableConv2d } from "./separable-conv2d.ts";
import { softmax } from "./softmax.ts";
import { spatialDropout1d } from "./spatial-dropout1d.ts";
import { spatialDropout2d } from "./spatial-dropout2d.ts";
import { stochasticDepth } from "./stochastic-depth.ts";
import { subtract } from "./subtract.ts";
import { timeDistributed } from "./time-distributed.ts";
import { unitNormalization } from "./unit-normalization.ts";
import { upSampling1d } from "./up-sampling1d.ts";
import { upSampling2d } from "./up-sampling2d.ts";
import { zeroPadding1d } from "./zero-padding1d.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

/** Every layer by the name that models and files use. */
export const layers = instancesOf({
  activation,
  activityRegularization,
  adaptiveAveragePooling2d,
  adaptiveMaxPooling2d,
  add,
  alphaDropout,
  average,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  centerCrop,
  channelPooling,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  depthwiseConv2d,
  dot,
  dropout,
  eLU,
  flatten,
  gaussianDropout,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  identity,
  layerNormalization,
  layerScale,
  leakyReLU,
  maximum,
  maxPooling1d,
  maxPooling2d,
  minimum,
  multiply,
  normalization,
  operation,
  permute,
  pReLU,
  reLU,
  repeatVector,
  rescaling,
  reshape,
  resizing,
  rmsNormalization,
  scaledAdd,
  separableConv1d,
  separableConv2d,
  softmax,
  spatialDropout1d,
  spatialDropout2d,
  stochasticDepth,
  subtract,
  timeDistributed,
  unitNormalization,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
});

export type LayerKind = keyof typeof layers;

/** Options in which a layer that is plain data is a layer again. */
function withLayer(options: object, custom: CustomLayers): object {
  const { layer } = options as { readonly layer?: Partial<UnitConfig> | null };
  if (typeof layer !== "object" || layer === null || "plan" in layer) return options;
  if (typeof layer.kind !== "string" || typeof layer.options !== "object") return options;
  return { ...options, layer: layerFrom(layer.kind, layer.options, custom) };
}

/**
 * A layer again, from what a file says of it.
 *
 * @throws ConfigError where there is no such layer, or `custom` has one that exists already.
 */
export function layerFrom(kind: string, options: object, custom: CustomLayers = {}): LayerInstance {
  const taken = Object.keys(custom).find((name) => Object.hasOwn(layers, name));
  if (taken !== undefined) {
    throw new ConfigError({
      what: "A layer of your own has the name of one that exists.",
      expected: "a kind of its own",
      received: taken,
      fix: "give it another kind",
    });
  }
  if (Object.hasOwn(layers, kind)) checkFlags(options, kind);
  try {
    const factory = lookUp<unknown>({ ...layers, ...custom }, kind, "layer");
    return instanceOf((factory as (options: object) => Layer)(withLayer(options, custom)));
  } catch (cause) {
    if (!(cause instanceof ConfigError) || Object.hasOwn({ ...layers, ...custom }, kind)) {
      throw cause;
    }
    const { fix } = cause.facts;
    const hint = "A layer of your own is handed in by customLayers.";
    throw new ConfigError({ ...cause.facts, fix: fix === undefined ? hint : `${fix} ${hint}` });
  }
}
