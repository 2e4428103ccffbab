// The learning curves and the confusion matrix with everything that belongs to a figure: words, numbers, how to read them.

import { accuracyOf, type ConfusionMatrix, totalOf } from "../assess/confusion-matrix.ts";
import type { EpochRecord } from "../train/events.ts";
import { confusionSvg } from "./confusion-figure.ts";
import { type CurvesOptions, curvesSvg } from "./curves.ts";
import { oneLine } from "./markup.ts";
import { formatCount, formatDuration, formatMeasure, formatRate } from "./numbers.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";

/**
 * The learning curves of a run.
 *
 * @example const { svg, table } = historyFigure(history.epochs);
 */
export function historyFigure(
  history: readonly EpochRecord[],
  options: CurvesOptions = {},
): ReportFigure {
  const svg = curvesSvg(history, options);
  const names = [...new Set(history.flatMap(({ logs }) => Object.keys(logs)))];
  const table = {
    columns: ["epoch", ...names.map(oneLine), "time"],
    rows: history.map(({ epoch, logs, seconds }) => [
      String(epoch),
      ...names.map((name) => (name in logs ? formatMeasure(logs[name]) : "")),
      formatDuration(seconds),
    ]),
  };
  const last = history.at(-1);
  const ends =
    last === undefined
      ? ""
      : ` In the last, ${Object.entries(last.logs)
          .map(([name, value]) => `${oneLine(name)} is ${formatMeasure(value)}`)
          .join(", ")}.`;
  const alternative = `Learning curves over ${formatCount(history.length)} epochs.${ends}`;
  return { name: "curves", svg, alternative, table, reference: references.history };
}

/**
 * A confusion matrix as a figure.
 *
 * @throws ConfigError where there are not as many names as classes.
 * @example const { svg, table } = confusionFigure(matrix, ["cat", "dog"]);
 */
export function confusionFigure(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
): ReportFigure {
  const svg = confusionSvg(matrix, classNames);
  const names = Array.from(classNames, (name) => oneLine(String(name)));
  const table = {
    columns: ["true class", ...names],
    rows: matrix.counts.map((row, i) => [names[i], ...row.map(formatCount)]),
  };
  const total = totalOf(matrix);
  const rate = total === 0 ? "" : `, ${formatRate(accuracyOf(matrix))} of them right`;
  const alternative = `Confusion matrix of ${formatCount(total)} images in ${formatCount(names.length)} classes${rate}.`;
  return { name: "confusion-matrix", svg, alternative, table, reference: references.confusion };
}
