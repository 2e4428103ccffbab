// Runs beside one another: the index of a folder of runs, and two runs side by side. One page for both: it shows what the
// records have in common, and how they differ.

import { directionOf } from "../assess/directions.ts";
import { validationPrefix } from "../assess/epoch-metrics.ts";
import { requireList } from "../core/option.ts";
import type { EpochRecord } from "../train/events.ts";
import { architecturesFigure, type ComparedArchitecture } from "./architectures-figure.ts";
import { confusionSvg } from "./confusion-figure.ts";
import { seriesColors } from "./figure.ts";
import { type ChartLine, lineChartSvg } from "./line-chart.ts";
import { escapeMarkup, oneLine } from "./markup.ts";
import { isRate, metricsOf, titleOf } from "./metric-names.ts";
import {
  formatCount,
  formatDuration,
  formatMeasure,
  formatRate,
  formatRateTick,
} from "./numbers.ts";
import { sectionedPage } from "./page-sections.ts";
import { references } from "./references.ts";
import type { ReportFigure } from "./report-figure.ts";
import { shownValue } from "./run-sections.ts";
import { figureSection, type ReportSection, scrollRegion, tableMarkup } from "./section.ts";

/** How a run's model does on images that it has not learned from. */
export interface RunResult {
  /** Which images those are, such as `test`. */
  readonly on: string;
  readonly images: number;
  /** Its numbers by name, such as `accuracy` and `loss`; null where one is not finite. */
  readonly measures: Readonly<Record<string, number | null>>;
  /** The F1 of each class, or what else says how good a class is; null where it is not defined. */
  readonly classes?: readonly { readonly name: string; readonly score: number | null }[];
  /** `counts[i][j]`: examples of class `i` that were predicted as class `j`. */
  readonly confusion?: readonly (readonly number[])[];
  readonly parameters: number;
  /** Multiply-adds of one image, where they can be counted. */
  readonly multiplyAdds?: number;
  /** Seconds that all epochs took. */
  readonly seconds: number;
}

/** A run as the page shows it. */
export interface RunRecord {
  /** Such as the name of its folder. */
  readonly name: string;
  /** The address of its own report, relative to the page. Default: its name is no link. */
  readonly link?: string;
  readonly history: readonly EpochRecord[];
  /** What it was started with. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Left out where the run has not ended. */
  readonly result?: RunResult;
}

/** What the page is called. */
export interface RunsPageOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** Further parts, after the table of runs. Default: none. */
  readonly sections?: readonly ReportSection[];
}

/** More runs than this have no columns of their own: arguments, classes and matrices are left out. */
const mostColumns = 8;
const mostMatrices = 4;
/** Arguments that say nothing about what a run tried. */
const notArguments = new Set(["version", "device", "examplesFrom", "dataFingerprint", "command"]);
const dashes = [undefined, "7 4", "2 3", "9 3 2 3"] as const;

/**
 * A page that compares runs.
 *
 * @throws ConfigError where there are no runs.
 * @example await writeFile("index.html", runsPage(runs, { title: "runs" }));
 */
export function runsPage(runs: readonly RunRecord[], options: RunsPageOptions): string {
  requireList("runsPage: The runs cannot be used.", runs, "a list of runs");
  const { title, subtitle } = options;
  const sections: ReportSection[] = [
    runsSection(runs),
    ...(options.sections ?? []),
    ...curveFigures(runs).map(figureSection),
    ...architectures(runs).map(figureSection),
    ...(runs.length <= mostColumns ? [...differences(runs), ...classScores(runs)] : []),
    ...(runs.length <= mostMatrices ? matrices(runs) : []),
  ];
  return sectionedPage({ title, subtitle, sections });
}

