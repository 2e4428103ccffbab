// The layers that Keras has as well: one row each, our name and Keras's, and the options of both. Weights
// need no row: they stand in the same order on both sides, but for `Normalization`, which counts what it
// has seen (weight-places.ts).

import { type KerasRow, type KerasRows, row } from "./row.ts";

/** `kernel` → its initializer, regularizer and constraint. */
const trained = (...roles: readonly string[]) =>
  roles.flatMap((role) => [`${role}Initializer`, `${role}Regularizer`, `${role}Constraint`]);

const window = ["kernelSize", "strides", "padding", "dilationRate"];
const result = ["activation", "useBias", ...trained("bias")];
const pooling = ["poolSize", "strides", "padding"];
const scaled = ["epsilon", "center", "scale", ...trained("beta", "gamma")];
const singleWindow = ["kernelSize", "strides", "dilationRate"];
const singlePool = ["poolSize", "strides"];

const separable = (className: string): KerasRow => ({
  ...row(className, [
    "filters",
    ...window,
    "depthMultiplier",
    ...result,
    ...trained("depthwise", "pointwise"),
  ]),
  // Keras 2 states what the class has that it extends; there is no such kernel.
  fixed: {
    groups: 1,
    kernel_initializer: undefined,
    kernel_regularizer: undefined,
    kernel_constraint: undefined,
  },
});

