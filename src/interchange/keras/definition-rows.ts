// How Keras's files have optimizers, losses, metrics, schedules, initializers, regularizers and
// constraints: what each definition says of itself. What Keras lacks has no row.

import { constraints } from "../../nn/constraints/index.ts";
import type { Definition, Facts } from "../../nn/facts.ts";
import { initializers } from "../../nn/initializers/index.ts";
import { lossTable } from "../../nn/losses/index.ts";
import { metricTable } from "../../nn/metrics/index.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { regularizers } from "../../nn/regularizers/index.ts";
import { schedules } from "../../nn/schedules/index.ts";
import { layerRows } from "./layer-rows.ts";
import type { KerasRow, KerasRows } from "./row.ts";

/** The row of a definition; undefined where Keras has nothing like it. */
export function rowFrom({ keras, options }: Facts): KerasRow | undefined {
  if (keras === undefined) return undefined;
  const all = Object.entries(options as Readonly<Record<string, string | null>>);
  const names = Object.fromEntries(
    all.flatMap(([ours, theirs]) => (theirs === null ? [] : [[ours, theirs] as const])),
  );
  return { ...keras, options: Object.keys(names), names };
}

/** The rows of a table of definitions. */
export function rowsFrom(table: Readonly<Record<string, Definition>>): KerasRows {
  const rows = Object.entries(table).flatMap(([name, { facts }]) => {
    const row = rowFrom(facts);
    return row === undefined ? [] : [[name, row] as const];
  });
  return Object.fromEntries(rows);
}

export const optimizerRows = rowsFrom(optimizers);
export const lossRows = rowsFrom(lossTable);
export const metricRows = rowsFrom(metricTable);
export const scheduleRows = rowsFrom(schedules);
export const initializerRows = rowsFrom(initializers);
export const regularizerRows = rowsFrom(regularizers);
export const constraintRows = rowsFrom(constraints);

/** Layers that are activations of others. Other activations are words. */
export const activationRows = {
  activation: layerRows.activation,
  eLU: layerRows.eLU,
  leakyReLU: layerRows.leakyReLU,
  reLU: layerRows.reLU,
  softmax: layerRows.softmax,
} satisfies KerasRows;
