// The picture of a confusion matrix: rows are true classes, columns predictions, and a cell is as strong
// as its share of the row. Knows counts and names, not where they come from.

import * as Plot from "@observablehq/plot";
import {
  accuracyOf,
  type ConfusionMatrix,
  requireMatrix,
  totalOf,
} from "../assess/confusion-matrix.ts";
import { ConfigError } from "../core/errors.ts";
import { requireList } from "../core/option.ts";
import { figure, textAt, tint } from "./figure.ts";
import { oneLine, shorten } from "./markup.ts";
import { formatCount, formatRate } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";

const heading = 64;
const legendHeight = 64;
const letterWidth = 6.9;
const longestName = 22;
const smallestNamedCell = 9;
/** Cells are at most so large, unless there are so few that the matrix would be tiny. */
const largestCell = 58;
const smallestMatrix = 300;

/** The legend's shares; the same fill as a cell of that share. */
const legendShares = [0.01, 0.05, 0.1, 0.25, 0.5, 1];

/** One cell that is not empty. */
interface Cell {
  readonly label: number;
  readonly prediction: number;
  readonly count: number;
  readonly share: number;
}

/** The sizes that follow from the number of classes and the length of their names. */
interface Layout {
  readonly cell: number;
  /** Whether the cells are large enough for the classes' names. */
  readonly named: boolean;
  readonly left: number;
  readonly bottom: number;
  /** The angle of the names below the columns, in degrees. */
  readonly angle: number;
  readonly fontSize: number;
}

/**
 * A confusion matrix as the text of an SVG file. Correct predictions are blue and wrong ones vermilion,
 * the stronger the larger their share of the row (by its square root, so that one per cent can be
 * seen). Counts are printed where the cells have room, names where there are up to 100 or so.
 *
 * @throws ConfigError where there are not as many names as classes.
 * @example confusionSvg(confusionMatrix(labels, predictions, 10), names);
 */
