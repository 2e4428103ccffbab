import { checkShape } from "../../core/shape.ts";
import { axis, constant, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";

/** How many pixels there are, and how many are wanted in their place. */
export interface SamplePositionsAttributes {
  readonly input: number;
  readonly output: number;
}

/**
 * Where the middle of each of `output` pixels lies on a line of `input` pixels, each 1 wide:
 * (i + ½) · input / output. All is whole numbers up to one division, so a position on the border
 * between two pixels is exactly that on every target.
 */
export const samplePositions: PrimitiveOp<SamplePositionsAttributes> = {
  name: "samplePositions",
  infer(_, { input, output }) {
    checkShape([input, output], "The numbers of pixels");
    return { shape: [output], dtype: "f32" };
  },
  reference(_, { input, output: wanted }, output) {
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = ((2 * i + 1) * input) / (2 * wanted);
    }
  },
  lower(_, { input, output }) {
    const doubled = scalar<number>("toF32", {
      kind: "coordinate",
      at: axis(0, 2 * input, input),
    });
    return { kind: "map", body: scalar("divide", doubled, constant<number>(2 * output)) };
  },
  noGradient: "positions do not depend on any value",
  samples: [
    { input: 5, output: 7 },
    { input: 33, output: 10 },
    { input: 6, output: 6 },
    { input: 1, output: 4 },
  ].map((attributes) => ({ inputs: [], attributes })),
};
