// Models beside one another: as a table for people, and as one for other programs.

import type { ModelCost } from "../compare/model-cost.ts";
import { csvLine } from "../formats/csv.ts";
import { formatCount, formatDuration, formatMeasure } from "../report/numbers.ts";
import { type RunRecord, runsPage } from "../report/runs-page.ts";
import { scrollRegion, tableMarkup } from "../report/section.ts";
import type { MeasuredNumber, Table } from "../tasks/task.ts";
import { formatLog } from "../train/progress-bar.ts";

/** A model, what it reaches, and what it costs. */
export interface Compared extends ModelCost {
  readonly name: string;
  /** The most important first. */
  readonly numbers: readonly MeasuredNumber[];
  /** Which images it was measured on, such as `test`, and how many. */
  readonly part: string;
  readonly images: number;
  /** Seconds that training took; 0 for a model that was trained before. */
  readonly trainingSeconds: number;
}

/** The models with the best first. */
export function comparisonTable(models: readonly Compared[]): Table {
  const [{ numbers }] = models;
  const right = (heading: string) => ({ heading, align: "right" as const });
  const columns = [
    { heading: "model", align: "left" as const },
    ...numbers.map(({ title }) => right(title)),
    ...["parameters", "trainable", "layers", "GMACs", "ms a picture", "MiB", "training"].map(right),
  ];
  const sorted = models.toSorted((a, b) => b.numbers[0].value - a.numbers[0].value);
  const rows = sorted.map((model) => [
    model.name,
    ...model.numbers.map(({ value }) => formatLog(value)),
    formatCount(model.parameters),
    formatCount(model.trainableParameters),
    formatCount(model.layers),
    formatMeasure(model.gmacs),
    formatMeasure(model.milliseconds),
    formatMeasure(model.memoryMiB),
    model.trainingSeconds === 0 ? "-" : formatDuration(model.trainingSeconds),
  ]);
  return { columns, rows };
}

/** The page that compares models; `runs` are theirs. */
export function comparisonPage(
  models: readonly Compared[],
  runs: readonly RunRecord[],
  title: string,
): string {
  const { columns, rows } = comparisonTable(models);
  const headings = columns.map(({ heading }) => heading);
  const table = tableMarkup({ columns: headings, rows });
  const costs = {
    title: "What they reach, and what they cost",
    body: scrollRegion("costs", table),
  };
  return runsPage(runs, { title, sections: [costs] });
}

/** The run of a model that was not trained here. */
export function runOf({ name, numbers, part, images, parameters, gmacs }: Compared): RunRecord {
  const measures = Object.fromEntries(numbers.map((one) => [one.name, one.value]));
  const result = { on: part, images, measures, parameters, multiplyAdds: gmacs * 1e9, seconds: 0 };
  return { name, history: [], args: { network: name }, result };
}

/** A model as machines read it. */
export function recordOfCompared({ numbers, ...model }: Compared): Record<string, unknown> {
  return { ...model, ...Object.fromEntries(numbers.map(({ name, value }) => [name, value])) };
}

/** The models as CSV, one a line, in the order in which they were asked for. */
export function comparisonCsv(models: readonly Compared[]): string {
  const records = models.map(recordOfCompared);
  const names = Object.keys(records[0]);
  const lines = records.map((record) => names.map((name) => String(record[name])));
  return [names, ...lines].map((line) => csvLine(line, ",")).join("");
}
