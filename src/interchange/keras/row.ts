// How one thing of a table is called in Keras's files, and which options both sides have.

import type { Definition, KerasFacts, KerasNames } from "../../nn/facts.ts";
import { kerasNameOf } from "./words.ts";

/** A layer, loss, metric, optimizer, schedule, initializer, regularizer or constraint. */
export interface KerasRow extends KerasFacts {
  /** The options that both have, by our names, with Keras's. */
  readonly options: Readonly<Record<string, string>>;
}

/** Rows by our names. */
export type KerasRows = Readonly<Record<string, KerasRow>>;

/**
 * The rows of all definitions of `table` that Keras has as well. `except` are options that files state
 * in another way.
 */
export function rowsOf(
  table: Readonly<Record<string, Definition>>,
  except: readonly string[] = [],
): KerasRows {
  const rows = Object.entries(table).flatMap(([name, { facts }]) => {
    const { options, keras } = facts;
    if (keras === undefined) return [];
    const names = Object.entries(options as KerasNames<Record<string, unknown>>).filter(
      ([option, theirs]) => theirs !== null && !except.includes(option),
    );
    return [[name, { ...keras, options: Object.fromEntries(names) }]];
  });
  return Object.fromEntries(rows);
}

/** The options by our names, with those of Keras that follow from them. */
export function namesOf(options: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map((option) => [option, kerasNameOf(option)]));
}

/** Our name and the row of a class of Keras's; undefined where no row has it. */
export function findRow(
  rows: KerasRows,
  className: string,
): readonly [string, KerasRow] | undefined {
  return Object.entries(rows).find(
    ([, { className: name, aliases = [] }]) => name === className || aliases.includes(className),
  );
}
