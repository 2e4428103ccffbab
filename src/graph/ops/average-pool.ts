import type { PoolAttributes } from "../builder.ts";
import { axis, constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { type WindowAxis, windowOver } from "../window.ts";
import { floating } from "./operands.ts";
import { countTaps, forEachTap, pooledShape, poolIndex, poolSamples } from "./pool.ts";

/** Whether every position of the window has all of its taps inside the image. */
function isInside({ input, output, taps, stride, before }: WindowAxis): boolean {
  return before === 0 && (output - 1) * stride + taps <= input;
}

/** How many taps lie inside the image in one direction, at the position along `number`. */
function tapsInside(number: number, { input, taps, stride, before }: WindowAxis) {
  const first: Expression<number> = { kind: "coordinate", at: axis(number, stride, -before) };
  const end: Expression<number> = { kind: "coordinate", at: axis(number, stride, taps - before) };
  return scalar<number>(
    "subtract",
    scalar("minimum", end, constant(input, "i32")),
    scalar("maximum", first, constant(0, "i32")),
  );
}

/** The mean of each window, a channel at a time; padding is not counted. */
export const averagePool: PrimitiveOp<PoolAttributes> = {
  name: "averagePool",
  infer: ([x], attributes) => ({
    shape: pooledShape(x.shape, attributes),
    dtype: floating("averagePool", [x]),
  }),
  reference([x], attributes, output) {
    const counts = countTaps(x.shape, attributes);
    output.data.fill(0);
    forEachTap(x.shape, attributes, (from, to) => {
      output.data[to] += x.data[from] / counts[to];
    });
  },
  gradient: ({ inputs: [x], gradient }, attributes, build) => [
    build.averagePoolGradient(gradient, { ...attributes, imageShape: x.shape }),
  ],
  lower([x], attributes) {
    const [rows, columns] = windowOver(x.shape, attributes.size, attributes);
    const body = read(0, [axis(0), ...poolIndex(x.shape, attributes), axis(3)], 0);
    const result: Expression<number> = { kind: "result" };
    // A window that lies in the padding entirely sums to 0 over at least one tap.
    const counted = scalar<number>(
      "maximum",
      scalar("multiply", tapsInside(1, rows), tapsInside(2, columns)),
      constant(1, "i32"),
    );
    const finish =
      isInside(rows) && isInside(columns)
        ? scalar("divide", result, constant<number>(rows.taps * columns.taps))
        : scalar("divide", result, scalar<number>("toF32", counted));
    return { kind: "reduce", extents: attributes.size, combine: "sum", body, finish };
  },
  samples: poolSamples(),
};
