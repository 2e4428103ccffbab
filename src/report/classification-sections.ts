// The parts of a report that say how well a classifier does. Each part appears where there is something to show.

import { calibration } from "../assess/calibration.ts";
import type { ConfusionMatrix } from "../assess/confusion-matrix.ts";
import { cumulativeGain, precisionRecallCurves, rocCurves } from "../assess/ranking-curves.ts";
import { confidenceTable, thresholdTable } from "../assess/thresholds.ts";
import type { Tensor } from "../core/tensor.ts";
import { calibrationFigure } from "./calibration-figure.ts";
import { confusionsSection, scoresSection } from "./class-sections.ts";
import { type CellPictures, cellLinks, confusionSection } from "./confusion-section.ts";
import {
  type DuplicateImages,
  labelErrorsSection,
  misclassifiedSection,
  nearDuplicatesSection,
  type PredictedImage,
  samplesSection,
  topLossesSection,
} from "./image-sections.ts";
import { gainFigure, liftFigure, precisionRecallFigure, rocFigure } from "./ranking-figures.ts";
import type { ReportFigure } from "./report-figure.ts";
import { figureSection, type ReportSection } from "./section.ts";
import { confidenceFigure, thresholdFigure } from "./threshold-figure.ts";

/** How the model does on data that it was not trained on. */
export interface Evaluation {
  /** What the data is called, as in "test accuracy". */
  readonly on: string;
  readonly matrix: ConfusionMatrix;
  /** In the order of the classes' numbers. */
  readonly classNames: readonly string[];
  /**
   * The true classes, `[N]`, and the probabilities, `[N, C]`: for calibration, thresholds, ROC, precision and recall, gain and
   * lift. Default: those parts are left out.
   */
  readonly scores?: { readonly labels: ArrayLike<number>; readonly probabilities: Tensor };
  /** Pictures of the cells of the confusion matrix. */
  readonly cells?: readonly CellPictures[];
  /** Some of the misclassified images; the page shows up to 60. */
  readonly misclassified?: readonly PredictedImage[];
  /** The images with the largest losses; the page shows up to 60. */
  readonly topLosses?: readonly PredictedImage[];
  /** What `embeddingFigure` made of the images. */
  readonly embeddings?: readonly ReportFigure[];
  /** Images whose label is in doubt, with what they probably are as their prediction; up to 60. */
  readonly labelErrors?: readonly PredictedImage[];
  /** Pairs of images that are nearly the same; up to 30. */
  readonly nearDuplicates?: readonly DuplicateImages[];
  /** Some of all images; the page shows up to 60. */
  readonly samples?: readonly PredictedImage[];
}

/**
 * Confusion matrix, scores, calibration, thresholds, curves and pictures, as parts of a report.
 *
 * @throws ConfigError where there are not as many names as classes; DataError where an image has no shape that can be shown.
 * @example reportPage({ title, history, sections: classificationSections(evaluation), args, summary })
 */
export function classificationSections(evaluation: Evaluation): readonly ReportSection[] {
  const { matrix, classNames, cells = [], embeddings = [] } = evaluation;
  const { misclassified = [], topLosses = [], samples = [] } = evaluation;
  const { labelErrors = [], nearDuplicates = [] } = evaluation;
  return [
    confusionSection(matrix, classNames, cells),
    scoresSection(matrix, classNames),
    confusionsSection(matrix, classNames, cellLinks(cells)),
    ...curveFigures(evaluation).map(figureSection),
    ...misclassifiedSection(misclassified, classNames),
    ...topLossesSection(topLosses, classNames),
    ...embeddings.map(figureSection),
    ...labelErrorsSection(labelErrors, classNames),
    ...nearDuplicatesSection(nearDuplicates, classNames),
    ...samplesSection(samples, classNames),
  ];
}

/** More classes make curves that nobody can tell apart, and take long. */
const mostCurves = 100;

/** The figures that follow from labels and probabilities alone. */
function curveFigures({ scores, classNames }: Evaluation): ReportFigure[] {
  if (scores === undefined || scores.labels.length === 0) return [];
  const { labels, probabilities } = scores;
  const classes = Math.max(2, probabilities.shape[1]);
  const thresholds =
    classes === 2
      ? thresholdFigure(thresholdTable(labels, probabilities), classNames[1])
      : confidenceFigure(confidenceTable(labels, probabilities));
  const figures = [calibrationFigure(calibration(labels, probabilities)), thresholds];
  if (classes > mostCurves) return figures;
  const gains = Array.from({ length: classes }, (_, i) => cumulativeGain(labels, probabilities, i));
  return [
    ...figures,
    rocFigure(rocCurves(labels, probabilities), classNames),
    precisionRecallFigure(precisionRecallCurves(labels, probabilities), classNames),
    gainFigure(gains, classNames),
    liftFigure(gains, classNames),
  ];
}
