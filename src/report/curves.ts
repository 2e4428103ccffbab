// The learning curves of a run: one panel for each metric, training and validation in each. Knows epoch records,
// and not whether the run is over.

import * as Plot from "@observablehq/plot";
import { type Directions, directionOf } from "../assess/directions.ts";
import { bestEpoch, requireEpochs, validationPrefix } from "../assess/epoch-metrics.ts";
import { requireOptions } from "../core/option.ts";
import type { EpochRecord } from "../train/events.ts";
import { figure, textAt, tint } from "./figure.ts";
import { isRate, metricsOf, titleOf } from "./metric-names.ts";
import { formatMeasure, formatRate, formatRateTick, formatTick } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";

const panelWidth = 540;
const panelHeight = 348;
const panelsInRow = 2;
const heading = 56;
const margin = { top: 8, right: 136, bottom: 52, left: 62 } as const;

/** The name of the number that is no metric, and has a panel all the same. */
const learningRate = "learning_rate";

/** Up to this many epochs every one has a dot. */
const mostDots = 40;

/** Options of `curvesSvg`. */
export interface CurvesOptions {
  /**
   * Which way each number improves, as `directionsOf(model)` gives it. Default: that of Fovea's metrics with
   * these names.
   */
  readonly directions?: Directions;
}

/** What all panels show. */
interface PlottedRun {
  readonly history: readonly EpochRecord[];
  readonly directions: Directions | undefined;
}

/** Training or validation, over the epochs; values that are not finite are left out. */
interface Line {
  readonly role: "training" | "validation" | "rate";
  readonly key: string;
  readonly color: "blue" | "vermilion";
  readonly points: readonly Point[];
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

type Range = readonly [low: number, high: number];

/**
 * The learning curves as the text of an SVG file: the loss, then every metric that `history`
 * names, two panels a row. A ring marks the best validation epoch. Values that are not finite
 * leave a gap and a note.
 *
 * @example await writeFile("curves.svg", curvesSvg(history.epochs));
 */
export function curvesSvg(history: readonly EpochRecord[], options: CurvesOptions = {}): string {
  requireEpochs("curvesSvg", history);
  requireOptions("curvesSvg", options, "history.epochs, { directions: directionsOf(model) }");
  const metrics = [...metricsOf(history), ...(rateChanges(history) ? [learningRate] : [])];
  const run = { history: history.map(withoutOverflow), directions: options.directions };
  if (metrics.length === 0) return emptyFigure();
  const columns = Math.min(metrics.length, panelsInRow);
  const rows = Math.ceil(metrics.length / panelsInRow);
  const parts = metrics.map((metric, i) => {
    const x = (i % panelsInRow) * panelWidth;
    const y = Math.floor(i / panelsInRow) * panelHeight;
    return panel(metric, run, x, y);
  });
  return figure({
    width: columns * panelWidth,
    height: rows * panelHeight,
    label: `Learning curves over ${history.length} epochs: ${metrics.map(titleOf).join(", ")}`,
    parts,
  });
}

/** Whether there is a curve of learning rates to be seen: one that stays says nothing. */
function rateChanges(history: readonly EpochRecord[]): boolean {
  return new Set(history.flatMap(({ logs }) => logs[learningRate] ?? [])).size > 1;
}

/** Values so large that their distance is no number count as infinite; f32 holds none of them. */
function withoutOverflow(record: EpochRecord): EpochRecord {
  const limited = Object.entries(record.logs).map(([key, value]): [string, number] => [
    key,
    Math.abs(value) < 1e300 ? value : value * Infinity,
  ]);
  return { ...record, logs: Object.fromEntries(limited) };
}

function emptyFigure(): string {
  const note = "No epoch is finished yet.";
  const parts = [textAt(20, 40, note, { size: 14, muted: true })];
  return figure({ width: panelWidth, height: 80, label: note, parts });
}

/** Subnormal numbers are drawn as 0: ticks between them cannot be told apart. */
function drawable(value: number): number {
  return Math.abs(value) < 2 ** -1022 ? 0 : value;
}

function panel(metric: string, run: PlottedRun, x: number, y: number): string {
  const { history } = run;
  const lines = linesOf(metric, history);
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const title = textAt(x + 20, y + 30, titleOf(metric), { size: 16, bold: true });
  const subtitle = textAt(x + 20, y + 49, noteOn(metric, run, lines), { muted: true });
  const finite = values.filter(Number.isFinite).map(drawable);
  if (finite.length === 0) return title + subtitle;
  const range = rangeOf(finite, metric);
  const plot = plotAt(x, y + heading, {
    width: panelWidth,
    height: panelHeight - heading,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { domain: epochRange(history) },
    y: { domain: range },
    marks: [
      ...axes(metric, history, range),
      ...lines.flatMap((line) => lineMarks(line, metric, run)),
      ...endLabels(lines, metric, range),
    ],
  });
  return title + subtitle + plot;
}

function linesOf(metric: string, history: readonly EpochRecord[]): Line[] {
  const roles = [
    { role: metric === learningRate ? "rate" : "training", key: metric, color: "blue" },
    { role: "validation", key: validationPrefix + metric, color: "vermilion" },
  ] as const;
  return roles
    .map((role) => ({
      ...role,
      points: history
        .filter(({ logs }) => Object.hasOwn(logs, role.key))
        .map(({ epoch, logs }) => ({ epoch, value: logs[role.key] })),
    }))
    .filter(({ points }) => points.length > 0);
}

/** What the reader should know first: a number that is none, else the best epoch. */
function noteOn(
  metric: string,
  { history, directions }: PlottedRun,
  lines: readonly Line[],
): string {
  for (const { role, points } of lines) {
    const broken = points.find(({ value }) => !Number.isFinite(value));
    if (broken) return `${role} is ${formatBroken(broken.value)} in epoch ${broken.epoch}`;
  }
  const best = bestEpoch(history, validationPrefix + metric, directionOf(metric, directions));
  if (best === undefined || history.length < 2) return "";
  const value = formatValue(best.logs[validationPrefix + metric], metric);
  return `best validation ${value}, in epoch ${best.epoch}`;
}

function formatValue(value: number, metric: string): string {
  return isRate(metric) ? formatRate(value) : formatMeasure(value);
}

function formatBroken(value: number): string {
  return Number.isNaN(value) ? "NaN" : "infinite";
}

/** The vertical range: from 0 where the values come near it, and never past a rate's 0 and 1. */
function rangeOf(values: readonly number[], metric: string): Range {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.1, 1e-6);
  const bottom = low >= 0 && low < 0.35 * high && !isRate(metric) ? 0 : low - room;
  const top = high + room;
  if (isRate(metric) && low >= 0 && high <= 1) return [Math.max(bottom, 0), Math.min(top, 1)];
  return [low >= 0 ? Math.max(bottom, 0) : bottom, top];
}

