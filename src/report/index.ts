// The door of report/: what people look at after training. Floor 7.

export { confusionSvg } from "./confusion-figure.ts";
export {
  accuracyOf,
  type ClassScore,
  type Confusion,
  type ConfusionMatrix,
  classScores,
  confusionMatrix,
  mostConfused,
} from "./confusion-matrix.ts";
export { curvesSvg } from "./curves.ts";
export { historyCsv, writeHistoryCsv } from "./history-csv.ts";
export { lrFindSvg } from "./lr-find-figure.ts";
export { type PlotModelOptions, plotModel } from "./plot-model.ts";
export { type Evaluation, type Headline, type ReportContent, reportPage } from "./report-page.ts";
export type { MisreadImage } from "./report-sections.ts";
export { createRunFolder, type RunFolderOptions } from "./run-folder.ts";
