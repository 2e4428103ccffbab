// How one thing of a table is called in Keras's files, and which options both sides have.

/** A layer, loss, metric, optimizer, schedule, initializer, regularizer or constraint. */
export interface KerasRow {
  /** Keras's name for the class. */
  readonly className: string;
  /** Where Keras has the class; that of its kind by default. */
  readonly module?: string;
  /** The options that both have, by our names. */
  readonly options: readonly string[];
  /** Keras's names of those options; where there are none, they follow from ours. */
  readonly names?: Readonly<Record<string, string>>;
  /** Other names that Keras's files use for the class. */
  readonly aliases?: readonly string[];
  /** Older names of options, as Keras 2 has them, with ours. */
  readonly formerly?: Readonly<Record<string, string>>;
  /** Keras's words whose ours do not follow from them. */
  readonly words?: Readonly<Record<string, string>>;
  /** Words of older files, with ours; they are read and not written. */
  readonly olderWords?: Readonly<Record<string, string>>;
  /** What Keras states besides, with the one value that Fovea has as well. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Options of ours that no Keras has, or an older one has not, with the one value that all have. */
  readonly ownFixed?: Readonly<Record<string, unknown>>;
  /** Options for which `null` is a choice of its own, not the same as saying nothing. */
  readonly nullable?: readonly string[];
  /** Options that say what weights begin with; what the weights have become is written instead. */
  readonly beginnings?: readonly string[];
  /** Options that Keras must read as floats: it refuses whole numbers, or rounds by them. */
  readonly floats?: readonly string[];
  /** Options that are one number with us and a list of one in some of Keras's files. */
  readonly single?: readonly string[];
}

/** Rows by our names. */
export type KerasRows = Readonly<Record<string, KerasRow>>;

/** A row of a class whose options, if any, are plain. */
export function row(className: string, options: readonly string[] = []): KerasRow {
  return { className, options };
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
