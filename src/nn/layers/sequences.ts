// What layers that work along one axis ask of their input.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** @throws ShapeError unless `input` is a sequence `[L, C]`. */
export function requireSequence(input: Shape, layer: string): void {
  if (input.length === 2) return;
  throw new ShapeError({
    what: `${layer} works on sequences.`,
    expected: "[L, C] for each example",
    received: formatShape(input),
    fix: "reshape its input",
  });
}
