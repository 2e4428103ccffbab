// L-BFGS: Newton's steps, with curvatures that the last steps have shown instead of a matrix. Source: Nocedal,
// "Updating quasi-Newton matrices with limited storage", Mathematics of Computation 1980; the two-loop recursion is
// algorithm 7.4 of Nocedal and Wright, 2006.

import { type LineSearchOptions, lineSearch } from "./line-search.ts";
import {
  addTo,
  dot,
  largestMagnitude,
  type MinimizerStep,
  type Objective,
  sumOfMagnitudes,
  type Vector,
} from "./minimizer.ts";

/** How steps are chosen. */
export interface LbfgsOptions {
  /** How many of the last steps count. Default: 10. */
  readonly history?: number;
  /** The length of the first trial of each search. Default: 1. */
  readonly learningRate?: number;
  /** How far all numbers together go in the first trial of all. Default: 1, or the gradient if that is shorter. */
  readonly firstStep?: number;
  /** The search for a minimum ends where no number of the gradient is larger. Default: 1e-7. */
  readonly gradientTolerance?: number;
  /** It also ends where neither the point nor the value changes by more than this. Default: 1e-9. */
  readonly changeTolerance?: number;
  readonly lineSearch?: LineSearchOptions;
}

/** A step that was taken: how the gradient changed along it, and what that says of the curvature. */
interface Pair {
  readonly step: Vector;
  readonly change: Vector;
  readonly inverse: number;
}

/** A pair is left out where step and change of the gradient have a cosine below this: the slope has not risen. */
const leastCurvature = 1e-10;

/**
 * The points of a descent from `start`, one after each step. It ends where it makes no more progress.
 *
 * @example for await (const { x, loss } of lbfgs(objective, start, { history: 20 })) console.log(loss);
 */
export async function* lbfgs(
  objective: Objective,
  start: Vector,
  options: LbfgsOptions = {},
): AsyncGenerator<MinimizerStep, void> {
  const { history = 10, learningRate = 1, firstStep } = options;
  const { gradientTolerance = 1e-7, changeTolerance = 1e-9 } = options;
  const search = { tolerance: changeTolerance, ...options.lineSearch };
  const x = start.slice();
  const begin = await objective(x);
  let { loss } = begin;
  let gradient: Vector = begin.gradient.slice();
  let evaluations = 1;
  const pairs: Pair[] = [];
  const direction = x.slice();
  let scale = 1;
  for (let isFirst = true; largestMagnitude(gradient) > gradientTolerance; isFirst = false) {
    newtonStep(direction, gradient, pairs, scale);
    const slope = dot(gradient, direction);
    if (slope > -changeTolerance) return;
    const first = isFirst ? firstLength(gradient, firstStep) : 1;
    const from = { loss, gradient, slope };
    const { found, evaluations: asked } = await lineSearch(
      objective,
      x,
      direction,
      from,
      first * learningRate,
      search,
    );
    evaluations += asked;
    addTo(x, direction, found.step);
    const step = direction.map((value) => value * found.step);
    const change = found.gradient.map((value, i) => value - gradient[i]);
    const risen = dot(change, step);
    const square = dot(change, change);
    if (risen > leastCurvature * Math.sqrt(square * dot(step, step))) {
      if (pairs.length === history) pairs.shift();
      pairs.push({ step, change, inverse: 1 / risen });
      scale = risen / square;
    }
    const fall = Math.abs(found.loss - loss);
    ({ loss, gradient } = found);
    yield { x, loss, evaluations };
    if (largestMagnitude(step) <= changeTolerance || fall < changeTolerance) return;
  }
}

/** The first trial in lengths of the gradient, of whose size nothing is known yet. */
function firstLength(gradient: Vector, firstStep: number | undefined): number {
  const sum = sumOfMagnitudes(gradient);
  return firstStep === undefined ? Math.min(1, 1 / sum) : firstStep / sum;
}

/** The direction of the next step: the negative gradient times the inverse of the curvature that is known. */
function newtonStep(
  direction: Vector,
  gradient: Vector,
  pairs: readonly Pair[],
  scale: number,
): void {
  for (let i = 0; i < direction.length; i++) direction[i] = -gradient[i];
  const shares = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, inverse } = pairs[i];
    shares[i] = dot(step, direction) * inverse;
    addTo(direction, change, -shares[i]);
  }
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  pairs.forEach(({ step, change, inverse }, i) => {
    addTo(direction, step, shares[i] - dot(change, direction) * inverse);
  });
}
