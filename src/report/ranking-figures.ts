// The pictures of how well probabilities rank: ROC, precision and recall, cumulative gain and lift. They know curves, and
// not where those come from.

import type { GainPoint, PrecisionRecallCurves, RocCurves } from "../assess/ranking-curves.ts";
import { requireList, requireRecord } from "../core/option.ts";
import { type ChartLine, type LinePoint, lineChartSvg } from "./line-chart.ts";
import { formatCount, formatMeasure, formatRateTick, formatTick } from "./numbers.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";

const unit = [0, 1] as const;
const rateAxis = (label: string) => ({ label, domain: unit, format: formatRateTick });
const dashes = ["7 4", "2 3", "9 3 2 3"] as const;

/** A curve of one class. */
interface ClassCurve {
  readonly name: string;
  /** What it is judged by; NaN where there is none. */
  readonly value: number;
  readonly points: readonly LinePoint[];
}

/** The worst classes are named; the others are thin and can be pointed at. */
function classLines(curves: readonly ClassCurve[]): ChartLine[] {
  const drawn = curves.filter(({ points }) => points.length > 0);
  const worst = new Set(drawn.toSorted((a, b) => a.value - b.value).slice(0, dashes.length));
  const quiet = drawn
    .filter((curve) => !worst.has(curve))
    .map(({ name, points }): ChartLine => {
      return { name, points, color: "muted", strokeWidth: 1, isNamed: false };
    });
  const named = [...worst].map(({ name, value, points }, i): ChartLine => {
    const note = formatMeasure(value);
    return { name, note, points, color: "vermilion", dash: dashes[i], strokeWidth: 1.75 };
  });
  return [...quiet, ...named];
}

function namesFor(classNames: readonly string[], count: number): string[] {
  requireList("The names of the classes cannot be used.", classNames, "a list of names");
  return Array.from({ length: count }, (_, i) => classNames[i] ?? `class ${i}`);
}

/** What most of a legend says. */
const worstNote = (count: number) =>
  count > dashes.length
    ? `the ${dashes.length} classes with the lowest values are named`
    : "each class against the rest";

/**
 * The ROC curves of all classes, and their averages.
 *
 * @example await writeFile("roc.svg", rocFigure(rocCurves(labels, probabilities), classNames).svg);
 */
export function rocFigure(curves: RocCurves, classNames: readonly string[]): ReportFigure {
  const what = "rocFigure: The curves cannot be used.";
  requireRecord(what, curves, ["classes", "micro", "macro"], "what rocCurves returns");
  const { classes, micro, macro } = curves;
  const names = namesFor(classNames, classes.length);
  const pointsOf = ({ points }: typeof micro): LinePoint[] =>
    points.map((point) => ({ x: point.falsePositiveRate, y: point.truePositiveRate }));
  const lines = [
    ...classLines(
      classes.map((curve, i) => ({ name: names[i], value: curve.area, points: pointsOf(curve) })),
    ),
    {
      name: "micro average",
      note: formatMeasure(micro.area),
      points: pointsOf(micro),
      color: "green",
      dash: "12 3",
    },
    {
      name: "macro average",
      note: formatMeasure(macro.area),
      points: pointsOf(macro),
      color: "blue",
    },
  ] as const;
  const alternative =
    `ROC curves of ${formatCount(classes.length)} classes: area under the curve ${formatMeasure(macro.area)} ` +
    `(macro average), ${formatMeasure(micro.area)} (micro average).`;
  const svg = lineChartSvg({
    title: "ROC",
    subtitle: `area under the curve; ${worstNote(classes.length)}`,
    alternative,
    x: rateAxis("false positive rate: others taken for the class"),
    y: rateAxis("true positive rate: found of the class"),
    lines,
    guide: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
  });
  const table = {
    columns: ["class", "area under the curve"],
    rows: [
      ...classes.map(({ area }, i) => [names[i], formatMeasure(area)]),
      ["micro average", formatMeasure(micro.area)],
      ["macro average", formatMeasure(macro.area)],
    ],
  };
  return { name: "roc", svg, alternative, table, reference: references.roc };
}

/**
 * The curves of precision and recall of all classes.
 *
 * @example precisionRecallFigure(precisionRecallCurves(labels, probabilities), classNames).svg
 */
