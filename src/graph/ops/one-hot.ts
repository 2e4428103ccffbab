import { ShapeError } from "../../core/errors.ts";
import { axis, constant, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireRank, requireWhole } from "./operands.ts";

/** How many columns the result has. */
export interface OneHotAttributes {
  readonly classes: number;
}

/** 1 at the label, else 0; a label outside gives zeros. */
export const oneHot: PrimitiveOp<OneHotAttributes> = {
  name: "oneHot",
  infer([labels], { classes }) {
    requireRank("oneHot", "labels", labels, ["N"]);
    requireWhole("oneHot", "labels", labels);
    if (Number.isSafeInteger(classes) && classes >= 1) {
      return { shape: [labels.shape[0], classes], dtype: "f32" };
    }
    throw new ShapeError({
      what: "oneHot makes one column a class.",
      expected: "a whole number of at least 1",
      received: String(classes),
    });
  },
  reference([labels], { classes }, output) {
    output.data.fill(0);
    labels.data.forEach((label, n) => {
      if (label >= 0 && label < classes) output.data[n * classes + label] = 1;
    });
  },
  noGradient: "labels are whole numbers",
  lower: () => ({
    kind: "map",
    body: scalar(
      "select",
      scalar("equal", read<number>(0, [axis(0)]), { kind: "coordinate", at: axis(1) }),
      constant<number>(1),
      constant<number>(0),
    ),
  }),
  samples: [
    { inputs: [{ shape: [5], dtype: "i32", range: [0, 10] }], attributes: { classes: 10 } },
    { inputs: [{ shape: [33], dtype: "i32", range: [-2, 5] }], attributes: { classes: 3 } },
    { inputs: [{ shape: [7], dtype: "u8", range: [0, 17] }], attributes: { classes: 17 } },
  ],
};
