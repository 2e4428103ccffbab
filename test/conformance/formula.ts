// Evaluates formulas naively, an element at a time, and holds them to rules that the kernel floor
// relies on: reads stay inside, dtypes do not mix.

import type { DType } from "../../src/core/dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { type Affine, type Expression, isLookup } from "../../src/graph/expression.ts";
import { evaluateScalar } from "../../src/graph/scalar.ts";

type Formula = Expression<number>;
type Register = "f32" | "i32";

function place({ offset, factors }: Affine, coordinates: readonly number[]): number {
  return factors.reduce((sum, factor, axis) => {
    if (factor === 0) return sum;
    if (coordinates[axis] === undefined) throw new Error(`there is no axis ${axis}`);
    return sum + factor * coordinates[axis];
  }, offset);
}

/** The value of `formula` at `coordinates`. */
export function evaluateFormula(
  formula: Formula,
  coordinates: readonly number[],
  inputs: readonly Tensor[],
  result?: number,
): number {
  switch (formula.kind) {
    case "constant":
      return formula.value;
    case "coordinate":
      return place(formula.at, coordinates);
    case "result":
      if (result === undefined) throw new Error("there is no result here");
      return result;
    case "scalar":
      return evaluateScalar(
        formula.op,
        formula.args.map((arg) => evaluateFormula(arg, coordinates, inputs, result)),
      );
    case "read": {
      const { data, shape } = inputs[formula.source];
      if (formula.index.length !== shape.length) throw new Error("one index an axis is needed");
      const strides = stridesOf(shape);
      let at = 0;
      for (const [axis, index] of formula.index.entries()) {
        const limit = shape[axis];
        let position: number;
        if (isLookup(index)) {
          const found = evaluateFormula(index.lookup, coordinates, inputs);
          position = Math.min(Math.max(found, 0), limit - 1);
        } else {
          position = place(index, coordinates);
        }
        if (position < 0 || position >= limit) {
          if (formula.outside === undefined) throw new Error("a read fell outside");
          return formula.outside;
        }
        at += position * strides[axis];
      }
      return data[at];
    }
  }
}

/** The coordinates of every element of `shape`, row-major. */
export function* coordinatesOf(shape: Shape): Generator<number[]> {
  const strides = stridesOf(shape);
  for (let i = 0; i < sizeOf(shape); i++) {
    yield shape.map((dimension, axis) => Math.floor(i / strides[axis]) % dimension);
  }
}

/** What a formula's value is held in. Bytes count as i32; comparisons give f32. */
export function registerOf(formula: Formula, inputs: readonly DType[]): Register {
  switch (formula.kind) {
    case "constant":
      return formula.dtype;
    case "coordinate":
      return "i32";
    case "result":
      return "f32";
    case "read":
      for (const index of formula.index) {
        if (isLookup(index)) expectAll("lookup", ["i32"], [registerOf(index.lookup, inputs)]);
      }
      return inputs[formula.source] === "f32" ? "f32" : "i32";
    case "scalar": {
      const args = formula.args.map((arg) => registerOf(arg, inputs));
      switch (formula.op) {
        case "equal":
        case "less":
        case "lessEqual":
          expectAll(formula.op, [args[0], args[0]], args);
          return "f32";
        case "select":
          expectAll(formula.op, [args[0], args[1], args[1]], args);
          return args[1];
        case "toF32":
          expectAll(formula.op, ["i32"], args);
          return "f32";
        case "toI32":
          expectAll(formula.op, ["f32"], args);
          return "i32";
        case "philox":
          expectAll(formula.op, ["i32", "i32", "i32", "i32", "i32", "i32"], args);
          return "f32";
        case "add":
        case "subtract":
        case "multiply":
        case "maximum":
        case "minimum":
          expectAll(formula.op, [args[0], args[0]], args);
          return args[0];
        default:
          expectAll(
            formula.op,
            args.map(() => "f32"),
            args,
          );
          return "f32";
      }
    }
  }
}

function expectAll(op: string, expected: readonly Register[], received: readonly Register[]): void {
  if (expected.join() === received.join()) return;
  throw new Error(`${op} takes (${expected.join()}) and was given (${received.join()})`);
}
