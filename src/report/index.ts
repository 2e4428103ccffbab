// The door of report/: what people look at after training. Pictures are drawn here; the numbers in them
// come from assess/.

export * from "../assess/index.ts";
export { classificationSvg } from "./classification-figure.ts";
export { confusionSvg } from "./confusion-figure.ts";
export { curvesSvg } from "./curves.ts";
export {
  type ExplainedMap,
  type ExplainedPicture,
  type ExplanationContent,
  explanationPage,
} from "./explanation-page.ts";
export { historyCsv, writeHistoryCsv } from "./history-csv.ts";
export { backwardSvg, convolutionSvg } from "./lessons/convolution-figure.ts";
export { featuresSvg, filtersSvg, networkSvg } from "./lessons/inside-figure.ts";
export { poolingSvg } from "./lessons/pooling-figure.ts";
export { receptiveFieldSvg } from "./lessons/receptive-field-figure.ts";
export {
  kernelsSvg,
  type SheetOptions,
  type SheetPicture,
  sheetSvg,
} from "./lessons/sheet-figure.ts";
export { lrFindSvg } from "./lr-find-figure.ts";
export { type PlotModelOptions, plotModel } from "./plot-model.ts";
export { type Evaluation, type Headline, type ReportContent, reportPage } from "./report-page.ts";
export type { PredictedImage } from "./report-sections.ts";
export { createRunFolder, type RunFolderOptions } from "./run-folder.ts";
