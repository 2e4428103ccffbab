// The functions that no instruction computes, as polynomials in the kernel language: written once, the
// same on every target. Errors are in units of the last place (ulp) of f32, measured over the whole
// range; test/kernel/math.test.ts holds the functions to what their docs say. Coefficients: Moshier,
// Cephes, 1989 to 1992.

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

/** e^(x + low) − 1 in parts: 2ⁿ · (fraction + 1), and 2ⁿ as what to add to an exponent. */
interface ExponentialParts {
  readonly fraction: Register;
  /** A number whose bits end in n's. */
  readonly shifted: Register;
}

/** For x between −87.336 and 88.722, and `low` below 0.03; anything beyond, or for NaN. */
function exponentialParts(w: KernelWriter, x: Register, low?: Register): ExponentialParts {
  // x = n · ln 2 + rest. 1.5 · 2²³ more than n is an f32 whose bits end in n's.
  const ones = w.constant(1.5 * 2 ** 23);
  const shifted = w.compute("multiplyAdd", x, w.constant(Math.LOG2E), ones);
  const whole = w.compute("subtract", shifted, ones);
  const coarse = w.compute("multiplyAdd", whole, w.constant(-0.693359375), x);
  const fine = w.compute("multiplyAdd", whole, w.constant(2.1219444005469057e-4), coarse);
  const rest = low === undefined ? fine : w.compute("add", fine, low);
  // In pairs (Estrin): half as many operations wait for each other as by Horner's rule.
  const square = w.compute("multiply", rest, rest);
  const pairs = [
    [1.98756915e-4, 1.3981999507e-3],
    [8.3334519073e-3, 4.1665795894e-2],
    [1.6666665459e-1, 5.0000001201e-1],
  ].map((pair) => polynomial(w, rest, pair));
  const series = pairs.reduce((sum, pair) => w.compute("multiplyAdd", sum, square, pair));
  return { fraction: w.compute("multiplyAdd", series, square, rest), shifted };
}

/** `value` · 2ⁿ: n more in the bits of the exponent. */
function timesPower(w: KernelWriter, value: Register, shifted: Register): Register {
  const n = w.compute("shiftLeft", w.compute("bitsToI32", shifted), w.constant(23, "i32"));
  return w.compute("bitsToF32", w.compute("add", w.compute("bitsToI32", value), n));
}

/** 2ⁿ for n from −126 to 127; ∞ for 128. */
function powerOfTwo(w: KernelWriter, shifted: Register): Register {
  const n = w.compute("shiftLeft", w.compute("bitsToI32", shifted), w.constant(23, "i32"));
  return w.compute("bitsToF32", w.compute("add", n, w.constant(0x3f800000, "i32")));
}

