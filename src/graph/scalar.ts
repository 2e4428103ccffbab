// The scalar functions of formulas, on plain numbers. The kernel floor has its own, in lanes and single
// precision; this table is what they are held against.

import { philox, toUnit } from "../core/random.ts";
import type { ScalarOp } from "./expression.ts";
import { errorFunction, normalDistribution } from "./normal-distribution.ts";

/** x without its fraction, moved to the nearest i32; 0 for NaN. */
export function truncate(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

const table = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  power: (a, b) => a ** b,
  negate: (a) => -a,
  absolute: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  floor: (a) => Math.floor(a),
  squareRoot: (a) => Math.sqrt(a),
  exponential: (a) => Math.exp(a),
  exponentialMinusOne: (a) => Math.expm1(a),
  logarithm: (a) => Math.log(a),
  tanh: (a) => Math.tanh(a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  errorFunction,
  normalDistribution,
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  select: (condition, a, b) => (condition !== 0 ? a : b),
  toF32: (a) => a,
  toI32: truncate,
  philox: (counter, step, seed, stream, seedHigh, draw) =>
    toUnit(philox([counter, step, seedHigh, draw], [seed, stream])[0]),
} as const satisfies Record<ScalarOp, (...args: number[]) => number>;

/** Whether `a` comes before `b` where the largest is sought: a NaN is larger than any number. */
export function isLarger(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}

/** `op` applied to numbers, in f64. */
export function evaluateScalar(op: ScalarOp, args: readonly number[]): number {
  return (table[op] as (...values: readonly number[]) => number)(...args);
}
