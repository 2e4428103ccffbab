// The door of assess/: how well a model does, as numbers.

export {
  type AssessOptions,
  assessClassifier,
  type ClassifierAssessment,
} from "./assess-classifier.ts";
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
export { judgeOverfitting, type Overfitting } from "./overfitting.ts";