/** e^(x + low) between −87.336 and 88.722; anything for an x beyond, or one that is no number. */
function plainExponential(w: KernelWriter, x: Register, low?: Register): Register {
  const { fraction, shifted } = exponentialParts(w, x, low);
  return timesPower(w, w.compute("add", fraction, w.constant(1)), shifted);
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

/** eˣ − 1, within 1.6 ulp; −1 below −18, ∞ above 88.722. */
export function exponentialMinusOne(w: KernelWriter, x: Register): Register {
  const one = w.constant(1);
  const { fraction, shifted } = exponentialParts(w, x);
  const power = powerOfTwo(w, shifted);
  const rest = w.compute("subtract", power, one);
  const near = w.compute("multiplyAdd", fraction, power, rest);
  const plain = timesPower(w, w.compute("add", fraction, one), shifted);
  const isNear = w.compute("less", x, w.constant(18));
  const upper = w.compute("select", isNear, near, plain);
  const isLow = w.compute("less", x, w.constant(-18));
  const finite = w.compute("select", isLow, w.constant(-1), upper);
  // What is no number is not within, and stays one.
  const within = w.compute("lessEqual", x, w.constant(88.72283));
  const beyond = w.compute("add", x, w.constant(Number.POSITIVE_INFINITY));
  return w.compute("select", within, finite, beyond);
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

/** `size`, which is positive, with the sign of x. */
function withSignOf(w: KernelWriter, size: Register, x: Register): Register {
  const sign = w.compute("and", w.compute("bitsToI32", x), w.constant(-(2 ** 31), "i32"));
  return w.compute("bitsToF32", w.compute("or", w.compute("bitsToI32", size), sign));
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
  return w.compute("select", isFar, withSignOf(w, far, x), near);
}

/** 1 / (1 + e⁻ˣ), within 2.6 ulp; 0 below −88.376. */
export function sigmoid(w: KernelWriter, x: Register): Register {
  const one = w.constant(1);
  // No f32 tells e⁻⁸⁷ + 1 from 1; from 88.376 on, n is 128 and the bits of 2ⁿ are those of ∞.
  const bounded = w.compute("minimum", w.compute("negate", x), w.constant(89));
  const { fraction, shifted } = exponentialParts(w, w.compute("maximum", bounded, w.constant(-87)));
  const power = powerOfTwo(w, shifted);
  const sum = w.compute("multiplyAdd", w.compute("add", fraction, one), power, one);
  return w.compute("divide", one, sum);
}

/** The share of a normal distribution that lies above `size`, which is at least 0. */
function normalTail(w: KernelWriter, size: Register): Register {
  // From 14 on nothing is left. size² = head² + rest · (size + head), of which head² is exact.
  const a = w.compute("minimum", size, w.constant(14));
  const steps = w.compute("nearest", w.compute("multiply", a, w.constant(256)));
  const head = w.compute("multiply", steps, w.constant(1 / 256));
  const minusHalf = w.constant(-0.5);
  const high = w.compute("multiply", w.compute("multiply", head, head), minusHalf);
  const rest = w.compute("multiply", w.compute("subtract", a, head), minusHalf);
  const low = w.compute("multiply", rest, w.compute("add", a, head));
  const grown = plainExponential(w, high, low);
  const isLost = w.compute("less", high, w.constant(-87.33654));
  const bell = w.compute("select", isLost, w.constant(0), grown);
  // e^(a²/2) times the share, over 1 / (1 + 0.3 a): fitted, the relative error is below 4e-9.
  const t = w.compute(
    "divide",
    w.constant(1),
    w.compute("multiplyAdd", a, w.constant(0.3), w.constant(1)),
  );
  const series = polynomial(
    w,
    t,
    [
      -0.02061292316, 0.1123762866, -0.2280687042, 0.1915832727, -0.07924864121, 0.09605851986,
      0.07842534459, 0.1102273733, 0.1195728354, 0.1196866344,
    ],
  );
  return w.compute("multiply", bell, w.compute("multiply", t, series));
}

/** The share of a normal distribution that lies below x, within 6.5 ulp; 0 from −13.2 down. */
export function normalDistribution(w: KernelWriter, x: Register): Register {
  const tail = normalTail(w, w.compute("absolute", x));
  const isBelow = w.compute("less", x, w.constant(0));
  return w.compute("select", isBelow, tail, w.compute("subtract", w.constant(1), tail));
}

/** 2/√π ∫ e^(−t²) dt from 0 to x, within 2.5 ulp; ±1 beyond ±4. */
export function errorFunction(w: KernelWriter, x: Register): Register {
  const size = w.compute("absolute", x);
  // Fitted up to 0.9: the relative error is below 3e-10.
  const series = polynomial(
    w,
    w.compute("multiply", x, x),
    [
      8.513102083e-5, -8.175638811e-4, 5.203859116e-3, -2.686050844e-2, 1.128371503e-1,
      -3.761263498e-1, 1.128379167,
    ],
  );
  const near = w.compute("multiply", x, series);
  const tail = normalTail(w, w.compute("multiply", size, w.constant(Math.SQRT2)));
  const far = w.compute("subtract", w.constant(1), w.compute("add", tail, tail));
  // What is no number is not far, and stays one.
  const isFar = w.compute("lessEqual", w.constant(0.9), size);
  return w.compute("select", isFar, withSignOf(w, far, x), near);
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
  [counter, step, seedHigh, draw]: readonly [Register, Register, number, number],
  [seed, stream]: readonly [number, number],
): Register {
  const { rounds, multiplierA, multiplierB, weylA, weylB } = philoxConstants;
  const word = (value: number) => w.constant(value | 0, "i32");
  const on = (op: KernelOp, ...args: Register[]) => w.compute(op, ...args);
  let [c0, c1, c2, c3] = [counter, step, word(seedHigh), word(draw)];
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
