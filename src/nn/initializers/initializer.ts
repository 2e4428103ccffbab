// What an initializer is: how a weight begins. Formulas and defaults are Keras's; the random bits are
// Fovea's own.

import type { RandomStream } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Facts } from "../facts.ts";

export interface Initializer {
  /** The name that files use. */
  readonly name: string;
  readonly options: object;
  /** Refuses a shape when the model is made, before anything is drawn. @throws ShapeError */
  check?(shape: Shape): void;
  /** First values for a weight of `shape`, row-major. @throws ShapeError where it does not fit. */
  fill(shape: Shape, random: RandomStream): Float32Array;
}

/** Inputs and outputs of one unit: for a filter [R, S, C, K], R · S · C and R · S · K. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export function fansOf(shape: Shape): Fans {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const taps = sizeOf(shape.slice(0, -2));
  return { fanIn: taps * shape[shape.length - 2], fanOut: taps * shape[shape.length - 1] };
}

/** A value for each element, drawn one after another. */
export function filled(shape: Shape, draw: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  // Four times as fast as Float32Array.from.
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

/** A normal number that is not beyond two deviations, of deviation 1 before it was cut off. */
export function drawTruncated(random: RandomStream): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** The facts of an initializer. */
export function initializerFacts<O extends object>(own: Omit<Facts<O>, "group">): Facts<O> {
  return { group: "initializers", ...own };
}