/** One line for each run. */
function runsSection(runs: readonly RunRecord[]): ReportSection {
  const names = [...new Set(runs.flatMap(({ result }) => Object.keys(result?.measures ?? {})))];
  const headings = [
    "run",
    "network",
    ...names.map((name) => titleOf(name).toLowerCase()),
    "images",
    "epochs",
    "time",
    "parameters",
  ];
  const rows = runs.map(({ name, link, history, args, result }) => {
    const shown = escapeMarkup(name);
    const first = link === undefined ? shown : `<a href="${escapeMarkup(link)}">${shown}</a>`;
    const measures = names.map((measure) => {
      const value = result?.measures[measure] ?? Number.NaN;
      return numberCell(value, isRate(measure) ? formatRate(value) : formatMeasure(value));
    });
    const epochs = history.length;
    return `<tr><th scope="row" class="text">${first}</th><td class="text">${escapeMarkup(shownValue(args.network ?? ""))}</td>${measures.join("")}${[
      numberCell(result?.images, formatCount(result?.images ?? Number.NaN)),
      numberCell(epochs, formatCount(epochs)),
      numberCell(result?.seconds, formatDuration(result?.seconds ?? Number.NaN)),
      numberCell(result?.parameters, formatCount(result?.parameters ?? Number.NaN)),
    ].join("")}</tr>`;
  });
  const heading = headings
    .map(
      (name, i) =>
        `<th scope="col"${i < 2 ? ' class="text"' : ""}><button type="button">${escapeMarkup(name)}</button></th>`,
    )
    .join("");
  const table = `<table class="sortable">
<thead><tr>${heading}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  return { title: "Runs", body: scrollRegion("runs", table) };
}

const numberCell = (value: number | undefined, text: string) =>
  `<td class="number" data-value="${value !== undefined && Number.isFinite(value) ? value : -1}">${text}</td>`;

/** Each number of the validation images over the epochs, one line for each run. */
function curveFigures(runs: readonly RunRecord[]): ReportFigure[] {
  const metrics = metricsOf(runs.flatMap(({ history }) => history));
  return metrics.flatMap((metric) => {
    const key = validationPrefix + metric;
    const lines = runs.flatMap(({ name, history }, i): ChartLine[] => {
      const points = history
        .filter(({ logs }) => Number.isFinite(logs[key]))
        .map(({ epoch, logs }) => ({ x: epoch, y: logs[key] }));
      if (points.length === 0) return [];
      const isNamed = i < seriesColors.length * dashes.length;
      const dash = dashes[Math.floor(i / seriesColors.length) % dashes.length];
      return [
        {
          name: oneLine(name),
          note: formatOf(metric)(
            bestOf(
              points.map(({ y }) => y),
              key,
            ),
          ),
          points,
          color: isNamed ? seriesColors[i % seriesColors.length] : "muted",
          ...(dash === undefined ? {} : { dash }),
          isNamed: i < mostColumns,
          dots: points.length === 1,
        },
      ];
    });
    return lines.length === 0 ? [] : [curveFigure(metric, lines)];
  });
}

const formatOf = (metric: string) => (isRate(metric) ? formatRate : formatMeasure);

function bestOf(values: readonly number[], key: string): number {
  return directionOf(key) === "higher" ? Math.max(...values) : Math.min(...values);
}

function curveFigure(metric: string, lines: readonly ChartLine[]): ReportFigure {
  const points = lines.flatMap((line) => line.points);
  const [epochs, values] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0.06 * (high - low) : Math.max(0.1 * Math.abs(high), 1e-6);
  const isShare = isRate(metric);
  const title = `Validation ${titleOf(metric).toLowerCase()}`;
  const alternative = `${title} over the epochs of ${lines.length} runs; the best values are ${lines
    .map(({ name, note }) => `${name} ${note}`)
    .join(", ")}.`;
  const svg = lineChartSvg({
    title,
    subtitle: "the best value of each run is beside its name",
    alternative,
    x: {
      label: "epoch",
      domain: [Math.min(...epochs), Math.max(...epochs, Math.min(...epochs) + 1)],
    },
    y: {
      label: titleOf(metric).toLowerCase(),
      domain: [
        low >= 0 ? Math.max(0, low - room) : low - room,
        isShare ? Math.min(1, high + room) : high + room,
      ],
      ...(isShare ? { format: formatRateTick } : {}),
    },
    lines,
  });
  const table = {
    columns: ["run", "best", "epochs"],
    rows: lines.map(({ name, note = "", points: own }) => [name, note, formatCount(own.length)]),
  };
  const reference = { ...references.history, title };
  return { name: `validation-${metric}`, svg, alternative, table, reference };
}

/** The scatter of accuracy and cost, where there are several networks. */
function architectures(runs: readonly RunRecord[]): ReportFigure[] {
  const networks = runs.flatMap(({ name, result }): ComparedArchitecture[] => {
    const { accuracy } = result?.measures ?? {};
    if (result?.multiplyAdds === undefined || typeof accuracy !== "number") return [];
    const { parameters, multiplyAdds, seconds } = result;
    return [{ name, accuracy, parameters, multiplyAdds, trainingSeconds: seconds }];
  });
  const sizes = new Set(networks.map(({ multiplyAdds }) => multiplyAdds));
  return sizes.size > 1 ? [architecturesFigure(networks)] : [];
}

/** Arguments that are not the same in all runs. */
function differences(runs: readonly RunRecord[]): ReportSection[] {
  const names = [...new Set(runs.flatMap(({ args }) => Object.keys(args)))];
  const rows = names
    .filter((name) => !notArguments.has(name))
    .map((name) => [
      name,
      ...runs.map(({ args }) => (args[name] === undefined ? "–" : shownValue(args[name]))),
    ])
    .filter(([, ...values]) => new Set(values).size > 1);
  const title = "What differs";
  if (runs.length < 2) return [];
  if (rows.length === 0) {
    return [{ title, body: '<p class="quiet">All arguments are the same.</p>' }];
  }
  const table = tableMarkup({ columns: ["argument", ...runs.map(({ name }) => name)], rows });
  return [{ title, body: scrollRegion("arguments that differ", table) }];
}

/** How good each class is in each run; of two, how much the second is better. */
function classScores(runs: readonly RunRecord[]): ReportSection[] {
  const measured = runs.filter(({ result }) => result?.classes !== undefined);
  if (measured.length < 2) return [];
  const names = [
    ...new Set(measured.flatMap(({ result }) => (result?.classes ?? []).map(({ name }) => name))),
  ];
  const isPair = measured.length === 2;
  const rows = names.map((name) => {
    const scores = measured.map(
      ({ result }) => result?.classes?.find((one) => one.name === name)?.score ?? Number.NaN,
    );
    const change = scores[1] - scores[0];
    const sign = change > 0 ? "+" : change < 0 ? "−" : "";
    const difference = Number.isFinite(change) ? `${sign}${formatRate(Math.abs(change))}` : "–";
    return [name, ...scores.map(formatRate), ...(isPair ? [difference] : [])];
  });
  const columns = ["class", ...measured.map(({ name }) => name), ...(isPair ? ["difference"] : [])];
  const body = scrollRegion("F1 of every class", tableMarkup({ columns, rows }));
  return [{ title: "F1 by class", body }];
}

/** The confusion matrices, side by side. */
function matrices(runs: readonly RunRecord[]): ReportSection[] {
  const drawn = runs.flatMap(({ name, result }) => {
    const { confusion, classes } = result ?? {};
    if (confusion === undefined || classes === undefined) return [];
    const svg = confusionSvg(
      { counts: confusion },
      classes.map((one) => one.name),
    );
    return [
      `<div><h3>${escapeMarkup(name)}</h3>\n${scrollRegion(`confusion matrix of ${name}`, svg)}</div>`,
    ];
  });
  if (drawn.length === 0) return [];
  return [{ title: "Confusion matrices", body: `<div class="runs">\n${drawn.join("\n")}\n</div>` }];
}