export function confusionSvg(matrix: ConfusionMatrix, classNames: readonly string[]): string {
  requireMatrix("confusionSvg", matrix);
  const classes = matrix.counts.length;
  const asked = `${classes} names, as in confusionSvg(matrix, ["cat", "dog"])`;
  requireList("confusionSvg: The names of the classes cannot be used.", classNames, asked);
  if (classNames.length !== classes) {
    throw new ConfigError({
      what: "The confusion matrix needs a name for every class.",
      expected: `${classes} names`,
      received: `${classNames.length}`,
      fix: "Pass the names of the classes in the order of their numbers.",
    });
  }
  const names = Array.from(classNames, (name) => oneLine(String(name)));
  const layout = layOut(names);
  const plotWidth = layout.left + classes * layout.cell + 24;
  const plotHeight = classes * layout.cell + layout.bottom;
  const total = totalOf(matrix);
  const rate = total > 0 ? `: ${formatRate(accuracyOf(matrix))} correct` : "";
  const title = `Confusion matrix${rate}`;
  const subtitle = `${counted(total, "example")} in ${counted(classes, "class", "classes")}`;
  return figure({
    width: Math.max(plotWidth, 420),
    height: heading + plotHeight + legendHeight,
    label: `${title}, ${subtitle}`,
    parts: [
      textAt(20, 30, title, { size: 16, bold: true }),
      textAt(20, 49, subtitle, { muted: true }),
      plotAt(0, heading, matrixPlot(matrix, names, layout, plotWidth, plotHeight)),
      plotAt(0, heading + plotHeight, legendPlot()),
    ],
  });
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function layOut(names: readonly string[]): Layout {
  const classes = names.length;
  const largest = Math.max(largestCell, Math.floor(smallestMatrix / classes));
  const room = Math.floor(classes <= 12 ? 640 / classes : 900 / classes);
  const cell = Math.max(1, Math.min(largest, room));
  const fontSize = Math.min(12, Math.max(8, cell - 3));
  const longest = Math.max(...names.map((name) => Math.min([...name].length, longestName)));
  const nameWidth = Math.ceil((longest * letterWidth * fontSize) / 12);
  const named = cell >= smallestNamedCell;
  const angle = nameWidth <= cell - 6 ? 0 : cell >= 24 ? -45 : -90;
  const nameHeight = angle === 0 ? 14 : angle === -90 ? nameWidth : Math.ceil(nameWidth * 0.71) + 8;
  return {
    cell,
    named,
    left: 48 + (named ? Math.max(nameWidth, angle === -45 ? nameHeight - cell / 2 : 0) : 0),
    bottom: 44 + (named ? nameHeight : 0),
    angle,
    fontSize,
  };
}

function cellsOf({ counts }: ConfusionMatrix): Cell[] {
  return counts.flatMap((row, label) => {
    const support = row.reduce((total, count) => total + count, 0);
    return row.flatMap((count, prediction) =>
      count > 0 ? [{ label, prediction, count, share: count / support }] : [],
    );
  });
}

/** How strong a cell is; the square root lets small shares show. */
function strengthOf(share: number): number {
  return Math.round(Math.sqrt(share) * 1000) / 1000;
}

function matrixPlot(
  matrix: ConfusionMatrix,
  names: readonly string[],
  layout: Layout,
  width: number,
  height: number,
): Plot.PlotOptions {
  const { cell, left, bottom } = layout;
  const indices = names.map((_, i) => i);
  const inset = cell >= 24 ? 1 : cell >= smallestNamedCell ? 0.5 : 0;
  const cells = cellsOf(matrix);
  const title = ({ label, prediction, count, share }: Cell) =>
    `${names[label]} ${label === prediction ? "correct" : `predicted as ${names[prediction]}`}: ` +
    `${formatCount(count)} (${formatRate(share)})`;
  return {
    width,
    height,
    marginTop: 2,
    marginRight: 24,
    marginBottom: bottom - 2,
    marginLeft: left,
    padding: 0,
    x: { type: "band", domain: indices, axis: null },
    y: { type: "band", domain: indices, axis: null },
    marks: [
      Plot.frame({ strokeOpacity: 0.25 }),
      ...(["blue", "vermilion"] as const).map((color) =>
        Plot.cell(
          cells.filter(({ label, prediction }) => (label === prediction) === (color === "blue")),
          {
            x: "prediction",
            y: "label",
            fill: light[color],
            fillOpacity: ({ share }: Cell) => strengthOf(share),
            className: tint[color].fill,
            inset,
            ...(cells.length <= 20_000 ? { title } : {}),
          },
        ),
      ),
      ...countMarks(cells, cell),
      ...nameMarks(names, layout),
      Plot.text(["predicted class"], { frameAnchor: "bottom", dy: bottom - 16, fillOpacity: 0.75 }),
      Plot.text(["true class"], {
        frameAnchor: "left",
        textAnchor: "middle",
        dx: 24 - left,
        rotate: -90,
        fillOpacity: 0.75,
      }),
    ],
  };
}

function countMarks(cells: readonly Cell[], cellSize: number): Plot.Markish[] {
  const largest = cells.reduce((most, { count }) => Math.max(most, count), 0);
  const widest = formatCount(largest).length;
  const fontSize = Math.min(13, Math.floor((cellSize - 4) / (widest * 0.6)));
  if (fontSize < 7) return [];
  const text = ({ count }: Cell) => formatCount(count);
  const place = { x: "prediction", y: "label", text, fontSize, pointerEvents: "none" } as const;
  const isStrong = ({ share }: Cell) => strengthOf(share) > 0.72;
  return [
    Plot.text(
      cells.filter((cell) => !isStrong(cell)),
      place,
    ),
    Plot.text(cells.filter(isStrong), {
      ...place,
      fill: light.onColor,
      className: tint.onColor.fill,
    }),
  ];
}

function nameMarks(names: readonly string[], layout: Layout): Plot.Markish[] {
  if (!layout.named) return [];
  const { angle, fontSize } = layout;
  const label = (i: number) => shorten(names[i], longestName);
  const shared = { fontSize, tickSize: 0, label: null, tickFormat: label };
  return [
    Plot.axisY({ ...shared, tickPadding: 6 }),
    Plot.axisX({
      ...shared,
      tickRotate: angle,
      tickPadding: 7,
      ...(angle === 0 ? {} : { textAnchor: "end" as const }),
    }),
  ];
}

/** Two rows of swatches under the names of what they stand for. */
function legendPlot(): Plot.PlotOptions {
  const shares = legendShares.map((share) => ({ share }));
  const rows = [
    ["correct", "blue"],
    ["wrong", "vermilion"],
  ] as const;
  return {
    width: 420,
    height: legendHeight,
    marginTop: 18,
    marginBottom: 14,
    marginLeft: 148,
    marginRight: 20,
    padding: 0,
    x: { type: "band", domain: legendShares, axis: null },
    y: { type: "band", domain: rows.map(([name]) => name), axis: null },
    marks: [
      ...rows.map(([name, color]) =>
        Plot.cell(shares, {
          x: "share",
          y: () => name,
          fill: light[color],
          fillOpacity: ({ share }: { share: number }) => strengthOf(share),
          className: tint[color].fill,
          insetLeft: 1,
          insetBottom: 2,
        }),
      ),
      Plot.axisX({
        anchor: "top",
        label: null,
        tickSize: 0,
        tickPadding: 4,
        tickFormat: (share: number) => `${share * 100}%`,
        fontSize: 11,
        fillOpacity: 0.75,
      }),
      Plot.axisY({ label: null, tickSize: 0, tickPadding: 8, fontSize: 11, fillOpacity: 0.75 }),
      Plot.text(["share of the row"], {
        frameAnchor: "top-left",
        textAnchor: "end",
        dx: -8,
        dy: -14,
        fontSize: 11,
        fillOpacity: 0.75,
      }),
    ],
  };
}
