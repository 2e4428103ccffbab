// The operations on tensors: one row each. Names are those of `keras.ops`; `slice` is what Python writes
// in brackets.

import { arithmetic } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import type { Operation } from "./operation.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";

/** Stated by its parts, so that built declarations keep the documentation of each row. */
export type OperationTable = typeof arithmetic &
  typeof elementwise &
  typeof reductions &
  typeof shapes;

/** Every operation by the name that models and files use. */
export const operationTable: OperationTable = {
  ...arithmetic,
  ...elementwise,
  ...reductions,
  ...shapes,
};

export type OperationName = keyof OperationTable;

/** The same, where the name is not known. */
export const operationRows: Readonly<Record<string, Operation>> = operationTable;
