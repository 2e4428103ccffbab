// The door of assess/: how well a model does, as numbers.

export {
  type AssessOptions,
  assessClassifier,
  type ClassifierAssessment,
} from "./assess-classifier.ts";
export {
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
  calibration,
} from "./calibration.ts";
export {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
  type ReportScores,
} from "./classification-report.ts";
export { type Classification, classesOf } from "./classify.ts";
export {
  accuracyOf,
  type ClassScore,
  type Confusion,
  type ConfusionMatrix,
  classScores,
  confusionMatrix,
  mostConfused,
  type Normalization,
  normalizeConfusion,
} from "./confusion-matrix.ts";
export { type Directions, directionsOf } from "./directions.ts";
export { type Embedding, type EmbeddingOptions, embedding } from "./embedding.ts";
export { type LabelError, type LabelErrors, labelErrors } from "./label-errors.ts";
export {
  type NearDuplicate,
  type NearDuplicateOptions,
  nearDuplicates,
} from "./near-duplicates.ts";
export { judgeOverfitting, type Overfitting } from "./overfitting.ts";
export { perceptualHash } from "./perceptual-hash.ts";
export {
  type PrincipalComponents,
  type PrincipalComponentsOptions,
  principalComponents,
} from "./principal-components.ts";
export {
  cumulativeGain,
  type GainPoint,
  type PrecisionRecallCurve,
  type PrecisionRecallCurves,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  precisionRecallCurves,
  type RocCurve,
  type RocCurves,
  type RocPoint,
  rocCurve,
  rocCurves,
} from "./ranking-curves.ts";
export {
  type ConfidenceRow,
  confidenceTable,
  type ThresholdOptions,
  type ThresholdRow,
  thresholdTable,
} from "./thresholds.ts";
export { type ExampleLoss, topLosses } from "./top-losses.ts";
