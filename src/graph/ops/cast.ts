import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import { scalar } from "../expression.ts";
import { truncate } from "../scalar.ts";
import { elementwise } from "./elementwise.ts";

/** What the elements become. */
export interface CastAttributes {
  readonly dtype: DType;
}

/** x as another dtype; to whole numbers it truncates, and moves what does not fit to the nearest. */
export const cast = elementwise<CastAttributes>({
  name: "cast",
  dtype(_op, _inputs, { dtype }) {
    if (dtype !== "u8") return dtype;
    throw new ShapeError({
      what: "cast does not make bytes: u8 is for images that come in.",
      expected: "f32 or i32",
      received: dtype,
    });
  },
  scalar: ([x], { dtype }) => (dtype === "f32" ? x : truncate(x)),
  formula([x], { dtype }, [from]) {
    if (dtype === "f32") return from === "f32" ? x : scalar("toF32", x);
    return from === "f32" ? scalar("toI32", x) : x;
  },
  gradient: ({ inputs: [x], gradient }, { dtype }) => [
    x.dtype === "f32" && dtype === "f32" ? gradient : undefined,
  ],
  samples: [
    { inputs: [{ shape: [7] }], attributes: { dtype: "f32" } },
    { inputs: [{ shape: [3, 5], range: [-9, 9] }], attributes: { dtype: "i32" } },
    { inputs: [{ shape: [17], dtype: "i32", range: [-9, 9] }], attributes: { dtype: "f32" } },
    { inputs: [{ shape: [5], dtype: "i32" }], attributes: { dtype: "i32" } },
    { inputs: [{ shape: [3, 33], dtype: "u8", range: [0, 256] }], attributes: { dtype: "f32" } },
    { inputs: [{ shape: [7], dtype: "u8", range: [0, 256] }], attributes: { dtype: "i32" } },
  ],
});
