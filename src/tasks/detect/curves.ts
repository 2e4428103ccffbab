// The curves of precision and recall of a detector, one for each class.

import { seriesColors } from "../../report/figure.ts";
import { lineChartSvg } from "../../report/line-chart.ts";
import { formatRate, formatRateTick } from "../../report/numbers.ts";
import type { ReportFigure } from "../../report/report-figure.ts";
import type { VocScores } from "../../vision/metrics/voc.ts";

/** More lines than colours cannot be told apart. */
const mostLines = seriesColors.length;

/** Precision by recall at IoU 0.5, as the surest detections come first; the classes with the most objects. */
export function precisionRecallFigure(
  { ap, perClass }: VocScores,
  classNames: readonly string[],
): ReportFigure {
  const classes = perClass
    .map((one, label) => ({ ...one, name: classNames[label] ?? String(label) }))
    .filter(({ count }) => count > 0);
  const shown = classes.toSorted((a, b) => b.count - a.count).slice(0, mostLines);
  const lines = shown.map(({ name, ap: area, precision, recall }, i) => ({
    name,
    note: formatRate(area),
    points: Array.from(recall, (x, at) => ({ x, y: precision[at] })),
    color: seriesColors[i],
  }));
  const rest = classes.length - shown.length;
  const share = { domain: [0, 1] as const, format: formatRateTick };
  return {
    name: "precision-recall",
    svg: lineChartSvg({
      title: "Precision and recall",
      subtitle: `IoU of at least 0.5; mean average precision ${formatRate(ap)}${rest > 0 ? `; ${rest} more classes` : ""}`,
      alternative: `Precision by recall of ${shown.map(({ name }) => name).join(", ")}`,
      x: { label: "recall", ...share },
      y: { label: "precision", ...share },
      lines,
    }),
    alternative: `Mean average precision ${formatRate(ap)} at IoU 0.5.`,
    table: {
      columns: ["class", "average precision", "objects"],
      rows: classes.map(({ name, ap: area, count }) => [name, formatRate(area), String(count)]),
    },
    reference: {
      title: "Precision and recall",
      shows:
        "Detections are taken from the surest down: how many of them are right (precision), and how many of all objects " +
        "they have found (recall).",
      misleads:
        "A detection is right from an IoU of 0.5 on, so boxes may be loose. A class with few objects has a ragged curve.",
      paper: "Everingham et al., “The Pascal Visual Object Classes Challenge”, IJCV 2010",
    },
  };
}
