// The picture of an embedding: one point for each image, in the colour and sign of its class.

import type { Embedding } from "../assess/embedding.ts";
import { ConfigError } from "../core/errors.ts";
import { requireRecord } from "../core/option.ts";
import { figure, textAt } from "./figure.ts";
import { oneLine } from "./markup.ts";
import { formatCount, formatMeasure, formatRate } from "./numbers.ts";
import { plotAt } from "./plot.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";
import { type GroupSign, groupMark, signLegend, signOf } from "./scatter.ts";

const width = 760;
const heading = 60;
const side = 540;
const lineHeight = 20;
/** Classes that have a sign of their own; the others share one. */
const mostNamed = 24;
const others: GroupSign = { color: "muted", symbol: "circle" };

/** Options of `embeddingFigure`. */
export interface EmbeddingFigureOptions {
  /** `[N]`: the class of each point. */
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
  /** What each point is, such as the name of a file. Default: its number. */
  readonly names?: readonly string[];
}

/**
 * Images as points, each in the colour and sign of its class.
 *
 * @throws ConfigError where there is not one label for each point.
 * @example embeddingFigure(await embedding(features), { labels, classNames }).svg
 */
export function embeddingFigure(found: Embedding, options: EmbeddingFigureOptions): ReportFigure {
  const what = "embeddingFigure: The embedding cannot be used.";
  requireRecord(what, found, ["method", "points"], "what embedding returns");
  const { method, points, shares } = found;
  const { labels, classNames, names } = options;
  const [count] = points.shape;
  if (labels.length !== count) {
    throw new ConfigError({
      what: "The embedding needs a label for every point.",
      expected: `${count} labels`,
      received: String(labels?.length),
    });
  }
  const groups = groupsOf(labels);
  const nameOf = (label: number) => oneLine(classNames[label] ?? `class ${label}`);
  const shown = groups.map(({ label, rows }, i) => ({
    label,
    sign: i < mostNamed ? signOf(i) : others,
    points: rows.map((row) => ({
      x: points.data[2 * row],
      y: points.data[2 * row + 1],
      title: `${nameOf(label)}: ${names?.[row] ?? `image ${row}`}`,
    })),
  }));
  const named = shown.slice(0, mostNamed);
  const legend = signLegend(
    [...named.map(({ label }) => nameOf(label)), ...(shown.length > mostNamed ? ["others"] : [])],
    [...named.map(({ sign }) => sign), ...(shown.length > mostNamed ? [others] : [])],
    { x: side + 20, y: heading + 18, lineHeight },
  );
  const separation = separationOf(points.data, labels);
  const axes = shares === undefined ? "" : `, ${formatRate(shares[0] + shares[1])} of all variance`;
  const { title } = references[method];
  const subtitle = `${formatCount(count)} images; the nearest neighbour of ${formatRate(separation)} is of the same class${axes}`;
  const svg = figure({
    width,
    height: Math.max(heading + side + 20, heading + 40 + (named.length + 1) * lineHeight),
    label: `${title}: ${subtitle}`,
    parts: [
      textAt(20, 30, title, { size: 16, bold: true }),
      textAt(20, 49, subtitle, { muted: true }),
      plotAt(0, heading, {
        width: side,
        height: side,
        margin: 20,
        x: { axis: null, nice: true },
        y: { axis: null, nice: true },
        marks: shown.map(({ points: placed, sign }) =>
          groupMark(placed, sign, {
            r: count > 600 ? 2.2 : 3.2,
            opacity: 0.75,
            title: ({ title: own }) => own,
          }),
        ),
      }),
      plotAt(side + 20, heading + 8, legend.marks),
      ...legend.texts,
    ],
  });
  const table = {
    columns: ["class", "images", "mean x", "mean y"],
    rows: shown.map(({ label, points: placed }) => [
      nameOf(label),
      formatCount(placed.length),
      formatMeasure(placed.reduce((sum, { x }) => sum + x, 0) / placed.length),
      formatMeasure(placed.reduce((sum, { y }) => sum + y, 0) / placed.length),
    ]),
  };
  const alternative = `${title}: ${subtitle}.`;
  return { name: `embedding-${method}`, svg, alternative, table, reference: references[method] };
}

/** The rows of each class that occurs, by class number. */
function groupsOf(labels: ArrayLike<number>) {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const known = rows.get(labels[row]);
    if (known === undefined) rows.set(labels[row], [row]);
    else known.push(row);
  }
  return [...rows].map(([label, own]) => ({ label, rows: own })).sort((a, b) => a.label - b.label);
}

/** The share of points whose nearest neighbour has the same label. */
function separationOf(data: Float64Array, labels: ArrayLike<number>): number {
  let same = 0;
  for (let a = 0; a < labels.length; a++) {
    let [nearest, least] = [a, Number.POSITIVE_INFINITY];
    for (let b = 0; b < labels.length; b++) {
      const distance = (data[2 * a] - data[2 * b]) ** 2 + (data[2 * a + 1] - data[2 * b + 1]) ** 2;
      if (b !== a && distance < least) [nearest, least] = [b, distance];
    }
    if (labels[nearest] === labels[a]) same++;
  }
  return same / labels.length;
}
