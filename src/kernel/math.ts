// The functions that no instruction computes, as polynomials in the kernel language: written once,
// the same on every target. Floor 2. Errors are in units of the last place (ulp) of f32, measured
// over the whole range; test/kernel/math.test.ts holds the functions to what their docs say.
// Coefficients: Moshier, Cephes, 1989 to 1992.

import { philoxConstants } from "../core/random.ts";
import type { KernelOp, Register } from "./language.ts";
import type { KernelWriter } from "./writer.ts";

/** Evaluates c₀ xⁿ + c₁ xⁿ⁻¹ + … by Horner's rule. */
function polynomial(w: KernelWriter, x: Register, coefficients: readonly number[]): Register {
  return coefficients
    .slice(1)
    .reduce<Register>(
      (sum, coefficient) => w.compute("multiplyAdd", sum, x, w.constant(coefficient)),
      w.constant(coefficients[0]),
    );
}

/** eˣ between −87.336 and 88.722; anything for an x beyond, or one that is no number. */
function plainExponential(w: KernelWriter, x: Register): Register {
  // x = n · ln 2 + rest. 1.5 · 2²³ more than n is an f32 whose bits end in n's.
  const ones = w.constant(1.5 * 2 ** 23);
  const shifted = w.compute("multiplyAdd", x, w.constant(Math.LOG2E), ones);
  const whole = w.compute("subtract", shifted, ones);
  const coarse = w.compute("multiplyAdd", whole, w.constant(-0.693359375), x);
  const rest = w.compute("multiplyAdd", whole, w.constant(2.1219444005469057e-4), coarse);
  const series = polynomial(
    w,
    rest,
    [
      1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
      5.0000001201e-1,
    ],
  );
  const square = w.compute("multiply", rest, rest);
  const fraction = w.compute("add", w.compute("multiplyAdd", series, square, rest), w.constant(1));
  // Times 2ⁿ: n more in the bits of the exponent.
  const n = w.compute("shiftLeft", w.compute("bitsToI32", shifted), w.constant(23, "i32"));
  return w.compute("bitsToF32", w.compute("add", w.compute("bitsToI32", fraction), n));
}

/** eˣ, within 1.1 ulp; 0 below −87.336, ∞ above 88.722. */
export function exponential(w: KernelWriter, x: Register): Register {
  const plain = plainExponential(w, x);
  const below = w.compute("less", x, w.constant(-87.33654));
  const low = w.compute("select", below, w.constant(0), plain);
  // What is no number is not within, and stays one.
  const within = w.compute("lessEqual", x, w.constant(88.72283));
  const beyond = w.compute("add", x, w.constant(Number.POSITIVE_INFINITY));
  return w.compute("select", within, low, beyond);
}