export const layerRows = {
  activation: row("Activation", ["activation"]),
  activityRegularization: row("ActivityRegularization", ["l1", "l2"]),
  adaptiveAveragePooling2d: row("AdaptiveAveragePooling2D", ["outputSize"]),
  adaptiveMaxPooling2d: row("AdaptiveMaxPooling2D", ["outputSize"]),
  add: row("Add"),
  alphaDropout: row("AlphaDropout", ["rate", "noiseShape", "seed"]),
  average: row("Average"),
  averagePooling1d: { ...row("AveragePooling1D", pooling), single: singlePool },
  averagePooling2d: row("AveragePooling2D", pooling),
  batchNormalization: {
    ...row("BatchNormalization", [
      "axis",
      "momentum",
      ...scaled,
      "movingMeanInitializer",
      "movingVarianceInitializer",
    ]),
    aliases: ["BatchNormalizationV1", "BatchNormalizationV2"],
    fixed: { synchronized: false, renorm: false, renorm_momentum: 0.99 },
    single: ["axis"],
  },
  centerCrop: row("CenterCrop", ["height", "width"]),
  concatenate: row("Concatenate", ["axis"]),
  conv1d: {
    ...row("Conv1D", ["filters", ...window, "groups", ...result, ...trained("kernel")]),
    single: singleWindow,
  },
  conv2d: row("Conv2D", ["filters", ...window, "groups", ...result, ...trained("kernel")]),
  conv2dTranspose: {
    ...row("Conv2DTranspose", [
      "filters",
      ...window,
      "outputPadding",
      ...result,
      ...trained("kernel"),
    ]),
    fixed: { groups: 1 },
  },
  cropping1d: row("Cropping1D", ["cropping"]),
  cropping2d: row("Cropping2D", ["cropping"]),
  dense: row("Dense", ["units", ...result, ...trained("kernel")]),
  depthwiseConv2d: {
    ...row("DepthwiseConv2D", [...window, "depthMultiplier", ...result, ...trained("depthwise")]),
    fixed: { groups: 1 },
  },
  dot: row("Dot", ["axes", "normalize"]),
  dropout: row("Dropout", ["rate", "noiseShape", "seed"]),
  eLU: row("ELU", ["alpha"]),
  flatten: row("Flatten"),
  gaussianDropout: row("GaussianDropout", ["rate", "seed"]),
  gaussianNoise: row("GaussianNoise", ["stddev", "seed"]),
  globalAveragePooling1d: row("GlobalAveragePooling1D", ["keepDimensions"]),
  globalAveragePooling2d: row("GlobalAveragePooling2D", ["keepDimensions"]),
  globalMaxPooling1d: row("GlobalMaxPooling1D", ["keepDimensions"]),
  globalMaxPooling2d: row("GlobalMaxPooling2D", ["keepDimensions"]),
  groupNormalization: row("GroupNormalization", ["groups", "axis", ...scaled]),
  identity: row("Identity"),
  layerNormalization: {
    ...row("LayerNormalization", ["axis", ...scaled]),
    fixed: { rms_scaling: false },
  },
  layerScale: {
    ...row("LayerScale", ["initValues", "projectionDim"]),
    module: "keras.src.applications.convnext",
  },
  leakyReLU: {
    ...row("LeakyReLU", ["negativeSlope"]),
    formerly: { alpha: "negativeSlope" },
  },
  maxPooling1d: { ...row("MaxPooling1D", pooling), single: singlePool },
  maxPooling2d: row("MaxPooling2D", pooling),
  maximum: row("Maximum"),
  minimum: row("Minimum"),
  multiply: row("Multiply"),
  normalization: {
    ...row("Normalization", ["axis", "mean", "variance", "invert"]),
    nullable: ["axis"],
    beginnings: ["adapted"],
  },
  pReLU: row("PReLU", [...trained("alpha"), "sharedAxes"]),
  permute: row("Permute", ["dims"]),
  reLU: row("ReLU", ["maxValue", "negativeSlope", "threshold"]),
  repeatVector: row("RepeatVector", ["n"]),
  rescaling: row("Rescaling", ["scale", "offset"]),
  reshape: row("Reshape", ["targetShape"]),
  resizing: {
    ...row("Resizing", [
      "height",
      "width",
      "interpolation",
      "cropToAspectRatio",
      "padToAspectRatio",
      "fillValue",
      "antialias",
    ]),
    fixed: { fill_mode: "constant" },
    // Keras 2 knows no others.
    ownFixed: { padToAspectRatio: false, fillValue: 0, antialias: false },
  },
  rmsNormalization: row("RMSNormalization", ["axis", "epsilon"]),
  scaledAdd: {
    ...row("CustomScaleLayer", ["scale"]),
    module: "keras.src.applications.inception_resnet_v2",
  },
  separableConv1d: { ...separable("SeparableConv1D"), single: singleWindow },
  separableConv2d: separable("SeparableConv2D"),
  softmax: row("Softmax", ["axis"]),
  spatialDropout1d: row("SpatialDropout1D", ["rate", "seed"]),
  spatialDropout2d: row("SpatialDropout2D", ["rate", "seed"]),
  stochasticDepth: {
    ...row("StochasticDepth", ["dropPathRate"]),
    module: "keras.src.applications.convnext",
  },
  subtract: row("Subtract"),
  timeDistributed: row("TimeDistributed", ["layer"]),
  unitNormalization: row("UnitNormalization", ["axis"]),
  upSampling1d: row("UpSampling1D", ["size"]),
  upSampling2d: row("UpSampling2D", ["size", "interpolation"]),
  zeroPadding1d: row("ZeroPadding1D", ["padding"]),
  zeroPadding2d: row("ZeroPadding2D", ["padding"]),
} satisfies KerasRows;

/** Layers that Keras has not; files name them by their own class, which Keras must be handed. */
export const ownLayers: readonly string[] = ["channelPooling"];

/** Layers of Keras that change images in training, and hand them on as they are otherwise. */
export const augmentations: readonly string[] = [
  "AugMix",
  "CutMix",
  "MixUp",
  "RandAugment",
  "RandomBrightness",
  "RandomColorDegeneration",
  "RandomColorJitter",
  "RandomContrast",
  "RandomElasticTransform",
  "RandomErasing",
  "RandomFlip",
  "RandomGaussianBlur",
  "RandomGrayscale",
  "RandomHue",
  "RandomInvert",
  "RandomPerspective",
  "RandomPosterization",
  "RandomRotation",
  "RandomSaturation",
  "RandomSharpness",
  "RandomShear",
  "RandomTranslation",
  "RandomZoom",
];

/** Layers whose place in Keras is taken by things of another kind (operation.ts). */
export const noLayersToKeras: readonly string[] = ["operation"];
