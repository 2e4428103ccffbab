import { ShapeError } from "../../core/errors.ts";
import { formatShape, normalizeAxis, type Shape, sameShape, stridesOf } from "../../core/shape.ts";
import { axis as along, constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp, TensorType } from "../op.ts";

/** The axis along which the parts follow each other, counted from the front. */
export interface ConcatenateAttributes {
  readonly axis: number;
}

/** Where each part starts along the axis. */
function starts(parts: readonly Pick<TensorType, "shape">[], axis: number): number[] {
  let next = 0;
  return parts.map(({ shape }) => {
    const start = next;
    next += shape[axis];
    return start;
  });
}

/** One after another along an axis. */
export const concatenate: PrimitiveOp<ConcatenateAttributes> = {
  name: "concatenate",
  infer(parts, { axis }) {
    const [first] = parts;
    if (first === undefined) {
      throw new ShapeError({
        what: "concatenate was given nothing.",
        expected: "at least one part",
        received: "no parts",
      });
    }
    normalizeAxis(axis, first.shape.length);
    const across = (shape: Shape) => shape.filter((_, a) => a !== axis);
    const fits = parts.every(
      ({ shape, dtype }) =>
        dtype === first.dtype &&
        shape.length === first.shape.length &&
        sameShape(across(shape), across(first.shape)),
    );
    if (!fits) {
      const like = first.shape.map((d, a) => (a === axis ? "any" : d)).join(", ");
      throw new ShapeError({
        what: `The parts cannot follow each other along axis ${axis}.`,
        expected: `${first.dtype} [${like}] for each`,
        received: parts.map(({ shape, dtype }) => `${dtype} ${formatShape(shape)}`).join(" and "),
      });
    }
    const length = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
    return { shape: first.shape.with(axis, length), dtype: first.dtype };
  },
  reference(parts, { axis }, output) {
    const block = stridesOf(output.shape)[axis];
    const from = starts(parts, axis);
    parts.forEach(({ data, shape }, n) => {
      const run = shape[axis] * block;
      for (let i = 0; i < data.length; i++) {
        const row = Math.floor(i / run);
        output.data[row * output.shape[axis] * block + from[n] * block + (i % run)] = data[i];
      }
    });
  },
  gradient: ({ inputs: parts, gradient }, { axis }, build) => {
    const from = starts(parts, axis);
    return parts.map(({ shape }, n) =>
      build.slice(
        gradient,
        shape.map((_, a) => (a === axis ? from[n] : 0)),
        shape,
      ),
    );
  },
  lower(parts, { axis }, output) {
    const from = starts(parts, axis);
    const bodies = parts.map((_, n) =>
      read(
        n,
        output.shape.map((_, a) => along(a, 1, a === axis ? -from[n] : 0)),
        0,
      ),
    );
    const at: Expression<number> = { kind: "coordinate", at: along(axis) };
    const body = bodies.reduceRight((rest, part, n) =>
      scalar("select", scalar("less", at, constant(from[n + 1], "i32")), part, rest),
    );
    return { kind: "map", body };
  },
  samples: [
    { inputs: [{ shape: [3] }, { shape: [4] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [2, 5] }, { shape: [2, 1] }, { shape: [2, 17] }], attributes: { axis: 1 } },
    {
      inputs: [{ shape: [2, 3, 3, 5] }, { shape: [2, 3, 3, 6] }],
      attributes: { axis: 3 },
    },
    { inputs: [{ shape: [1, 7, 2] }, { shape: [1, 2, 2] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [33] }], attributes: { axis: 0 } },
    {
      inputs: [
        { shape: [5], dtype: "i32" },
        { shape: [2], dtype: "i32" },
      ],
      attributes: { axis: 0 },
    },
  ],
};
