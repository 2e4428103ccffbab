// report.html: one self-contained page on a finished run. It takes plain records, loads nothing, and knows neither the engine
// nor the command line.

import { accuracyOf, totalOf } from "../assess/confusion-matrix.ts";
import { type Directions, directionOf } from "../assess/directions.ts";
import { bestEpoch, validationPrefix } from "../assess/epoch-metrics.ts";
import type { ClassCount } from "../data/image-folder/classes.ts";
import type { SkippedFile } from "../data/image-folder/found-file.ts";
import type { EpochRecord } from "../train/events.ts";
import { classCountsSection } from "./class-sections.ts";
import { classificationSections, type Evaluation } from "./classification-sections.ts";
import { escapeMarkup } from "./markup.ts";
import { isRate, metricsOf, titleOf } from "./metric-names.ts";
import { formatCount, formatDuration, formatMeasure, formatRate } from "./numbers.ts";
import { overfittingNote } from "./overfitting-note.ts";
import { sectionedPage } from "./page-sections.ts";
import type { ReportFigure } from "./report-figure.ts";
import { historyFigure } from "./run-figures.ts";
import { argumentsSection, skippedSection, summarySection } from "./run-sections.ts";
import { figureSection, type ReportSection } from "./section.ts";

/** A number at the top of the page. */
export interface Headline {
  readonly label: string;
  readonly value: string;
  /** A few words below the value. */
  readonly note?: string;
}

/** Everything that the page says. */
export interface ReportContent {
  /** The run's name. */
  readonly title: string;
  /** One line on the data, the model and the machine. */
  readonly subtitle?: string;
  readonly history: readonly EpochRecord[];
  /** Which way each number improves. Default: that of Fovea's metrics with these names. */
  readonly directions?: Directions;
  /** Left out if nothing was evaluated, or the model is not a classifier. */
  readonly evaluation?: Evaluation;
  /** Further parts, after the learning curves and the evaluation, such as those of another task. */
  readonly sections?: readonly ReportSection[];
  /** Further numbers for the top, after those of the history and the evaluation. */
  readonly headlines?: readonly Headline[];
  /** What a reader has to know to understand the numbers, a sentence or two each. */
  readonly notes?: readonly string[];
  /** How many images each class has. */
  readonly classCounts?: readonly ClassCount[];
  /** Files that were not used. */
  readonly skipped?: readonly SkippedFile[];
  /** What the run was started with. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The model's summary, as the console prints it. */
  readonly summary: string;
}

/** A report: a page, and the figures in it, which a run folder gets as files of their own. */
export interface Report {
  /** The text of an HTML file. */
  readonly page: string;
  readonly figures: readonly ReportFigure[];
}

/**
 * The report of a run: headline numbers, learning curves, what the evaluation shows, arguments and the model's summary.
 *
 * @throws ConfigError where there are not as many names as classes.
 * @throws DataError where an image has no shape that can be shown.
 * @example const { page, figures } = makeReport({ title, history, args, summary });
 */
export function makeReport(content: ReportContent): Report {
  const { title, subtitle, history, directions, evaluation, args, summary } = content;
  const curves = historyFigure(history, directions === undefined ? {} : { directions });
  const sections = [
    figureSection(curves),
    ...(evaluation === undefined ? [] : classificationSections(evaluation)),
    ...(content.sections ?? []),
    ...classCountsSection(content.classCounts ?? []),
    ...skippedSection(content.skipped ?? []),
    ...argumentsSection(args),
    ...summarySection(summary),
  ];
  const lead = `${headlineList([...headlinesOf(content), ...(content.headlines ?? [])])}
${noteParagraphs([overfittingNote(history), ...(content.notes ?? [])])}`;
  return {
    page: sectionedPage({ title, subtitle, lead, sections }),
    figures: sections.flatMap(({ figures = [] }) => figures),
  };
}

/**
 * The page of a run as the text of an HTML file, as `makeReport` makes it.
 *
 * @throws ConfigError where there are not as many names as classes.
 * @throws DataError where an image has no shape that can be shown.
 * @example
 * await writeFile("report.html", reportPage({ title, history, args, summary }));
 */
export function reportPage(content: ReportContent): string {
  return makeReport(content).page;
}

/** What can be said at the top from the records alone. */
function headlinesOf({ history, directions, evaluation }: ReportContent): Headline[] {
  const headlines: Headline[] = [];
  if (evaluation) {
    const count = formatCount(totalOf(evaluation.matrix));
    headlines.push({
      label: `${evaluation.on} accuracy`,
      value: formatRate(accuracyOf(evaluation.matrix)),
      note: `${count} examples`,
    });
  }
  const best = bestHeadline(history, directions);
  if (best) headlines.push(best);
  const last = history.at(-1);
  if (last === undefined) return headlines;
  if (last.logs.loss !== undefined) {
    const note = `in epoch ${last.epoch}`;
    headlines.push({ label: "training loss", value: formatMeasure(last.logs.loss), note });
  }
  const seconds = history.reduce((total, record) => total + record.seconds, 0);
  const average = formatDuration(seconds / history.length);
  headlines.push({
    label: history.length === 1 ? "1 epoch" : `${formatCount(history.length)} epochs`,
    value: formatDuration(seconds),
    note: `${average} per epoch`,
  });
  return headlines;
}

/** The best validation number: an accuracy where there is one, else the loss. */
function bestHeadline(
  history: readonly EpochRecord[],
  directions: Directions | undefined,
): Headline | undefined {
  const metrics = metricsOf(history).sort((a, b) => Number(isRate(b)) - Number(isRate(a)));
  for (const metric of metrics) {
    const key = validationPrefix + metric;
    const best = bestEpoch(history, key, directionOf(key, directions));
    if (best === undefined) continue;
    const value = isRate(metric) ? formatRate(best.logs[key]) : formatMeasure(best.logs[key]);
    const label = `best validation ${titleOf(metric).toLowerCase()}`;
    return { label, value, note: `in epoch ${best.epoch}` };
  }
  return undefined;
}

function noteParagraphs(notes: readonly (string | undefined)[]): string {
  return notes
    .flatMap((note) => note ?? [])
    .map((note) => `<p class="remark">${escapeMarkup(note)}</p>`)
    .join("\n");
}

function headlineList(headlines: readonly Headline[]): string {
  const items = headlines.map(({ label, value, note }) => {
    const noteLine = note ? `<dd class="note">${escapeMarkup(note)}</dd>` : "";
    return `<div><dt>${escapeMarkup(label)}</dt><dd>${escapeMarkup(value)}</dd>${noteLine}</div>`;
  });
  return items.length > 0 ? `<dl class="headlines">\n${items.join("\n")}\n</dl>` : "";
}
