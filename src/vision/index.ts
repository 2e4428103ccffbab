// More than one label: boxes and masks in pictures, as `vision` in "fovea".

export type { BoundingBoxFormat } from "../core/bounding-box-format.ts";
export type {
  Annotated,
  AnnotatedImages,
  ClassMap,
  Detections,
  Objects,
} from "./annotated.ts";
export {
  type AnnotatedFolder,
  type AnyAnnotatedFolder,
  annotatedImages,
  type TargetTypes,
} from "./annotations/annotated-images.ts";
export type { AnnotationFault, FormName, TargetName } from "./annotations/found.ts";
export type { AnnotatedImagesOptions } from "./annotations/options.ts";
export {
  type ExplainDetectionsOptions,
  type ExplainedDetection,
  explainDetections,
} from "./attribution/explain-detections.ts";
export {
  type ExplainedClass,
  type ExplainMaskOptions,
  explainMask,
} from "./attribution/explain-mask.ts";
export {
  type AnchorLevel,
  type AnchorOptions,
  type Anchors,
  anchorBoxes,
} from "./boxes/anchors.ts";
export type { KeptBoxes } from "./boxes/candidates.ts";
export {
  type AnchorClusters,
  type ClusterAnchorsOptions,
  clusterAnchors,
} from "./boxes/cluster-anchors.ts";
export { boxAreas, type ConvertBoxesOptions, clipBoxes, convertBoxes } from "./boxes/format.ts";
export { type MatchAtssOptions, matchAtss } from "./boxes/match-atss.ts";
export { type MatchByIouOptions, matchByIou } from "./boxes/match-by-iou.ts";
export {
  type AlignedMatches,
  type MatchTaskAlignedOptions,
  matchTaskAligned,
  type PredictedPlaces,
} from "./boxes/match-task-aligned.ts";
export type { Matches } from "./boxes/matches.ts";
export {
  decodeBoxes,
  decodeDistances,
  encodeBoxes,
  encodeDistances,
  type OffsetOptions,
} from "./boxes/offsets.ts";
export {
  boxIou,
  completeBoxIou,
  distanceBoxIou,
  generalizedBoxIou,
  intersectionOverForeground,
} from "./boxes/overlap.ts";
export { type RoiAlignOptions, roiAlign } from "./boxes/roi-align.ts";
export {
  type MatrixSuppressionOptions,
  matrixNonMaximumSuppression,
  nonMaximumSuppression,
  type SoftSuppressionOptions,
  type SuppressionOptions,
  softNonMaximumSuppression,
} from "./boxes/suppression.ts";
export {
  type ImagePyramidOptions,
  imagePyramid,
  type PyramidLevel,
  type SlidingWindowOptions,
  slidingWindows,
} from "./boxes/windows.ts";
export {
  assessDetector,
  type DetectorAssessment,
} from "./detection/assess-detector.ts";
export type { DetectionAugmentation } from "./detection/augmentation.ts";
export {
  type AnnotatedDetections,
  type DetectOptions,
  type DetectorPicture,
  detect,
  detectAnnotated,
} from "./detection/detect.ts";
export { type DetectionSourceOptions, detectionSource } from "./detection/detection-source.ts";
export { type DetectorOptions, detector } from "./detection/detector.ts";
export { classColors } from "./draw/class-colors.ts";
export { type DrawDetectionsOptions, drawDetections } from "./draw/draw-detections.ts";
export { type DrawMaskOptions, drawMask } from "./draw/draw-mask.ts";
export { type DrawMaskDifferenceOptions, drawMaskDifference } from "./draw/draw-mask-difference.ts";
export type { DrawOptions } from "./draw/draw-options.ts";
export { type MaskToPolygonsOptions, maskToPolygons, type Outline } from "./masks/outline.ts";
export {
  type Polygon,
  type PolygonCrossing,
  polygonCrossings,
  polygonsToMask,
} from "./masks/polygon.ts";
export {
  compressRunLengths,
  decodeRunLengths,
  encodeRunLengths,
  expandRunLengths,
  type RunLengthCode,
  runLengthArea,
  runLengthBox,
} from "./masks/run-length.ts";
export { type BoundaryOptions, type BoundaryScores, boundaryScores } from "./metrics/boundary.ts";
export {
  type CocoClassScores,
  type CocoOptions,
  type CocoScores,
  cocoAveragePrecision,
} from "./metrics/coco.ts";
export {
  type DetectionConfusionOptions,
  detectionConfusion,
} from "./metrics/detection-confusion.ts";
export type { PrecisionRecall } from "./metrics/ranked-detections.ts";
export {
  type SegmentationClassScores,
  type SegmentationOptions,
  type SegmentationScores,
  segmentationScores,
} from "./metrics/segmentation.ts";
export {
  type VocClassScores,
  type VocOptions,
  type VocScores,
  vocAveragePrecision,
} from "./metrics/voc.ts";
export type { SceneOptions } from "./scenes/options.ts";
export { type ScatteredScenesOptions, scatteredScenes } from "./scenes/scattered-scenes.ts";
export type { Scenes } from "./scenes/scenes.ts";
export { type ShapeScenesOptions, shapeScenes } from "./scenes/shape-scenes.ts";
export type { ShapeName } from "./scenes/shapes.ts";
export {
  assessSegmentation,
  type ClassWeighting,
  classCounts,
  classWeights,
  type PredictMaskOptions,
  predictMask,
  type SegmentationAssessment,
  type SegmentationCompileOptions,
  type SegmentationKind,
  type SegmentationNetworkOptions,
  type SegmentationSourceOptions,
  segmentationCompileOptions,
  segmentationNetwork,
  segmentationSource,
} from "./segmentation/index.ts";
export {
  type ApplyStyleNetworkOptions,
  applyStyleNetwork,
} from "./style/apply-style-network.ts";
export type { ColorSource } from "./style/colors.ts";
export type { Normalization } from "./style/distances.ts";
export type { FeatureOptions } from "./style/feature-model.ts";
export type { LayerWeights } from "./style/layers.ts";
export type { StyleLossOptions } from "./style/loss-options.ts";
export {
  type StyleLoss,
  type StyleLossParts,
  type StyleLossTargets,
  type StyleLossValue,
  styleLoss,
} from "./style/style-loss.ts";
export { type StyleNetworkOptions, styleNetwork } from "./style/style-network.ts";
export { progressStrip, stylize } from "./style/stylize.ts";
export type {
  ProgressPicture,
  SkippedStyle,
  Stylized,
  StylizeOptions,
  StylizeProgress,
} from "./style/stylize-options.ts";
export {
  type TrainStyleNetworkOptions,
  trainStyleNetwork,
} from "./style/train-style-network.ts";
