// The door of report/: what people look at after training. Pictures are drawn here; the numbers in them
// come from assess/.

export * from "../assess/index.ts";
export {
  type ArchitecturesOptions,
  architecturesFigure,
  type ComparedArchitecture,
} from "./architectures-figure.ts";
export { calibrationFigure } from "./calibration-figure.ts";
export { classificationSvg } from "./classification-figure.ts";
export { classificationSections, type Evaluation } from "./classification-sections.ts";
export { confusionSvg } from "./confusion-figure.ts";
export type { CellPictures } from "./confusion-section.ts";
export { curvesSvg } from "./curves.ts";
export { type EmbeddingFigureOptions, embeddingFigure } from "./embedding-figure.ts";
export {
  type ExplainedMap,
  type ExplainedPicture,
  type ExplanationContent,
  explanationPage,
} from "./explanation-page.ts";
export { historyCsv, writeHistoryCsv } from "./history-csv.ts";
export type { DuplicateImages, PredictedImage } from "./image-sections.ts";
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
export { gainFigure, liftFigure, precisionRecallFigure, rocFigure } from "./ranking-figures.ts";
export { references } from "./references.ts";
export type { DataTable, Reference, ReportFigure } from "./report-figure.ts";
export {
  type Headline,
  makeReport,
  type Report,
  type ReportContent,
  reportPage,
} from "./report-page.ts";
export { confusionFigure, historyFigure } from "./run-figures.ts";
export { createRunFolder, type RunFolderOptions } from "./run-folder.ts";
export { type RunRecord, type RunResult, type RunsPageOptions, runsPage } from "./runs-page.ts";
export { figureSection, type ReportSection } from "./section.ts";
export { confidenceFigure, thresholdFigure } from "./threshold-figure.ts";
