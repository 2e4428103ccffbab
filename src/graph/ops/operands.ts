// What ops ask of their operands, said the same way by all of them.

import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { TensorType } from "../op.ts";

const dtypesOf = (inputs: readonly TensorType[]) => inputs.map(({ dtype }) => dtype).join(", ");

/** f32, where every input is. @throws ShapeError */
export function floating(op: string, inputs: readonly TensorType[]): "f32" {
  if (inputs.every(({ dtype }) => dtype === "f32")) return "f32";
  throw new ShapeError({
    what: `${op} computes with f32 alone.`,
    expected: inputs.map(() => "f32").join(", "),
    received: dtypesOf(inputs),
    fix: "cast the other operands to f32 first",
  });
}

/** The dtype that the inputs share: f32 for values, i32 for counters and indices. @throws ShapeError */
export function arithmetic(op: string, inputs: readonly TensorType[]): DType {
  const [{ dtype }] = inputs;
  if (dtype !== "u8" && inputs.every((input) => input.dtype === dtype)) return dtype;
  throw new ShapeError({
    what: `${op} computes with operands of one dtype.`,
    expected: "f32 for all of them, or i32 for all of them",
    received: dtypesOf(inputs),
    fix: "cast the operands to f32 first",
  });
}

/** f32, the dtype of a comparison of two values, or of two whole numbers. @throws ShapeError */
export function comparison(op: string, inputs: readonly TensorType[]): "f32" {
  const [a, b] = inputs.map(({ dtype }) => dtype === "f32");
  if (a === b) return "f32";
  throw new ShapeError({
    what: `${op} compares values with values, or whole numbers with whole numbers.`,
    expected: "f32 on both sides, or i32 and u8 on both sides",
    received: dtypesOf(inputs),
    fix: "cast one side to the other's dtype first",
  });
}

/** Throws unless `input` holds whole numbers, as labels and indices do. */
export function requireWhole(op: string, operand: string, { dtype }: TensorType): void {
  if (dtype !== "f32") return;
  throw new ShapeError({
    what: `${op} takes ${operand} that are whole numbers.`,
    expected: "i32 or u8",
    received: dtype,
    fix: `cast the ${operand} to i32 first`,
  });
}

/** Throws unless `input` has the dimensions that `letters` name: `["N", "C"]`. */
export function requireRank(
  op: string,
  operand: string,
  { shape }: TensorType,
  letters: readonly string[],
): void {
  if (shape.length === letters.length) return;
  throw new ShapeError({
    what: `${op} takes ${operand} of another number of dimensions.`,
    expected: `[${letters.join(", ")}]`,
    received: formatShape(shape),
    fix: "reshape the operand first",
  });
}

/** Throws unless `input` has exactly the dimensions `shape`. */
export function requireShape(op: string, operand: string, input: TensorType, shape: Shape): void {
  if (sameShape(input.shape, shape)) return;
  throw new ShapeError({
    what: `${op} takes ${operand} of another shape.`,
    expected: formatShape(shape),
    received: formatShape(input.shape),
  });
}

/** Throws unless `values`, a setting of `op`, has one whole number of at least `smallest` an axis. */
export function requireAnAxisEach(
  op: string,
  setting: string,
  values: readonly number[],
  { shape }: TensorType,
  smallest: number,
): void {
  const usable = values.every((value) => Number.isSafeInteger(value) && value >= smallest);
  if (usable && values.length === shape.length) return;
  throw new ShapeError({
    what: `${op} takes one ${setting} an axis.`,
    expected: `${shape.length} whole numbers of at least ${smallest} for ${formatShape(shape)}`,
    received: formatShape(values),
  });
}
