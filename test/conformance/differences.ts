// Gradients by central differences, in f64: what the rules of autodiff are held against.

import { RandomStream } from "../../src/core/random.ts";

const step = 1e-5;

/** The largest number of elements that are tried. */
const most = 1000;

/**
 * The largest difference between `gradient` and the central differences of `loss` over `data`,
 * relative to the largest central difference. `data` is restored.
 */
export function gradientError(
  loss: () => number,
  data: Float64Array,
  gradient: ArrayLike<number>,
): number {
  let largest = 0;
  let error = 0;
  for (const i of new RandomStream(7).permutation(data.length).subarray(0, most)) {
    const before = data[i];
    data[i] = before + step;
    const above = loss();
    data[i] = before - step;
    const below = loss();
    data[i] = before;
    const difference = (above - below) / (2 * step);
    largest = Math.max(largest, Math.abs(difference));
    error = Math.max(error, Math.abs(difference - gradient[i]));
  }
  return largest === 0 ? error : error / largest;
}
