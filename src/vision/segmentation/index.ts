// A class for every pixel: networks, losses and examples to train them, prediction of pictures of any size, measures.

export { assessSegmentation, type SegmentationAssessment } from "./assess-segmentation.ts";
export { type ClassWeighting, classCounts, classWeights } from "./class-counts.ts";
export {
  type SegmentationCompileOptions,
  segmentationCompileOptions,
} from "./compile-options.ts";
export { predictMask } from "./predict-mask.ts";
export type { PredictMaskOptions } from "./predict-scores.ts";
export {
  type SegmentationKind,
  type SegmentationNetworkOptions,
  segmentationNetwork,
} from "./segmentation-network.ts";
export { type SegmentationSourceOptions, segmentationSource } from "./segmentation-source.ts";