function epochRange(history: readonly EpochRecord[]): Range {
  const first = history[0].epoch;
  const last = history[history.length - 1].epoch;
  return last > first ? [first, last] : [first - 0.5, first + 0.5];
}

/** At most eleven whole epochs, at steps of 1, 2, 5, 10, 20, ... */
function epochTicks(history: readonly EpochRecord[]): number[] {
  const first = history[0].epoch;
  const last = history[history.length - 1].epoch;
  let step = 1;
  for (let i = 0; (last - first) / step > 10; i++) step *= i % 3 === 1 ? 2.5 : 2;
  const start = step === 1 ? first : Math.ceil(first / step) * step;
  const ticks: number[] = [];
  for (let epoch = start; epoch <= last; epoch += step) ticks.push(epoch);
  return ticks;
}

function axes(metric: string, history: readonly EpochRecord[], range: Range): Plot.Markish[] {
  const ticks = epochTicks(history);
  const tickFormat = isRate(metric) ? formatRateTick : formatTick;
  return [
    Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
    Plot.axisY({ ticks: 5, tickFormat, tickSize: 0, label: null, fillOpacity: 0.75 }),
    Plot.axisX({ ticks, tickFormat: formatTick, label: null, tickSize: 4, fillOpacity: 0.75 }),
    Plot.text(["epoch"], { frameAnchor: "bottom", dy: 38, fillOpacity: 0.75 }),
    Plot.ruleY([range[0]], { strokeOpacity: 0.35 }),
  ];
}

function lineMarks(line: Line, metric: string, run: PlottedRun): Plot.Markish[] {
  const { history, directions } = run;
  const { color, role, key } = line;
  const points = line.points.map(({ epoch, value }) => ({
    epoch,
    value: Number.isFinite(value) ? drawable(value) : Number.NaN,
  }));
  const title = ({ epoch, value }: Point) =>
    `epoch ${epoch}: ${role} ${formatValue(value, metric)}`;
  const place = { x: "epoch", y: "value" };
  const marks: Plot.Markish[] = [
    Plot.lineY(points, {
      ...place,
      stroke: light[color],
      strokeWidth: 2,
      className: tint[color].stroke,
    }),
  ];
  if (history.length <= mostDots) {
    const look = { fill: light[color], r: 3, className: tint[color].fill };
    marks.push(Plot.dot(points, { ...place, ...look, title }));
  }
  const best =
    role === "validation" ? bestEpoch(history, key, directionOf(key, directions)) : undefined;
  if (best !== undefined && history.length > 1) {
    const ring = { stroke: light[color], strokeWidth: 1.5, r: 6, className: tint[color].stroke };
    marks.push(Plot.dot([{ epoch: best.epoch, value: best.logs[key] }], { ...place, ...ring }));
  }
  return marks;
}

/** Each line's name and last value, right of its end, kept from covering one another. */
function endLabels(lines: readonly Line[], metric: string, range: Range): Plot.Markish[] {
  const lineHeight = 17;
  const plotHeight = panelHeight - heading - margin.top - margin.bottom;
  const labels = lines.flatMap((line) => {
    const last = line.points.findLast(({ value }) => Number.isFinite(value));
    if (last === undefined) return [];
    const from = margin.top + ((range[1] - last.value) / (range[1] - range[0])) * plotHeight;
    return [{ line, last, from, y: from }];
  });
  labels.sort((a, b) => a.from - b.from);
  if (labels.length === 2) {
    const [upper, lower] = labels;
    const overlap = lineHeight - (lower.y - upper.y);
    if (overlap > 0) {
      upper.y -= overlap / 2;
      lower.y += overlap / 2;
    }
  }
  return labels.map(({ line, last, from, y }) => {
    const ended = line.points[line.points.length - 1].value;
    const value = Number.isFinite(ended) ? formatValue(ended, metric) : formatBroken(ended);
    const text = `${line.role} ${value}`;
    return Plot.text([text], {
      y: [last.value],
      frameAnchor: "right",
      textAnchor: "start",
      dx: 10,
      dy: y - from,
      fill: light[line.color],
      fontWeight: 600,
      className: tint[line.color].fill,
    });
  });
}
