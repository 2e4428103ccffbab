// Operations on symbolic tensors and numbers: `keras.ops` for functional models. Each call makes a layer,
// which is saved and shown like any other.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { axisOf } from "./layers/axes.ts";
import { layers } from "./layers/index.ts";
import type { Constant } from "./layers/operation.ts";
import { type OperationName, type OperationTable, operationTable } from "./operations/index.ts";
import type { GivenSettings, OperandCount, Operation, Settings } from "./operations/operation.ts";
import { isSymbolic, type SymbolicTensor } from "./symbolic.ts";

/** A tensor, or numbers: at least one operand of each call is a tensor. */
export type Operand = SymbolicTensor | Constant;

type Named = { readonly name?: string };

type Operands<C> = C extends "list"
  ? [tensors: readonly SymbolicTensor[]]
  : C extends 1
    ? [x: SymbolicTensor]
    : C extends 2
      ? [a: Operand, b: Operand]
      : [a: Operand, b: Operand, c: Operand];

type SettingsArgument<S extends Settings> =
  Record<never, never> extends GivenSettings<S>
    ? [settings?: GivenSettings<S> & Named]
    : [settings: GivenSettings<S> & Named];

type Call<O> =
  O extends Operation<infer S, infer C>
    ? (...parameters: [...Operands<C>, ...SettingsArgument<S>]) => SymbolicTensor
    : never;

function apply(operation: OperationName, count: OperandCount, parameters: readonly unknown[]) {
  const size = count === "list" ? 1 : count;
  const given = parameters.slice(0, size);
  const { name, ...settings } = (parameters[size] ?? {}) as Named;
  const operands = count === "list" ? [given[0]].flat() : given;
  const tensors = operands.filter(isSymbolic);
  if (tensors.length === 0) {
    throw new ConfigError({
      what: `operations.${operation} has no tensor to work on.`,
      expected: "a symbolic tensor: what input({ shape }) and layer.apply make",
      received: `${operands.length} other operands`,
    });
  }
  const constants = operands.map((one) => (isSymbolic(one) ? null : one)) as (Constant | null)[];
  const isMixed = constants.some((one) => one !== null);
  return layers
    .operation({
      operation,
      ...(isMixed ? { operands: constants } : {}),
      settings,
      ...(name === undefined ? {} : { name }),
    })
    .apply(tensors);
}

/** The function that applies an operation. @example export const add = callOf("add"); */
export function callOf<K extends OperationName>(name: K): Call<OperationTable[K]> {
  const { operands } = operationTable[name];
  const call = (...parameters: readonly unknown[]) => apply(name, operands, parameters);
  return call as Call<OperationTable[K]>;
}

/**
 * The parts of `x` along an axis: a number of equal parts, or cut at the given positions. Each part is a
 * `slice`. `axis` counts N as 0. Default: -1, the last.
 *
 * @throws ShapeError if the axis does not exist, or cannot be cut like this.
 * @example const [a, b] = operations.split(x, 2);
 */
export function split(
  x: SymbolicTensor,
  sections: number | readonly number[],
  { axis = -1 }: { readonly axis?: number } = {},
): SymbolicTensor[] {
  const slice = callOf("slice");
  return splitKeys(x.shape, sections, axis).map((key) => slice(x, { key }));
}

/** The keys of the slices that a split is, of examples of `shape`. @throws ShapeError */
export function splitKeys(
  shape: readonly number[],
  sections: number | readonly number[],
  axis: number,
): string[] {
  const at = axisOf(axis, shape, "split");
  const length = shape[at - 1];
  const size = typeof sections === "number" ? length / sections : 0;
  const places =
    typeof sections === "number"
      ? Array.from({ length: Math.max(0, sections - 1) }, (_, i) => size * (i + 1))
      : sections;
  const ends = [0, ...places, length];
  const fits = ends.every((end, i) => Number.isSafeInteger(end) && (i === 0 || end > ends[i - 1]));
  if (!fits || (typeof sections === "number" && sections < 1)) {
    throw new ShapeError({
      what: "split cannot cut the axis like this.",
      expected: `a divisor of ${length}, or rising places from 1 to ${length - 1}`,
      received: `${JSON.stringify(sections)} along axis ${at} of ${formatShape([null, ...shape])}`,
    });
  }
  const before = ":, ".repeat(at);
  return ends.slice(1).map((end, i) => `${before}${ends[i]}:${end}`);
}