export function precisionRecallFigure(
  curves: PrecisionRecallCurves,
  classNames: readonly string[],
): ReportFigure {
  const what = "precisionRecallFigure: The curves cannot be used.";
  requireRecord(what, curves, ["classes", "micro"], "what precisionRecallCurves returns");
  const { classes, micro, macroAveragePrecision } = curves;
  const names = namesFor(classNames, classes.length);
  const pointsOf = ({ points }: typeof micro): LinePoint[] =>
    points.map((point) => ({ x: point.recall, y: point.precision }));
  const lines: ChartLine[] = [
    ...classLines(
      classes.map((curve, i) => {
        return { name: names[i], value: curve.averagePrecision, points: pointsOf(curve) };
      }),
    ),
    {
      name: "micro average",
      note: formatMeasure(micro.averagePrecision),
      points: pointsOf(micro),
      color: "blue",
    },
  ];
  const alternative =
    `Precision and recall of ${formatCount(classes.length)} classes: mean average precision ` +
    `${formatMeasure(macroAveragePrecision)} (macro), ${formatMeasure(micro.averagePrecision)} (micro).`;
  const svg = lineChartSvg({
    title: "Precision and recall",
    subtitle: `average precision; ${worstNote(classes.length)}`,
    alternative,
    x: rateAxis("recall: found of the class"),
    y: rateAxis("precision: right among the found"),
    lines,
    guide: [
      { x: 0, y: micro.prevalence },
      { x: 1, y: micro.prevalence },
    ],
  });
  const table = {
    columns: ["class", "average precision", "share of the images"],
    rows: [
      ...classes.map(({ averagePrecision, prevalence }, i) => [
        names[i],
        formatMeasure(averagePrecision),
        formatMeasure(prevalence),
      ]),
      ["micro average", formatMeasure(micro.averagePrecision), formatMeasure(micro.prevalence)],
      ["macro average", formatMeasure(macroAveragePrecision), ""],
    ],
  };
  const reference = references.precisionRecall;
  return { name: "precision-recall", svg, alternative, table, reference };
}

/** Shares of the images that tables list. */
const listedShares = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5];

/** The last point up to a share of the images. */
function pointAt(points: readonly GainPoint[], share: number): GainPoint | undefined {
  return points.findLast((point) => point.share <= share + 1e-9);
}

/** The gain curves of classes by number, `cumulativeGain` of each. */
type GainCurves = readonly (readonly GainPoint[])[];

/**
 * How much of each class is found among the images with its highest probabilities.
 *
 * @param curves By class number: what `cumulativeGain` returns.
 * @example gainFigure([0, 1].map((i) => cumulativeGain(labels, probabilities, i)), ["cat", "dog"]).svg
 */
export function gainFigure(curves: GainCurves, classNames: readonly string[]): ReportFigure {
  return gainOrLift("gain", curves, classNames);
}

/**
 * How many times as many images of each class are among those with its highest probabilities as in a random choice.
 *
 * @param curves By class number: what `cumulativeGain` returns.
 * @example liftFigure([0, 1].map((i) => cumulativeGain(labels, probabilities, i)), ["cat", "dog"]).svg
 */
export function liftFigure(curves: GainCurves, classNames: readonly string[]): ReportFigure {
  return gainOrLift("lift", curves, classNames);
}

function gainOrLift(
  name: "gain" | "lift",
  curves: GainCurves,
  classNames: readonly string[],
): ReportFigure {
  requireList(`${name}Figure: The curves cannot be used.`, curves, "what cumulativeGain returns");
  const names = namesFor(classNames, curves.length);
  const isGain = name === "gain";
  const classes = curves.map((points, i): ClassCurve => {
    const value = pointAt(points, 0.1)?.[name] ?? Number.NaN;
    return { name: names[i], value, points: points.map((at) => ({ x: at.share, y: at[name] })) };
  });
  const largest = Math.max(1, ...classes.flatMap(({ points }) => points.map(({ y }) => y)));
  const lines = classLines(classes);
  const tenth = classes.filter(({ value }) => Number.isFinite(value));
  const mean = tenth.reduce((sum, { value }) => sum + value, 0) / tenth.length;
  const format = isGain ? formatRateTick : formatTick;
  const reference = references[name];
  const alternative =
    `${reference.title} of ${formatCount(curves.length)} classes: among the tenth of the images with the highest ` +
    `probabilities, ${isGain ? "the share of the class that is found" : "the lift"} is ${formatMeasure(mean)} on average.`;
  const svg = lineChartSvg({
    title: reference.title,
    subtitle: `${name} in the first tenth of the images; ${worstNote(curves.length)}`,
    alternative,
    x: rateAxis("share of the images, the most probable first"),
    y: {
      label: isGain ? "share of the class that is found" : "times a random choice",
      domain: [0, isGain ? 1 : largest],
      format,
    },
    lines,
    guide: isGain
      ? [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ]
      : [
          { x: 0, y: 1 },
          { x: 1, y: 1 },
        ],
  });
  const table = {
    columns: ["class", ...listedShares.map((share) => `first ${formatRateTick(share)}`)],
    rows: curves.map((points, i) => [
      names[i],
      ...listedShares.map((share) => formatMeasure(pointAt(points, share)?.[name] ?? Number.NaN)),
    ]),
  };
  return { name, svg, alternative, table, reference };
}
