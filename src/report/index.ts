// The door of report/: what people look at after training.

export {
  type AssessOptions,
  assessClassifier,
  type ClassifierAssessment,
  classesOf,
} from "./assess-classifier.ts";
export { classificationSvg } from "./classification-figure.ts";
export {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
  type ReportScores,
} from "./classification-report.ts";
export { confusionSvg } from "./confusion-figure.ts";
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
export { curvesSvg } from "./curves.ts";
export { historyCsv, writeHistoryCsv } from "./history-csv.ts";
export { lrFindSvg } from "./lr-find-figure.ts";
export { type PlotModelOptions, plotModel } from "./plot-model.ts";
export { type Evaluation, type Headline, type ReportContent, reportPage } from "./report-page.ts";
export type { MisreadImage } from "./report-sections.ts";
export { createRunFolder, type RunFolderOptions } from "./run-folder.ts";
