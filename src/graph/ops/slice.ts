import { ShapeError } from "../../core/errors.ts";
import { formatShape, stridesOf } from "../../core/shape.ts";
import type { Builder } from "../builder.ts";
import { axis, read } from "../expression.ts";
import type { Node, PrimitiveOp } from "../op.ts";
import { requireAnAxisEach } from "./operands.ts";

/** Along each axis: the first element, how many, and the distance between them. */
export interface SliceAttributes {
  readonly start: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

/** `x` with `step[i] - 1` zeros between neighbours along axis i. */
function spread(x: Node, step: readonly number[], build: Builder): Node {
  if (step.every((s) => s === 1)) return x;
  const columns = build.reshape(
    x,
    x.shape.flatMap((d) => [d, 1]),
  );
  const none = columns.shape.map(() => 0);
  const after = step.flatMap((s) => [0, s - 1]);
  const filled = build.reshape(
    build.pad(columns, none, after),
    x.shape.map((d, a) => d * step[a]),
  );
  return build.slice(
    filled,
    x.shape.map(() => 0),
    x.shape.map((d, a) => (d - 1) * step[a] + 1),
  );
}

/** A box of the input, or every few elements of it. */
export const slice: PrimitiveOp<SliceAttributes> = {
  name: "slice",
  infer([x], { start, size, step }) {
    requireAnAxisEach("slice", "start", start, x, 0);
    requireAnAxisEach("slice", "size", size, x, 1);
    requireAnAxisEach("slice", "step", step, x, 1);
    const last = start.map((first, a) => first + (size[a] - 1) * step[a]);
    if (last.every((at, a) => at < x.shape[a])) return { shape: size, dtype: x.dtype };
    throw new ShapeError({
      what: "slice reaches beyond the input.",
      expected: `elements inside of ${formatShape(x.shape)}`,
      received: `elements up to ${formatShape(last)}, counted from 0`,
      fix: "take fewer elements, or start earlier",
    });
  },
  reference([x], { start, step }, output) {
    const from = stridesOf(x.shape);
    const to = stridesOf(output.shape);
    for (let i = 0; i < output.data.length; i++) {
      let at = 0;
      for (let a = 0; a < from.length; a++) {
        at += (start[a] + (Math.floor(i / to[a]) % output.shape[a]) * step[a]) * from[a];
      }
      output.data[i] = x.data[at];
    }
  },
  gradient({ inputs: [x], gradient }, { start, step }, build) {
    const box = spread(gradient, step, build);
    const after = x.shape.map((d, a) => d - start[a] - box.shape[a]);
    return [build.pad(box, start, after)];
  },
  lower: (_, { start, step }) => ({
    kind: "map",
    body: read(
      0,
      start.map((first, a) => axis(a, step[a], first)),
    ),
  }),
  samples: [
    { inputs: [{ shape: [7] }], attributes: { start: [2], size: [4], step: [1] } },
    { inputs: [{ shape: [7] }], attributes: { start: [1], size: [3], step: [2] } },
    { inputs: [{ shape: [4, 17] }], attributes: { start: [1, 0], size: [2, 6], step: [1, 3] } },
    {
      inputs: [{ shape: [2, 7, 6, 3] }],
      attributes: { start: [0, 1, 0, 1], size: [2, 3, 3, 2], step: [1, 2, 2, 1] },
    },
    { inputs: [{ shape: [9], dtype: "u8" }], attributes: { start: [3], size: [5], step: [1] } },
  ],
};
