// Gauss-Legendre quadrature: where to look and how much each place counts, so that few places integrate a
// smooth function well. Golub and Welsch, 1969; the roots are found by Newton's method.

/** `count` places in 0…1 and their weights, which add up to 1. */
export function legendre(count: number): { places: Float64Array; weights: Float64Array } {
  const places = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let root = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    for (let round = 0; round < 100; round++) {
      const { value, slope } = polynomial(count, root);
      const step = value / slope;
      root -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    const { slope } = polynomial(count, root);
    places[count - 1 - i] = (root + 1) / 2;
    weights[count - 1 - i] = 1 / ((1 - root * root) * slope * slope);
  }
  return { places, weights };
}

/** The Legendre polynomial of a degree at x, and its slope. */
function polynomial(degree: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
