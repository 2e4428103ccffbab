// Examples that are read as they are needed: how many there are, and how rows of them are had. Knows no
// model and no device.

import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** One tensor, several in a model's order, or by the names of its inputs or outputs. */
type Values = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Rows of examples: as many in each tensor as were asked for, in that order. */
export interface SourceRows {
  /** `[rows, …]` for each input. */
  readonly x: Values;
  /** `[rows, …]` for each output; not needed to predict. */
  readonly y?: Values;
  /** How much each example counts, `[rows]` or `[rows, …]`. */
  readonly sampleWeights?: Values;
}

/** What one row of a tensor is. */
export interface RowType {
  /** Without the axis of examples, such as `[H, W, C]`; `[]` for one number. */
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One, several in a model's order, or by the names of its inputs or outputs. */
type RowTypes = RowType | readonly RowType[] | Readonly<Record<string, RowType>>;

/** What rows are, before one is read. */
export interface SourceTypes {
  readonly x: RowTypes;
  readonly y?: RowTypes;
  readonly sampleWeights?: RowTypes;
}

/**
 * Examples that do not lie in memory: `fit`, `evaluate` and `predict` take one in place of arrays, and read the
 * rows of each step while the step before is at work.
 *
 * @example
 * const source: Source = {
 *   count: files.length,
 *   read: async (rows) => ({ x: await decodeAll(rows, files), y: labelsOf(rows) }),
 * };
 * await model.fit(source, { epochs: 5 });
 */
export interface Source {
  /** How many examples there are. */
  readonly count: number;
  /** Whether each call gives the next rows, whatever their numbers, as a generator does. Default: false. */
  readonly isSequential?: boolean;
  /** What rows are. Default: the first row is read to see. */
  readonly types?: SourceTypes;
  /**
   * The examples with these numbers, from 0 to `count - 1`. The same row must always give the same numbers, types
   * and shapes; a run that is resumed depends on it. It is called again only when the last call is done.
   */
  read(rows: Int32Array): SourceRows | Promise<SourceRows>;
  /** Gives back what the source holds, such as open files. Whoever made the source calls it. */
  close?(): void | Promise<void>;
}

export function isSource(value: unknown): value is Source {
  return (
    typeof value === "object" &&
    value !== null &&
    "read" in value &&
    typeof value.read === "function" &&
    "count" in value
  );
}
