// Explanations: which parts of a picture a model looks at, what its layers compute, and lessons on how.

export { type Attribution, type AttributionOptions, attribute } from "./attribute.ts";
export type { ColorMapName } from "./colors.ts";
export { features, type LayerFeatures } from "./inside/features.ts";
export { filters, type LayerFilters, layersWithFilters } from "./inside/filters.ts";
export {
  type Histogram,
  type HistogramOptions,
  histograms,
  type LayerHistograms,
} from "./inside/histograms.ts";
export { lastFeatures } from "./inside/last-features.ts";
export {
  type TopExample,
  type TopExamplesOptions,
  topExamples,
  type UnitHealth,
  unitHealth,
} from "./inside/units.ts";
export { type Visualization, type VisualizeOptions, visualize } from "./inside/visualize.ts";
export { type LayerChoice, lastSpatialLayer } from "./layer-choice.ts";
export {
  type AugmentationExample,
  type AugmentedOptions,
  augmentationExamples,
  augmented,
} from "./lessons/augmentation.ts";
export {
  type BackwardLesson,
  type BackwardStep,
  type ConvolutionLesson,
  type ConvolutionOptions,
  type ConvolutionStep,
  convolution,
  convolutionBackward,
} from "./lessons/convolution.ts";
export { costs, type LayerCost } from "./lessons/costs.ts";
export {
  type KernelResult,
  kernelResults,
  type LessonKernel,
  lessonKernels,
} from "./lessons/kernels.ts";
export type { ArrayLike2d, Planes, Rows } from "./lessons/planes.ts";
export {
  type PooledNumber,
  type PoolingKind,
  type PoolingLesson,
  type PoolingOptions,
  type PoolingStep,
  pooling,
} from "./lessons/pooling.ts";
export { type PreprocessingStep, preprocessingSteps } from "./lessons/preprocessing.ts";
export {
  type EffectiveField,
  type EffectiveFieldOptions,
  effectiveField,
  type LayerField,
  receptiveField,
  receptiveFields,
  type UnitChoice,
  type UnitField,
} from "./lessons/receptive-field.ts";
export { scene } from "./lessons/scene.ts";
export { type AttributionName, methods } from "./methods/table.ts";
export { type OverlayOptions, overlay } from "./overlay.ts";
export type { Curve } from "./trust/curves.ts";
export type { Randomization } from "./trust/randomization.ts";
export { type Trust, type TrustOptions, trust } from "./trust/trust.ts";
