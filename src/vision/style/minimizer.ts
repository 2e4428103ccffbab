// What finds the lowest value of a function of many numbers, step by step.

/** The numbers that are looked for. They keep their precision. */
export type Vector = Float32Array | Float64Array;

/** A function's value at a point, and its slope there. */
export interface Evaluation {
  readonly loss: number;
  readonly gradient: Vector;
}

/** A function that is to become small. The gradient that it gives may be used again by its next call. */
export type Objective = (x: Vector) => Promise<Evaluation>;

/** Where a minimizer is after a step. */
export interface MinimizerStep {
  /** The point: the same array at each step. */
  readonly x: Vector;
  readonly loss: number;
  /** How often the function was asked so far. */
  readonly evaluations: number;
}

/** Σ a·b, in 64 bits. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a becomes a + factor · b. */
export function addTo(a: Vector, b: Vector, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}

/** Σ |a| */
export function sumOfMagnitudes(a: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]);
  return sum;
}

/** max |a| */
export function largestMagnitude(a: Vector): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]));
  return most;
}
