// Networks beside one another: how good each is, for what it costs. A circle's area counts weights.

import * as Plot from "@observablehq/plot";
import { ConfigError } from "../core/errors.ts";
import { requireList } from "../core/option.ts";
import { figure, textAt, tint } from "./figure.ts";
import { oneLine, shorten } from "./markup.ts";
import { formatCount, formatDuration, formatRate, formatRateTick } from "./numbers.ts";
import { light } from "./palette.ts";
import { plotAt } from "./plot.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";

/** A network, how good it is, and what it costs. */
export interface ComparedArchitecture {
  readonly name: string;
  /** The share of test images that it classifies correctly, 0 to 1. */
  readonly accuracy: number;
  readonly parameters: number;
  /** Multiply-adds of one image. */
  readonly multiplyAdds: number;
  /** Seconds that training took, if it was measured. */
  readonly trainingSeconds?: number;
  /** Seconds that one image takes, if it was measured. */
  readonly predictionSeconds?: number;
}

/** Options of `architecturesFigure`. */
export interface ArchitecturesOptions {
  /** What the networks were trained on, such as `mnist`. Default: nothing is said. */
  readonly data?: string;
}

const width = 820;
const height = 520;
const heading = 60;
const margin = { top: 24, right: 110, bottom: 56, left: 76 } as const;
const largestRadius = 26;
const smallestRadius = 4;

/**
 * Networks by their multiply-adds and their accuracy, as a scatter plot.
 *
 * @throws ConfigError where there is no network, or numbers of one are missing.
 * @example
 * await writeFile("architectures.svg", architecturesFigure([
 *   { name: "lenet-5", accuracy: 0.989, parameters: 61_706, multiplyAdds: 416_520 },
 * ]).svg);
 */
export function architecturesFigure(
  networks: readonly ComparedArchitecture[],
  options: ArchitecturesOptions = {},
): ReportFigure {
  const what = "architecturesFigure: The networks cannot be used.";
  const expected = "a list of { name, accuracy, parameters, multiplyAdds }";
  requireList(what, networks, expected);
  const isWhole = ({ accuracy, parameters, multiplyAdds }: ComparedArchitecture) =>
    Number.isFinite(accuracy) && parameters > 0 && multiplyAdds > 0;
  const broken = networks.findIndex((network) => !isWhole(network));
  if (networks.length === 0 || broken >= 0) {
    const received = networks.length === 0 ? "none" : JSON.stringify(networks[broken]);
    throw new ConfigError({ what, expected: `${expected}, with numbers above 0`, received });
  }
  const best = networks.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const smallest = networks.reduce((a, b) => (b.multiplyAdds < a.multiplyAdds ? b : a));
  const { data } = options;
  const title = data === undefined ? "Architectures" : `Architectures on ${data}`;
  const subtitle =
    `highest accuracy: ${oneLine(best.name)}, ${formatRate(best.accuracy)}; fewest multiply-adds: ` +
    `${oneLine(smallest.name)}, ${formatRate(smallest.accuracy)}`;
  const alternative = `${title}, ${formatCount(networks.length)} networks by accuracy and multiply-adds: ${subtitle}.`;
  const svg = figure({
    width,
    height,
    label: alternative,
    parts: [
      textAt(20, 30, title, { size: 16, bold: true }),
      textAt(20, 49, subtitle, { muted: true }),
      plotAt(0, heading, scatterPlot(networks)),
    ],
  });
  const byAccuracy = networks.toSorted((a, b) => b.accuracy - a.accuracy);
  const seconds = (value: number | undefined) => (value === undefined ? "" : formatDuration(value));
  const table = {
    columns: ["network", "accuracy", "parameters", "multiply-adds", "training", "one image"],
    rows: byAccuracy.map((network) => [
      network.name,
      formatRate(network.accuracy),
      formatCount(network.parameters),
      formatCount(network.multiplyAdds),
      seconds(network.trainingSeconds),
      seconds(network.predictionSeconds),
    ]),
  };
  return { name: "architectures", svg, alternative, table, reference: references.architectures };
}

