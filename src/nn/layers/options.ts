// The types of the options of layers, as people import them by name.

export type { Interpolation } from "../../core/interpolation.ts";
export type { ActivationOptions } from "./activation.ts";
export type { ActivationFunction, ActivationSetting } from "./activation-setting.ts";
export type { ActivityRegularizationOptions } from "./activity-regularization.ts";
export type { AdaptivePooling2dOptions } from "./adaptive-pooling2d.ts";
export type { AugMixOptions } from "./aug-mix.ts";
export type { BatchNormalizationOptions } from "./batch-normalization.ts";
export type { BoxDecodingOptions } from "./box-decoding.ts";
export type { CenterCropOptions } from "./center-crop.ts";
export type { CLAHEOptions } from "./clahe.ts";
export type { ConcatenateOptions } from "./concatenate.ts";
export type { Conv2dTransposeOptions } from "./conv2d-transpose.ts";
export type { Conv1dOptions, Conv2dOptions } from "./convolution.ts";
export type { Cropping1dOptions, Cropping2dOptions } from "./cropping.ts";
export type { DenseOptions } from "./dense.ts";
export type { DotOptions } from "./dot.ts";
export type {
  AlphaDropoutOptions,
  DropoutOptions,
  SpatialDropoutOptions,
  StochasticDepthOptions,
} from "./dropout.ts";
export type { EluOptions } from "./elu.ts";
export type { AutoContrastOptions, EqualizationOptions } from "./equalization.ts";
export type { GaussianDropoutOptions, GaussianNoiseOptions } from "./gaussian-noise.ts";
export type { InterpolationOptions, MovingOptions } from "./geometric-layer.ts";
export type { GlobalPooling1dOptions, GlobalPooling2dOptions } from "./global-pooling.ts";
export type { GroupNormalizationOptions } from "./group-normalization.ts";
export type { LayerNormalizationOptions } from "./layer-normalization.ts";
export type { LayerScaleOptions } from "./layer-scale.ts";
export type { LeakyReluOptions } from "./leaky-relu.ts";
export type { LearnedScaleOptions } from "./learned-scale.ts";
export type { ScaledAddOptions } from "./merging.ts";
export type { CutMixOptions, MixUpOptions } from "./mixing.ts";
export type { NoiseShape, SeedOptions } from "./noise.ts";
export type { NormalizationLayer, NormalizationOptions } from "./normalization.ts";
export type { Constant, OperationOptions } from "./operation.ts";
export type { PermuteOptions } from "./permute.ts";
export type { PipelineOptions } from "./pipeline.ts";
export type { Pooling1dOptions, Pooling2dOptions } from "./pooling.ts";
export type { PreluOptions } from "./prelu.ts";
export type { RandAugmentOptions } from "./rand-augment.ts";
export type { RandomBrightnessOptions, RandomContrastOptions } from "./random-brightness.ts";
export type { RandomColorJitterOptions } from "./random-color-jitter.ts";
export type { RandomCropOptions } from "./random-crop.ts";
export type { RandomElasticTransformOptions } from "./random-elastic-transform.ts";
export type { RandomErasingOptions } from "./random-erasing.ts";
export type { RandomFlipOptions } from "./random-flip.ts";
export type { RandomColorDegenerationOptions, RandomGrayscaleOptions } from "./random-grayscale.ts";
export type { RandomHueOptions, RandomSaturationOptions } from "./random-hue.ts";
export type {
  RandomInvertOptions,
  RandomPosterizationOptions,
  SolarizationOptions,
} from "./random-invert.ts";
export type { RandomPerspectiveOptions } from "./random-perspective.ts";
export type { RandomRotationOptions } from "./random-rotation.ts";
export type { RandomGaussianBlurOptions, RandomSharpnessOptions } from "./random-sharpness.ts";
export type { RandomShearOptions } from "./random-shear.ts";
export type { RandomTranslationOptions } from "./random-translation.ts";
export type { RandomZoomOptions } from "./random-zoom.ts";
export type { ReluOptions } from "./relu.ts";
export type { RepeatVectorOptions } from "./repeat-vector.ts";
export type { RescalingOptions } from "./rescaling.ts";
export type { ReshapeOptions } from "./reshape.ts";
export type { ResizingOptions } from "./resizing.ts";
export type { ResultOptions } from "./result.ts";
export type { RmsNormalizationOptions } from "./rms-normalization.ts";
export type { RoiAlignOptions } from "./roi-align.ts";
export type {
  DepthwiseConv2dOptions,
  SeparableConv1dOptions,
  SeparableConv2dOptions,
} from "./separable-convolution.ts";
export type { Ends, Sides } from "./sides.ts";
export type { SoftmaxOptions } from "./softmax.ts";
export type { SpectralNormalizationOptions } from "./spectral-normalization.ts";
export type { TimeDistributedOptions } from "./time-distributed.ts";
export type { UnitNormalizationOptions } from "./unit-normalization.ts";
export type { UpSampling1dOptions, UpSampling2dOptions } from "./up-sampling.ts";
export type { Factor, ValueRange, ValueRangeOptions } from "./value-range.ts";
export type { ZeroPadding1dOptions, ZeroPadding2dOptions } from "./zero-padding.ts";
