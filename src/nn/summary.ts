// The table of a network, as Keras prints it, with multiply-adds and receptive field as further
// columns. Floor 4.

import { formatShape, sizeOf } from "../core/shape.ts";
import type { Network, PlacedLayer } from "./network.ts";

/** One row of the table. */
export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  /** With N as null. */
  readonly outputShape: readonly (number | null)[];
  readonly parameters: number;
  /** Multiply-adds for one example. */
  readonly macs: number;
  /** Height and width of the input pixels that one result depends on; the image's at most. */
  readonly receptiveField: readonly [number, number];
}

/** The whole table. */
export interface Summary {
  readonly name: string;
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly macs: number;
}

/** How far one result of each layer looks. Araujo, Norris and Sim, Distill 2019. */
function receptiveFields(network: Network): [number, number][] {
  const image = network.inputShape;
  let field = [1, 1];
  let jump = [1, 1];
  return network.layers.map(({ plan }) => {
    const { reach } = plan;
    if (reach === "all") {
      field = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    } else if (reach !== undefined) {
      const before = jump;
      field = field.map((size, axis) => size + (reach.size[axis] - 1) * before[axis]);
      jump = jump.map((size, axis) => size * reach.stride[axis]);
    }
    const limit = image.length === 3 ? image : [1, 1];
    // Up-sampling makes steps of parts of a pixel; a part that is seen is a pixel that counts.
    const seen = field.map((size) => Math.ceil(size - 1e-6));
    return [Math.min(seen[0], limit[0]), Math.min(seen[1], limit[1])];
  });
}

function parametersOf({ plan }: PlacedLayer): number {
  return plan.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The table as data. */
export function summarize(network: Network): Summary {
  const fields = receptiveFields(network);
  const rows = network.layers.map(
    (placed, i): SummaryRow => ({
      name: placed.name,
      className: placed.layer.className,
      outputShape: [null, ...placed.plan.outputShape],
      parameters: parametersOf(placed),
      macs: placed.plan.macs,
      receptiveField: fields[i],
    }),
  );
  const trainable = network.weights.filter((weight) => weight.trainable);
  return {
    name: network.name,
    rows,
    parameters: network.parameterCount,
    trainableParameters: trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    macs: rows.reduce((sum, row) => sum + row.macs, 0),
  };
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

const headers = ["Layer (type)", "Output Shape", "Param #", "MACs", "Receptive field"];
/** Columns of numbers are set to the right. */
const toRight = [false, false, true, true, true];

/** The table as text. */
export function formatSummary(summary: Summary): string {
  const cells = summary.rows.map((row) => [
    `${row.name} (${row.className})`,
    formatShape(row.outputShape).replace("[", "(").replace("]", ")").replace("null", "None"),
    count(row.parameters),
    count(row.macs),
    row.receptiveField.join(" x "),
  ]);
  const widths = headers.map((header, i) =>
    Math.max(header.length, ...cells.map((row) => row[i].length)),
  );
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + widths.map((width) => line.repeat(width + 2)).join(cross) + right;
  const row = (values: readonly string[], bar: string) =>
    bar +
    values
      .map((value, i) => (toRight[i] ? value.padStart(widths[i]) : value.padEnd(widths[i])))
      .map((value) => ` ${value} `)
      .join(bar) +
    bar;
  const body = cells.map((values) => row(values, "│"));
  const { parameters, trainableParameters } = summary;
  const frozen = parameters - trainableParameters;
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
    totals("Non-trainable params", frozen),
    ` Total MACs: ${count(summary.macs)}`,
  ].join("\n");
}
