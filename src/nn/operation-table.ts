// Operations on symbolic tensors and numbers, a line each: those of `keras.ops`, by the same names in camel
// case and with the same settings. Axis 0 is N, which stays. A module rather than an object: editors show
// each one's documentation.

import { callOf } from "./symbolic-operations.ts";

export { split } from "./symbolic-operations.ts";

/** a + b */
export const add = callOf("add");

/** a − b */
export const subtract = callOf("subtract");

/** a · b */
export const multiply = callOf("multiply");

/** a / b */
export const divide = callOf("divide");

/** ⌊a / b⌋; no gradient flows. */
export const floorDivide = callOf("floorDivide");

/** a − b · ⌊a / b⌋, which has the sign of b. */
export const mod = callOf("mod");

/** aᵇ. A negative base needs a whole number as exponent, not a tensor. */
export const power = callOf("power");

/** The larger of a and b. */
export const maximum = callOf("maximum");

/** The smaller of a and b. */
export const minimum = callOf("minimum");

/** 1 where a = b, else 0. */
export const equal = callOf("equal");

/** 1 where a ≠ b, else 0. */
export const notEqual = callOf("notEqual");

/** 1 where a > b, else 0. */
export const greater = callOf("greater");

/** 1 where a ≥ b, else 0. */
export const greaterEqual = callOf("greaterEqual");

/** 1 where a < b, else 0. */
export const less = callOf("less");

/** 1 where a ≤ b, else 0. */
export const lessEqual = callOf("lessEqual");

/** `a` where `condition` is not 0, else `b`. */
export const where = callOf("where");

/** |x| */
export const absolute = callOf("absolute");

/** −x */
export const negative = callOf("negative");

/** x² */
export const square = callOf("square");

/** √x */
export const sqrt = callOf("sqrt");

/** 1 / √x */
export const rsqrt = callOf("rsqrt");

/** 1 / x */
export const reciprocal = callOf("reciprocal");

/** eˣ */
export const exp = callOf("exp");

/** eˣ − 1 */
export const expm1 = callOf("expm1");

/** ln x */
export const log = callOf("log");

/** ln(1 + x) */
export const log1p = callOf("log1p");

/** log₂ x */
export const log2 = callOf("log2");

/** log₁₀ x */
export const log10 = callOf("log10");

/** 2/√π ∫ e^(−t²) dt from 0 to x. */
export const erf = callOf("erf");

/** −1, 0 or 1; no gradient flows. */
export const sign = callOf("sign");

/** ⌊x⌋; no gradient flows. */
export const floor = callOf("floor");

/** ⌈x⌉; no gradient flows. */
export const ceil = callOf("ceil");

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
export const tanh = callOf("tanh");

/** x, limited to `xMin` and `xMax` */
export const clip = callOf("clip");

/** max(x, 0) */
export const relu = callOf("relu");

/** x, limited to 0 and 6 */
export const relu6 = callOf("relu6");

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = callOf("sigmoid");

/** ln(1 / (1 + e⁻ˣ)) */
export const logSigmoid = callOf("logSigmoid");

/** x · sigmoid(x), also known as swish */
export const silu = callOf("silu");

/** x / 6 + 1 / 2, limited to 0 and 1 */
export const hardSigmoid = callOf("hardSigmoid");

/** x · hardSigmoid(x), also known as hard swish */
export const hardSilu = callOf("hardSilu");

/** x · tanh(softplus(x)) */
export const mish = callOf("mish");

/** x, limited to −1 and 1 */
export const hardTanh = callOf("hardTanh");

/** scale · x where x is above 0, else scale · alpha · (eˣ − 1) */
export const selu = callOf("selu");

/** ln(1 + eˣ) */
export const softplus = callOf("softplus");

/** x / (1 + |x|) */
export const softsign = callOf("softsign");

/** x − tanh(x) */
export const tanhShrink = callOf("tanhShrink");

/** 0 up to −1, (x + 1)² / 4 from −1 to 1, x above */
export const sparsePlus = callOf("sparsePlus");

/** (x + 1) / 2, limited to 0 and 1 */
export const sparseSigmoid = callOf("sparseSigmoid");

/** x where it is above 0, else `negativeSlope · x`. */
export const leakyRelu = callOf("leakyRelu");

/** x where it is above 0, else `alpha · (eˣ − 1)`. */
export const elu = callOf("elu");

/** x · Φ(x), or its approximation by tanh where `approximate` is true. */
export const gelu = callOf("gelu");

/** The mean over the axes. */
export const mean = callOf("mean");

/** The sum over the axes. */
export const sum = callOf("sum");

/** The largest element over the axes. */
export const max = callOf("max");

/** The smallest element over the axes. */
export const min = callOf("min");

/** The variance over the axes: the mean squared distance from the mean. */
const variance = callOf("var");

export { variance as var };

/** The standard deviation over the axes: the square root of the variance. */
export const std = callOf("std");

/** eˣ / Σ eˣ along the axis, or axes. */
export const softmax = callOf("softmax");

/** ln softmax(x) along the axis, or axes. */
export const logSoftmax = callOf("logSoftmax");

/** Sparsemax along the axis: a sparse softmax. Source: Martins and Astudillo, ICML 2016. */
export const sparsemax = callOf("sparsemax");

/** The first half along the axis times the sigmoid of the second. Source: Dauphin et al., ICML 2017. */
export const glu = callOf("glu");

/** The same elements in another shape, N first: `[-1, 24, 3]`. */
export const reshape = callOf("reshape");

/** Reorders the axes: axis i of the result is axis `axes[i]` of x; the first is 0. */
export const transpose = callOf("transpose");

/** Swaps two axes. */
export const swapaxes = callOf("swapaxes");

/** Adds an axis of size 1. */
export const expandDims = callOf("expandDims");

/** Removes axes of size 1. Default: all of them. */
export const squeeze = callOf("squeeze");

/** Pads x with `constantValues`, or with its mirror image. */
export const pad = callOf("pad");

/** Part of x, as in NumPy: `{ key: ":, ::2" }` for `x[:, ::2]`. */
export const slice = callOf("slice");

/** Repeats each element `repeats` times along the axis. */
export const repeat = callOf("repeat");

/** Reverses the order of elements along the axes. */
export const flip = callOf("flip");

/** Joins tensors along an axis. */
export const concatenate = callOf("concatenate");

/** Joins tensors along a new axis. */
export const stack = callOf("stack");
