// The error function and the normal distribution on plain numbers, in f64: what the targets' own are held
// against.

/** Both ways of computing them are exact and quick on their side. */
const middle = 2.5;

/**
 * 2/√π ∫ e^(−t²) dt from 0 to x, for |x| up to `middle`: e^(−x²) times a series whose terms are all of
 * one sign.
 */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 − erf x for x from `middle` on: a continued fraction, from its end. */
function tail(x: number): number {
  let fraction = x;
  for (let n = 120; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** 2/√π ∫ e^(−t²) dt from 0 to x. */
export function errorFunction(x: number): number {
  if (!(Math.abs(x) > middle)) return series(x);
  return x > 0 ? 1 - tail(x) : tail(-x) - 1;
}

/** The share of a normal distribution of mean 0 and variance 1 that lies below x. */
export function normalDistribution(x: number): number {
  const z = x * Math.SQRT1_2;
  if (z < -middle) return tail(-z) / 2;
  return z > middle ? 1 - tail(z) / 2 : (1 + series(z)) / 2;
}
