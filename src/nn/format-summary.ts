// The table of a network as text, as Keras prints it, with multiply-adds and receptive field as further
// columns.

import type { OptionNames } from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Summary, SummaryRow } from "./summary.ts";

export interface SummaryOptions {
  /** Whether networks that are used as layers show their own layers. Default: false. */
  readonly expandNested?: boolean;
  /** Whether a column says which layers are trained. Default: false. */
  readonly showTrainable?: boolean;
  /** Columns of the screen: cells that do not fit are broken between words. Default: no limit. */
  readonly width?: number;
}

export const summaryOptionNames: OptionNames<SummaryOptions> = {
  expandNested: true,
  showTrainable: true,
  width: true,
};

/** One column: what it is called, what it says of a row, and whether numbers are set to the right. */
interface Column {
  readonly header: string;
  readonly toRight: boolean;
  cell(row: SummaryRow, indent: string): string;
}

const count = (value: number) => value.toLocaleString("en-US");

/** Bytes in f32, as Keras writes them: `364.54 KB`. */
function formatBytes(parameters: number): string {
  const bytes = parameters * 4;
  if (bytes < 1024) return `${bytes.toFixed(2)} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(2)} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(2)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}

const formatted = (shape: readonly (number | null)[]) =>
  formatShape(shape).replace("[", "(").replace("]", ")").replace("null", "None");

function formatShapes(shapes: SummaryRow["outputShapes"]): string {
  const texts = shapes.map(formatted);
  return texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
}

function columnsOf({ inARow }: Summary, { showTrainable }: SummaryOptions): Column[] {
  const connected: Column = {
    header: "Connected to",
    toRight: false,
    cell: ({ connectedTo }) => connectedTo.join(", ") || "-",
  };
  const trainable: Column = {
    header: "Trainable",
    toRight: false,
    cell: (row) => (row.parameters === 0 ? "-" : row.trainable ? "Y" : "N"),
  };
  return [
    {
      header: "Layer (type)",
      toRight: false,
      cell: ({ name, className }, indent) => `${indent}${name} (${className})`,
    },
    {
      header: "Output Shape",
      toRight: false,
      cell: ({ outputShapes }) => formatShapes(outputShapes),
    },
    { header: "Param #", toRight: true, cell: ({ parameters }) => count(parameters) },
    ...(inARow ? [] : [connected]),
    ...(showTrainable ? [trainable] : []),
    { header: "MACs", toRight: true, cell: ({ macs }) => count(macs) },
    {
      header: "Receptive field",
      toRight: true,
      cell: ({ receptiveField }) => receptiveField.join(" x "),
    },
  ];
}

/** The rows in order, those of nested networks behind their network, each with its indent. */
function unfold(rows: readonly SummaryRow[], nested: boolean, level = 0): [SummaryRow, string][] {
  const indent = level === 0 ? "" : `${"   ".repeat(level)}└ `;
  return rows.flatMap((row) => {
    const inner = nested ? unfold(row.rows ?? [], nested, level + 1) : [];
    return [[row, indent] as [SummaryRow, string], ...inner];
  });
}

/** How wide each column is: what it needs, or as narrow as its words allow where all would not fit. */
function widthsFor(columns: readonly (readonly string[])[], limit: number): number[] {
  const widths = columns.map((texts) => Math.max(...texts.map(({ length }) => length)));
  const total = () => widths.reduce((sum, width) => sum + width + 3, 1);
  const byGain = columns
    .map((texts, i) => {
      const narrow = Math.max(
        ...texts.flatMap((text) => wordsOf(text).map(({ length }) => length)),
      );
      return { i, narrow, gain: widths[i] - narrow };
    })
    .sort((a, b) => b.gain - a.gain);
  for (const { i, narrow } of byGain) {
    const excess = total() - limit;
    if (excess > 0) widths[i] = Math.max(narrow, widths[i] - excess);
  }
  return widths;
}

/** The words of a cell: an indent belongs to the first of them, and what is in brackets stays together. */
function wordsOf(text: string): string[] {
  return text.match(/^\s*(?:└ )?(?:\([^)]*\)|\S+)|\([^)]*\)|\S+/g) ?? [text];
}

/** A cell's text in lines of at most `width` characters, broken between words. */
function breakLines(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  for (const word of wordsOf(text)) {
    const last = lines.at(-1);
    const joined = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || joined.length > width) lines.push(word);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** The table as text. */
export function formatSummary(summary: Summary, options: SummaryOptions = {}): string {
  const columns = columnsOf(summary, options);
  const cells = unfold(summary.rows, options.expandNested ?? false).map(([row, indent]) =>
    columns.map((column) => column.cell(row, indent)),
  );
  const widths = widthsFor(
    columns.map(({ header }, i) => [header, ...cells.map((row) => row[i])]),
    options.width ?? Number.POSITIVE_INFINITY,
  );
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + widths.map((width) => line.repeat(width + 2)).join(cross) + right;
  const line = (values: readonly string[], bar: string) =>
    bar +
    values
      .map((value, i) => (columns[i].toRight ? value.padStart(widths[i]) : value.padEnd(widths[i])))
      .map((value) => ` ${value} `)
      .join(bar) +
    bar;
  const row = (values: readonly string[], bar: string) => {
    const broken = values.map((value, i) => breakLines(value, widths[i]));
    const height = Math.max(...broken.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) =>
      line(
        broken.map((lines) => lines[at] ?? ""),
        bar,
      ),
    ).join("\n");
  };
  const headers = columns.map(({ header }) => header);
  const body = cells.map((values) => row(values, "│"));
  const { parameters, trainableParameters } = summary;
  const totals = (label: string, value: number) =>
    ` ${label}: ${count(value)} (${formatBytes(value)})`;
  return [
    `Model: "${summary.name}"`,
    rule("┏", "━", "┳", "┓"),
    row(headers, "┃"),
    rule("┡", "━", "╇", "┩"),
    body.join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
    totals("Total params", parameters),
    totals("Trainable params", trainableParameters),
    totals("Non-trainable params", parameters - trainableParameters),
    ` Total MACs: ${count(summary.macs)}`,
  ].join("\n");
}
