// The pictures of thresholds: what one does to a class, and how many predictions remain above a confidence.

import type { ConfidenceRow, ThresholdRow } from "../assess/thresholds.ts";
import { requireList } from "../core/option.ts";
import { type ChartLine, lineChartSvg } from "./line-chart.ts";
import { formatCount, formatMeasure, formatRate, formatRateTick, formatTick } from "./numbers.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";

const x = (label: string) => ({ label, domain: [0, 1] as const, format: formatTick });
const y = { label: "share", domain: [0, 1] as const, format: formatRateTick };

/** The points of a column that are numbers. */
function pointsOf<Row extends { readonly threshold: number }>(
  rows: readonly Row[],
  shareOf: (row: Row) => number,
) {
  return rows
    .map((row) => ({ x: row.threshold, y: shareOf(row) }))
    .filter((point) => Number.isFinite(point.y));
}

/**
 * Precision, recall and F1 of a class by the threshold.
 *
 * @param className The class that counts as yes.
 * @example thresholdFigure(thresholdTable(labels, probabilities), "dog").svg
 */
export function thresholdFigure(rows: readonly ThresholdRow[], className: string): ReportFigure {
  requireList("thresholdFigure: The rows cannot be used.", rows, "what thresholdTable returns");
  const lines: ChartLine[] = [
    { name: "precision", points: pointsOf(rows, (row) => row.precision), color: "blue" },
    {
      name: "recall",
      points: pointsOf(rows, (row) => row.recall),
      color: "vermilion",
      dash: "7 4",
    },
    { name: "F1", points: pointsOf(rows, (row) => row.f1), color: "green", dash: "2 3" },
  ];
  const best = rows
    .filter(({ f1 }) => Number.isFinite(f1))
    .reduce((a, b) => (b.f1 > (a?.f1 ?? -1) ? b : a), undefined as ThresholdRow | undefined);
  const subtitle =
    best === undefined
      ? `class ${className}`
      : `class ${className}: F1 is highest, ${formatMeasure(best.f1)}, at a threshold of ${formatTick(best.threshold)}`;
  const alternative = `Precision, recall and F1 by the threshold, ${subtitle}.`;
  const svg = lineChartSvg({
    title: "Thresholds",
    subtitle,
    alternative,
    x: x(`threshold on the probability of ${className}`),
    y,
    lines,
  });
  const table = {
    columns: [
      "threshold",
      "true positives",
      "false positives",
      "false negatives",
      "true negatives",
      "precision",
      "recall",
      "specificity",
      "F1",
    ],
    rows: rows.map((row) => [
      formatTick(row.threshold),
      ...[row.truePositives, row.falsePositives, row.falseNegatives, row.trueNegatives].map(
        formatCount,
      ),
      ...[row.precision, row.recall, row.specificity, row.f1].map(formatRate),
    ]),
  };
  return { name: "thresholds", svg, alternative, table, reference: references.thresholds };
}

/**
 * How many predictions remain above a confidence, and how many of them are right.
 *
 * @example confidenceFigure(confidenceTable(labels, probabilities)).svg
 */
export function confidenceFigure(rows: readonly ConfidenceRow[]): ReportFigure {
  requireList("confidenceFigure: The rows cannot be used.", rows, "what confidenceTable returns");
  const lines: ChartLine[] = [
    { name: "right among them", points: pointsOf(rows, (row) => row.accuracy), color: "blue" },
    {
      name: "predictions kept",
      points: pointsOf(rows, (row) => row.coverage),
      color: "vermilion",
      dash: "7 4",
    },
  ];
  const [first] = rows;
  const high = rows.findLast(({ coverage }) => coverage >= 0.5);
  const subtitle =
    high === undefined
      ? "predictions by their confidence"
      : `above ${formatTick(high.threshold)}: ${formatRate(high.coverage)} of the predictions, ` +
        `${formatRate(high.accuracy)} of them right (all: ${formatRate(first.accuracy)})`;
  const alternative = `Accuracy and share of predictions above a confidence, ${subtitle}.`;
  const svg = lineChartSvg({
    title: "Confidence thresholds",
    subtitle,
    alternative,
    x: x("least confidence of a prediction"),
    y,
    lines,
  });
  const table = {
    columns: ["least confidence", "predictions kept", "right among them"],
    rows: rows.map(({ threshold, coverage, accuracy }) => [
      formatTick(threshold),
      formatRate(coverage),
      formatRate(accuracy),
    ]),
  };
  return { name: "confidence", svg, alternative, table, reference: references.confidence };
}
