// The picture of a calibration: the accuracy of predictions by their confidence, above how many there are of each.

import * as Plot from "@observablehq/plot";
import type { Calibration, CalibrationBin } from "../assess/calibration.ts";
import { requireRecord } from "../core/option.ts";
import { figure, textAt, tint } from "./figure.ts";
import { formatCount, formatMeasure, formatRate, formatRateTick } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";

const width = 540;
const heading = 60;
const side = 400;
const countsHeight = 130;
const margin = { top: 8, right: 24, left: 72 } as const;

/**
 * A reliability diagram: how many predictions of each confidence are right, and how many there are.
 *
 * @example await writeFile("calibration.svg", calibrationFigure(calibration(labels, probabilities)).svg);
 */
export function calibrationFigure(found: Calibration): ReportFigure {
  const what = "calibrationFigure: The calibration cannot be used.";
  requireRecord(what, found, ["bins", "expectedError"], "what calibration returns");
  const { bins, expectedError, largestError, brierScore, count } = found;
  const subtitle =
    `expected calibration error ${formatMeasure(expectedError)}, largest ${formatMeasure(largestError)}, ` +
    `Brier score ${formatMeasure(brierScore)}`;
  const alternative = `Calibration of ${formatCount(count)} predictions: ${subtitle}. ${tendencyOf(found)}`;
  const svg = figure({
    width,
    height: heading + side + countsHeight,
    label: alternative,
    parts: [
      textAt(20, 30, "Calibration", { size: 16, bold: true }),
      textAt(20, 49, subtitle, { muted: true }),
      plotAt(0, heading, accuracyPlot(bins)),
      plotAt(0, heading + side, countPlot(bins)),
    ],
  });
  const table = {
    columns: ["confidence", "images", "mean confidence", "accuracy"],
    rows: bins.map(({ from, to, count: images, confidence, accuracy }) => [
      `${formatRate(from)} to ${formatRate(to)}`,
      formatCount(images),
      formatRate(confidence),
      formatRate(accuracy),
    ]),
  };
  return { name: "calibration", svg, alternative, table, reference: references.calibration };
}

/** Whether the model claims more than it keeps. */
function tendencyOf({ bins, count, expectedError }: Calibration): string {
  const excess = bins.reduce(
    (sum, bin) => sum + ((bin.confidence - bin.accuracy) * bin.count) / count,
    0,
  );
  if (Math.abs(excess) < Math.max(0.005, expectedError / 4)) {
    return "On the whole, the model is as confident as it is right.";
  }
  const points = formatRate(Math.abs(excess));
  return excess > 0
    ? `The model is overconfident: its confidence is ${points} above its accuracy.`
    : `The model is underconfident: its confidence is ${points} below its accuracy.`;
}

const diagonal = [0, 1].map((at) => ({ confidence: at, accuracy: at }));

function accuracyPlot(bins: readonly CalibrationBin[]): Plot.PlotOptions {
  const place = { x: "confidence", y: "accuracy" };
  const gap = { x: "confidence", y1: "confidence", y2: "accuracy" };
  return {
    width,
    height: side,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: 24,
    marginLeft: margin.left,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
      Plot.gridX({ ticks: 5, strokeOpacity: 0.12 }),
      Plot.axisY({
        ticks: 5,
        tickFormat: formatRateTick,
        tickSize: 0,
        label: null,
        fillOpacity: 0.75,
      }),
      Plot.axisX({ ticks: 5, tickFormat: () => "", tickSize: 4, label: null }),
      Plot.text(["share that is right"], {
        frameAnchor: "left",
        textAnchor: "middle",
        dx: 16 - margin.left,
        rotate: -90,
        fillOpacity: 0.75,
      }),
      Plot.line(diagonal, {
        ...place,
        stroke: light.muted,
        strokeDasharray: "2 4",
        className: tint.muted.stroke,
      }),
      Plot.ruleX(bins, {
        ...gap,
        stroke: light.vermilion,
        strokeWidth: 4,
        strokeOpacity: 0.55,
        className: tint.vermilion.stroke,
      }),
      Plot.line(bins, {
        ...place,
        stroke: light.blue,
        strokeWidth: 2,
        className: tint.blue.stroke,
      }),
      Plot.dot(bins, {
        ...place,
        fill: light.blue,
        r: 4,
        className: tint.blue.fill,
        title: ({ confidence, accuracy, count }: CalibrationBin) =>
          `${formatCount(count)} predictions with a confidence of ${formatRate(confidence)}: ${formatRate(accuracy)} right`,
      }),
    ],
  };
}

function countPlot(bins: readonly CalibrationBin[]): Plot.PlotOptions {
  return {
    width,
    height: countsHeight,
    marginTop: 4,
    marginRight: margin.right,
    marginBottom: 48,
    marginLeft: margin.left,
    x: { domain: [0, 1] },
    y: { domain: [0, Math.max(...bins.map(({ count }) => count), 1)] },
    marks: [
      Plot.axisX({
        ticks: 5,
        tickFormat: formatRateTick,
        tickSize: 4,
        label: null,
        fillOpacity: 0.75,
      }),
      Plot.axisY({
        ticks: 2,
        tickFormat: formatCount,
        tickSize: 0,
        label: null,
        fillOpacity: 0.75,
      }),
      Plot.text(["confidence of the prediction"], {
        frameAnchor: "bottom",
        dy: 36,
        fillOpacity: 0.75,
      }),
      Plot.rect(bins, {
        x1: "from",
        x2: "to",
        y1: 0,
        y2: "count",
        inset: 1,
        fill: light.muted,
        className: tint.muted.fill,
        title: ({ count }: CalibrationBin) => `${formatCount(count)} predictions`,
      }),
      Plot.ruleY([0], { strokeOpacity: 0.35 }),
    ],
  };
}
