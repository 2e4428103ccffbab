// The operations on tensors: one row each. Names are those of `keras.ops`; `slice` is what Python writes
// in brackets.

import { arithmetic } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import type { Operation } from "./operation.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";

/** Every operation by the name that models and files use. */
export const operationTable = { ...arithmetic, ...elementwise, ...reductions, ...shapes };

export type OperationName = keyof typeof operationTable;

/** The same, where the name is not known. */
export const operationRows: Readonly<Record<string, Operation>> = operationTable;
