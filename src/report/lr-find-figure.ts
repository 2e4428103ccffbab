// The curve of a search for a learning rate: the loss over rates that rise, and the rates that it
// suggests. Knows the numbers, and not how they were found.

import * as Plot from "@observablehq/plot";
import { requireRecord } from "../core/option.ts";
import type { LrFindResult } from "../train/lr-find.ts";
import type { RateSuggestions } from "../train/suggest-rates.ts";
import { figure, textAt, tint } from "./figure.ts";
import { formatMeasure, formatTick } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";

const width = 720;
const height = 400;
const heading = 60;
const margin = { top: 8, right: 168, bottom: 52, left: 62 } as const;
const lineHeight = 24;

/** Each way to read the curve has a sign of its own. */
const signs = {
  valley: { symbol: "circle", character: "●" },
  steep: { symbol: "triangle", character: "▲" },
  minimum: { symbol: "square", character: "■" },
  slide: { symbol: "diamond", character: "◆" },
} as const satisfies Record<keyof RateSuggestions, object>;

/** Points at the end, where the loss shoots up, that would flatten all others. */
const hiddenPoints = 5;

interface Point {
  readonly rate: number;
  readonly loss: number;
}

/**
 * The loss over the learning rate, on a logarithmic scale, as the text of an SVG file. Signs on the
 * curve show the suggested rates.
 *
 * @example await writeFile("lr-find.svg", lrFindSvg(await lrFind(model, train)));
 */
export function lrFindSvg(result: LrFindResult): string {
  const what = "lrFindSvg: The result cannot be used.";
  requireRecord(what, result, ["learningRates", "losses"], "what lrFind returns");
  const { learningRates, losses, suggestions } = result;
  const all = learningRates.map((rate, i): Point => ({ rate, loss: losses[i] }));
  const points = all.length > 2 * hiddenPoints ? all.slice(0, -hiddenPoints) : all;
  const label = `Loss of ${all.length} steps with rising learning rates`;
  if (points.length < 2) {
    const note = "The loss rose at once: there is no curve to show.";
    const parts = [textAt(20, 40, note, { size: 14, muted: true })];
    return figure({ width, height: 80, label, parts });
  }
  const place = { x: "rate", y: "loss" };
  const line = { stroke: light.blue, strokeWidth: 2, className: tint.blue.stroke };
  const plot = plotAt(0, heading, {
    width,
    height: height - heading,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { type: "log", domain: [points[0].rate, points[points.length - 1].rate] },
    y: { domain: rangeOf(points) },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
      Plot.gridX({ ticks: powersWithin(points), strokeOpacity: 0.12 }),
      Plot.axisY({ ticks: 5, tickFormat: formatTick, tickSize: 0, label: null, fillOpacity: 0.75 }),
      Plot.axisX({
        ticks: powersWithin(points),
        tickFormat: formatTick,
        label: null,
        tickSize: 4,
        fillOpacity: 0.75,
      }),
      Plot.text(["learning rate"], { frameAnchor: "bottom", dy: 38, fillOpacity: 0.75 }),
      Plot.lineY(points, { ...place, ...line }),
      ...signMarks(points, suggestions),
    ],
  });
  const subtitle = suggestions
    ? `${all.length} steps; suggested learning rate (valley): ${formatMeasure(suggestions.valley)}`
    : `${all.length} steps, too few to suggest a learning rate`;
  const parts = [
    textAt(20, 30, "Loss by learning rate", { size: 16, bold: true }),
    textAt(20, 49, subtitle, { muted: true }),
    plot,
    ...legend(suggestions),
  ];
  return figure({ width, height, label, parts });
}

/** From just below the lowest loss to just above the highest. */
function rangeOf(points: readonly Point[]): [number, number] {
  const losses = points.map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const room = high > low ? 0.06 * (high - low) : Math.max(0.1 * Math.abs(high), 1e-6);
  return [low - room, high + room];
}

/** 1e-7, 1e-6, … */
function powersWithin(points: readonly Point[]): number[] {
  const first = Math.ceil(Math.log10(points[0].rate) - 1e-9);
  const last = Math.floor(Math.log10(points[points.length - 1].rate) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`));
}

/** The loss at a rate, in a straight line between its neighbours on the logarithmic scale. */
function lossAt(points: readonly Point[], rate: number): number {
  const after = points.findIndex((point) => point.rate >= rate);
  if (after <= 0) return after === 0 ? points[0].loss : points[points.length - 1].loss;
  const [a, b] = [points[after - 1], points[after]];
  const share = Math.log(rate / a.rate) / Math.log(b.rate / a.rate);
  return a.loss + share * (b.loss - a.loss);
}

function entriesOf(suggestions: RateSuggestions): [keyof typeof signs, number][] {
  const names = Object.keys(signs) as (keyof typeof signs)[];
  return names.map((name) => [name, suggestions[name]]);
}

function signMarks(
  points: readonly Point[],
  suggestions: RateSuggestions | undefined,
): Plot.Markish[] {
  if (suggestions === undefined) return [];
  return entriesOf(suggestions).map(([name, rate]) =>
    Plot.dot([{ rate, loss: lossAt(points, rate) }], {
      x: "rate",
      y: "loss",
      symbol: signs[name].symbol,
      fill: light.vermilion,
      r: 6,
      className: tint.vermilion.fill,
      title: () => `${name}: ${formatMeasure(rate)}`,
    }),
  );
}

/** The signs with their names and rates, right of the curve. */
function legend(suggestions: RateSuggestions | undefined): string[] {
  if (suggestions === undefined) return [];
  const left = width - margin.right + 20;
  return entriesOf(suggestions).flatMap(([name, rate], i) => {
    const y = heading + margin.top + 16 + i * lineHeight;
    const value = formatMeasure(rate);
    return [
      `<g fill="${light.vermilion}" class="${tint.vermilion.fill}">` +
        `${textAt(left, y, signs[name].character, { size: 14 })}</g>\n`,
      textAt(left + 20, y, name, { bold: true }),
      textAt(left + 90, y, value),
    ];
  });
}
