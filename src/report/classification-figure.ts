// The picture of a classification report: a line for each class, a bar for its F1. Knows the report's
// numbers, not where they come from.

import type { ClassificationReport, ReportScores } from "../assess/classification-report.ts";
import { requireRecord } from "../core/option.ts";
import { figure, textAt, tint } from "./figure.ts";
import { oneLine, shorten } from "./markup.ts";
import { formatCount, formatRate } from "./numbers.ts";
import { light } from "./palette.ts";

const heading = 72;
const lineHeight = 24;
const nameWidth = 190;
const columnWidth = 84;
const barWidth = 160;
const longestName = 26;

/**
 * A classification report as the text of an SVG file: precision, recall, F1 and support of every
 * class, then their averages. Scores that are not defined are a dash.
 *
 * @example classificationSvg(classificationReport(labels, predictions))
 */
export function classificationSvg(report: ClassificationReport): string {
  const what = "classificationSvg: The report cannot be used.";
  const needed = ["classes", "macroAverage", "weightedAverage"];
  requireRecord(what, report, needed, "what classificationReport returns");
  const { classes, accuracy, microAverage, macroAverage, weightedAverage } = report;
  const averages: readonly (readonly [string, ReportScores])[] = [
    ...(microAverage === undefined ? [] : [["micro average", microAverage] as const]),
    ["macro average", macroAverage],
    ["weighted average", weightedAverage],
  ];
  const title =
    accuracy === undefined
      ? "Classification report"
      : `Classification report: ${formatRate(accuracy)} correct`;
  const examples = formatCount(macroAverage.support);
  const subtitle = `${examples} examples in ${formatCount(classes.length)} classes`;
  const firstAverage = heading + classes.length * lineHeight + 12;
  const parts = [
    textAt(20, 30, title, { size: 16, bold: true }),
    textAt(20, 49, subtitle, { muted: true }),
    ...["precision", "recall", "F1", "support"].map((name, column) =>
      textAt(columnAt(column), heading, name, { muted: true }),
    ),
    ...classes.flatMap(({ name, ...scores }, i) =>
      line(name, scores, heading + (i + 1) * lineHeight),
    ),
    ...averages.flatMap(([name, scores], i) =>
      line(name, scores, firstAverage + (i + 1) * lineHeight),
    ),
  ];
  return figure({
    width: columnAt(4) + barWidth + 20,
    height: firstAverage + averages.length * lineHeight + 24,
    label: `${title}, ${subtitle}`,
    parts,
  });
}

function columnAt(column: number): number {
  return 20 + nameWidth + column * columnWidth;
}

function line(name: string, { precision, recall, f1, support }: ReportScores, y: number): string[] {
  const cells = [formatRate(precision), formatRate(recall), formatRate(f1), formatCount(support)];
  return [
    textAt(20, y, shorten(oneLine(name), longestName)),
    ...cells.map((cell, column) => textAt(columnAt(column), y, cell)),
    bar(columnAt(4), y - 11, Number.isFinite(f1) ? f1 : 0),
  ];
}

function bar(x: number, y: number, share: number): string {
  const width = (barWidth * Math.min(Math.max(share, 0), 1)).toFixed(1);
  const place = `x="${x}" y="${y}" width="${width}" height="14"`;
  return `<rect ${place} fill="${light.blue}" class="${tint.blue.fill}"/>\n`;
}