function scatterPlot(networks: readonly ComparedArchitecture[]): Plot.PlotOptions {
  const most = Math.max(...networks.map(({ parameters }) => parameters));
  const points = networks
    .map((network) => {
      const share = Math.sqrt(network.parameters / most);
      return { ...network, r: Math.max(smallestRadius, largestRadius * share) };
    })
    .sort((a, b) => b.r - a.r);
  const costs = points.map(({ multiplyAdds }) => multiplyAdds);
  const rates = points.map(({ accuracy }) => accuracy);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const room = Math.max(0.01, 0.15 * (high - low));
  const place = { x: "multiplyAdds", y: "accuracy" };
  const label = ({ name }: ComparedArchitecture) => shorten(oneLine(name), 22);
  return {
    width,
    height: height - heading,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { type: "log", domain: [Math.min(...costs) / 1.6, Math.max(...costs) * 1.6] },
    y: { domain: [Math.max(0, low - room), Math.min(1, high + room)] },
    r: { type: "identity" },
    marks: [
      Plot.gridY({ ticks: 6, strokeOpacity: 0.12 }),
      Plot.axisY({
        ticks: 6,
        tickFormat: formatRateTick,
        tickSize: 0,
        label: null,
        fillOpacity: 0.75,
      }),
      Plot.axisX({ ticks: 5, tickFormat: shortCount, tickSize: 4, label: null, fillOpacity: 0.75 }),
      Plot.text(["multiply-adds of one image"], {
        frameAnchor: "bottom",
        dy: 42,
        fillOpacity: 0.75,
      }),
      Plot.text(["accuracy"], {
        frameAnchor: "left",
        textAnchor: "middle",
        dx: 16 - margin.left,
        rotate: -90,
        fillOpacity: 0.75,
      }),
      Plot.dot(points, {
        ...place,
        r: "r",
        fill: light.blue,
        fillOpacity: 0.35,
        className: tint.blue.fill,
        title: ({ name, accuracy, parameters, multiplyAdds }: ComparedArchitecture) =>
          `${oneLine(name)}: ${formatRate(accuracy)}, ${formatCount(parameters)} parameters, ` +
          `${formatCount(multiplyAdds)} multiply-adds`,
      }),
      Plot.dot(points, {
        ...place,
        r: "r",
        stroke: light.blue,
        strokeWidth: 1.5,
        className: tint.blue.stroke,
      }),
      ...labelMarks(points, label),
    ],
  };
}

/** Names right of their circles, moved down where they would lie on another. */
function labelMarks(
  points: readonly (ComparedArchitecture & { readonly r: number })[],
  label: (network: ComparedArchitecture) => string,
): Plot.Markish[] {
  const rates = points.map(({ accuracy }) => accuracy);
  const costs = points.map(({ multiplyAdds }) => Math.log(multiplyAdds));
  const spanOf = (values: readonly number[]) => Math.max(...values) - Math.min(...values) || 1;
  const [tall, wide] = [spanOf(rates) || 1, spanOf(costs) || 1];
  const pixels = points.map((point) => ({
    point,
    x: (Math.log(point.multiplyAdds) / wide) * (width - margin.left - margin.right) * 0.8 + point.r,
    y: (-point.accuracy / tall) * (height - heading - margin.top - margin.bottom) * 0.77,
  }));
  const taken: { readonly x: number; readonly y: number; readonly end: number }[] = [];
  return pixels
    .toSorted((a, b) => a.y - b.y)
    .map(({ point, x, y }) => {
      const text = label(point);
      const end = x + 6 + text.length * 7;
      let at = y;
      const isCovered = () =>
        taken.some((other) => Math.abs(other.y - at) < 14 && x < other.end && other.x < end);
      while (isCovered()) at += 3;
      taken.push({ x, y: at, end });
      return Plot.text([point], {
        x: "multiplyAdds",
        y: "accuracy",
        text: () => text,
        textAnchor: "start",
        dx: point.r + 5,
        dy: at - y,
      });
    });
}

/** 1,500,000 as 1.5 M. */
function shortCount(value: number): string {
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(2))} ${unit}`;
  }
  return String(value);
}
