// Small arrays that people write down: rows of numbers, and one such array for each channel.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/** Rows of numbers, all of one length. */
export type Rows = readonly (readonly number[])[];

/** One array for each channel, all of one size. */
export type Planes = readonly Rows[];

/** An array as it is handed in: rows, or a tensor `[H, W]` or `[H, W, C]`. */
export type ArrayLike2d = Rows | Tensor;

/** Numbers that a lesson computes one by one; more belong into a model. */
const mostNumbers = 2 ** 20;

/** The array as planes. @throws ConfigError, ShapeError where it is none. */
export function planesOf(name: string, given: ArrayLike2d): Planes {
  if (Array.isArray(given)) return [rowsOf(name, given)];
  const { data, shape } = given as Tensor;
  const [height, width, channels = 1] = shape ?? [];
  if (shape?.length !== 2 && shape?.length !== 3) {
    throw new ShapeError({
      what: `${name}: This is no array.`,
      expected: "rows of numbers, or a tensor [H, W] or [H, W, C]",
      received: shape === undefined ? typeof given : formatShape(shape),
    });
  }
  return Array.from({ length: channels }, (_, c) =>
    filled([height, width], (row, column) => data[(row * width + column) * channels + c]),
  );
}

function rowsOf(name: string, rows: readonly unknown[]): Rows {
  const isRow = (row: unknown): row is readonly number[] =>
    Array.isArray(row) && row.length > 0 && row.every(Number.isFinite);
  const first = rows[0];
  const fits = isRow(first) && rows.every((row) => isRow(row) && row.length === first.length);
  requireOption(name, rows, fits, "rows of finite numbers, all of one length");
  return rows as Rows;
}

/** Rows of `size` made by `value`. */
export function filled(
  [rows, columns]: readonly [number, number],
  value: (row: number, column: number) => number,
): Rows {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(row, column)),
  );
}

/** The rows and columns of planes. */
export const sizeOfPlanes = ([first]: Planes): readonly [number, number] => [
  first.length,
  first[0].length,
];

/** The sum of all numbers of planes. */
export const sumOf = (planes: Planes): number =>
  planes.reduce((sum, rows) => sum + rows.flat().reduce((a, b) => a + b, 0), 0);

/** @throws ConfigError where a lesson would be too long to be read. */
export function requireFew(call: string, count: number): void {
  if (count <= mostNumbers) return;
  throw new ConfigError({
    what: `${call} is for arrays that can be looked at.`,
    expected: `at most ${mostNumbers} products`,
    received: String(count),
    fix: "take a smaller part of the array, or a layer of a model",
  });
}
