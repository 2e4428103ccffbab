// Lines in one plot, with their names at its right: what curves of ROC, calibration, gain and thresholds have in common.

import * as Plot from "@observablehq/plot";
import { figure, type MarkColor, textAt, tint } from "./figure.ts";
import { shorten } from "./markup.ts";
import { formatTick } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";

/** A point of a line. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

/** A line, or points that are joined. */
export interface ChartLine {
  readonly name: string;
  /** A few words behind the name, such as its area. */
  readonly note?: string;
  readonly points: readonly LinePoint[];
  readonly color: MarkColor;
  /** How it is dashed, as SVG says it. Default: not at all. */
  readonly dash?: string;
  /** Pixels. Default: 2. */
  readonly strokeWidth?: number;
  /** Whether points have dots. Default: false. */
  readonly dots?: boolean;
  /** Whether the legend names it. Default: true. */
  readonly isNamed?: boolean;
}

/** An axis: what it counts, from where to where. */
export interface ChartAxis {
  readonly label: string;
  readonly domain: readonly [number, number];
  readonly format?: (value: number) => string;
}

/** What a chart shows. */
export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  /** For those who cannot see it. */
  readonly alternative: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
  /** A thin dashed line to compare with, such as the diagonal. */
  readonly guide?: readonly LinePoint[];
}

const width = 700;
const height = 420;
const heading = 60;
const margin = { top: 8, right: 240, bottom: 52, left: 62 } as const;
const lineHeight = 22;
const longestName = 18;

/** The chart as the text of an SVG file. */
export function lineChartSvg(chart: LineChart): string {
  const { title, subtitle, alternative, x, y, lines, guide } = chart;
  const [plotWidth, plotHeight] = [
    width - margin.left - margin.right,
    height - heading - margin.top - margin.bottom,
  ];
  const tolerance = {
    x: (x.domain[1] - x.domain[0]) / plotWidth,
    y: (y.domain[1] - y.domain[0]) / plotHeight,
  };
  const plot = plotAt(0, heading, {
    width,
    height: height - heading,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { domain: x.domain },
    y: { domain: y.domain },
    marks: [
      ...axisMarks(x, y),
      ...(guide === undefined ? [] : [guideMark(guide)]),
      ...lines.flatMap((line) => lineMarks(line, tolerance, { x, y })),
    ],
  });
  return figure({
    width,
    height,
    label: alternative,
    parts: [
      textAt(20, 30, title, { size: 16, bold: true }),
      textAt(20, 49, subtitle, { muted: true }),
      plot,
      ...legend(lines.filter(({ isNamed = true }) => isNamed)),
    ],
  });
}

function axisMarks(x: ChartAxis, y: ChartAxis): Plot.Markish[] {
  const { format: formatX = formatTick } = x;
  const { format: formatY = formatTick } = y;
  return [
    Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
    Plot.gridX({ ticks: 5, strokeOpacity: 0.12 }),
    Plot.axisY({ ticks: 5, tickFormat: formatY, tickSize: 0, label: null, fillOpacity: 0.75 }),
    Plot.axisX({ ticks: 5, tickFormat: formatX, tickSize: 4, label: null, fillOpacity: 0.75 }),
    Plot.text([x.label], { frameAnchor: "bottom", dy: 38, fillOpacity: 0.75 }),
    Plot.text([y.label], {
      frameAnchor: "left",
      textAnchor: "middle",
      dx: 16 - margin.left,
      rotate: -90,
      fillOpacity: 0.75,
    }),
  ];
}

function guideMark(points: readonly LinePoint[]): Plot.Markish {
  return Plot.line(points, {
    x: "x",
    y: "y",
    stroke: light.muted,
    strokeDasharray: "2 4",
    className: tint.muted.stroke,
  });
}

function lineMarks(
  line: ChartLine,
  tolerance: LinePoint,
  axes: { readonly x: ChartAxis; readonly y: ChartAxis },
): Plot.Markish[] {
  const { name, points, color, dash, strokeWidth = 2, dots = false } = line;
  const shown = thinned(points, tolerance);
  const place = { x: "x", y: "y" };
  const marks: Plot.Markish[] = [
    Plot.line(shown, {
      ...place,
      stroke: light[color],
      strokeWidth,
      className: tint[color].stroke,
      title: () => name,
      ...(dash === undefined ? {} : { strokeDasharray: dash }),
    }),
  ];
  if (dots) {
    const { format: formatX = formatTick } = axes.x;
    const { format: formatY = formatTick } = axes.y;
    marks.push(
      Plot.dot(shown, {
        ...place,
        fill: light[color],
        r: 3.5,
        className: tint[color].fill,
        title: (point: LinePoint) => `${name}: ${formatX(point.x)}, ${formatY(point.y)}`,
      }),
    );
  }
  return marks;
}

/** Without points that are less than a pixel from the one before. */
function thinned(points: readonly LinePoint[], { x, y }: LinePoint): LinePoint[] {
  const kept: LinePoint[] = [];
  points.forEach((point, i) => {
    const before = kept.at(-1);
    const isFar =
      before === undefined ||
      Math.abs(point.x - before.x) >= x ||
      Math.abs(point.y - before.y) >= y;
    if (isFar || i === points.length - 1) kept.push(point);
  });
  return kept;
}

/** A piece of each line, with its name and note. */
function legend(lines: readonly ChartLine[]): string[] {
  const left = width - margin.right + 20;
  return lines.flatMap(({ name, note = "", color, dash, strokeWidth = 2 }, i) => {
    const y = heading + margin.top + 16 + i * lineHeight;
    const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
    return [
      `<line x1="${left}" x2="${left + 26}" y1="${y - 4}" y2="${y - 4}" stroke="${light[color]}"` +
        ` stroke-width="${strokeWidth}" class="${tint[color].stroke}"${dashes}/>\n`,
      textAt(left + 34, y, shorten(name, longestName)),
      `<g text-anchor="end">${textAt(width - 12, y, note, { bold: true })}</g>\n`,
    ];
  });
}