/** ln x, within 0.9 ulp; −∞ at 0, not a number below. Subnormal numbers count as 0. */
export function logarithm(w: KernelWriter, x: Register): Register {
  const bits = w.compute("bitsToI32", x);
  const exponent = w.compute(
    "subtract",
    w.compute("shiftRight", bits, w.constant(23, "i32")),
    w.constant(126, "i32"),
  );
  const mantissa = w.compute(
    "bitsToF32",
    w.compute(
      "or",
      w.compute("and", bits, w.constant(0x007fffff, "i32")),
      w.constant(0x3f000000, "i32"),
    ),
  );
  const small = w.compute("less", mantissa, w.constant(Math.SQRT1_2));
  const doubled = w.compute("add", mantissa, mantissa);
  const m = w.compute("subtract", w.compute("select", small, doubled, mantissa), w.constant(1));
  const e = w.compute(
    "subtract",
    w.compute("toF32", exponent),
    w.compute("select", small, w.constant(1), w.constant(0)),
  );
  const square = w.compute("multiply", m, m);
  const series = polynomial(
    w,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
      -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const tail = w.compute("multiply", w.compute("multiply", m, square), series);
  const fine = w.compute("multiplyAdd", e, w.constant(-2.1219444e-4), tail);
  const halved = w.compute("multiplyAdd", square, w.constant(-0.5), fine);
  const result = w.compute("multiplyAdd", e, w.constant(0.693359375), w.compute("add", m, halved));
  const infinite = w.compute("equal", x, w.constant(Number.POSITIVE_INFINITY));
  const zero = w.compute("less", x, w.constant(1.1754943508222875e-38));
  const negative = w.compute("less", x, w.constant(0));
  const upper = w.compute("select", infinite, x, result);
  const lower = w.compute(
    "select",
    negative,
    w.constant(Number.NaN),
    w.constant(Number.NEGATIVE_INFINITY),
  );
  const number = w.compute("equal", x, x);
  return w.compute("select", number, w.compute("select", zero, lower, upper), x);
}

/** tanh x, within 1.4 ulp. */
export function tanh(w: KernelWriter, x: Register): Register {
  const size = w.compute("absolute", x);
  const square = w.compute("multiply", x, x);
  const series = polynomial(
    w,
    square,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const near = w.compute("multiplyAdd", w.compute("multiply", series, square), x, x);
  // From 10 on it is 1, as far as an f32 can tell.
  const doubled = w.compute("minimum", w.compute("add", size, size), w.constant(20));
  const grown = plainExponential(w, doubled);
  const far = w.compute(
    "subtract",
    w.constant(1),
    w.compute("divide", w.constant(2), w.compute("add", grown, w.constant(1))),
  );
  // What is no number is not far, and stays one.
  const isFar = w.compute("lessEqual", w.constant(0.625), size);
  const signOf = w.compute("and", w.compute("bitsToI32", x), w.constant(-(2 ** 31), "i32"));
  const signed = w.compute("or", w.compute("bitsToI32", far), signOf);
  return w.compute("select", isFar, w.compute("bitsToF32", signed), near);
}

/** 1 / (1 + e⁻ˣ), within 2.6 ulp; 0 below −88.722. */
export function sigmoid(w: KernelWriter, x: Register): Register {
  const grown = exponential(w, w.compute("negate", x));
  return w.compute("divide", w.constant(1), w.compute("add", w.constant(1), grown));
}

/** aᵇ for a > 0, as e to the b · ln a: within 2 + 2 |b · ln a| ulp. */
export function power(w: KernelWriter, a: Register, b: Register): Register {
  return exponential(w, w.compute("multiply", b, logarithm(w, a)));
}

/** −1, 0 or 1; NaN stays NaN. */
export function sign(w: KernelWriter, x: Register): Register {
  const below = w.compute("less", x, w.constant(0));
  const above = w.compute("less", w.constant(0), x);
  const lower = w.compute("select", below, w.constant(-1), x);
  return w.compute("select", above, w.constant(1), lower);
}

/** The first word of a Philox block, as a number in [0, 1): core/random.ts in the kernel language. */
export function philoxUnit(
  w: KernelWriter,
  counter: Register,
  step: Register,
  seed: number,
  stream: number,
): Register {
  const { rounds, multiplierA, multiplierB, weylA, weylB } = philoxConstants;
  const word = (value: number) => w.constant(value | 0, "i32");
  const on = (op: KernelOp, ...args: Register[]) => w.compute(op, ...args);
  let [c0, c1, c2, c3] = [counter, step, word(0), word(0)];
  for (let round = 0; round < rounds; round++) {
    const keyA = word(seed + Math.imul(round, weylA));
    const keyB = word(stream + Math.imul(round, weylB));
    const highA = on("multiplyHigh", word(multiplierA), c0);
    const lowA = on("multiply", word(multiplierA), c0);
    const highB = on("multiplyHigh", word(multiplierB), c2);
    const lowB = on("multiply", word(multiplierB), c2);
    c0 = on("xor", on("xor", highB, c1), keyA);
    c1 = lowB;
    c2 = on("xor", on("xor", highA, c3), keyB);
    c3 = lowA;
  }
  const top = on("toF32", on("shiftRight", c0, word(8)));
  return on("multiply", top, w.constant(2 ** -24));
}
