// How far to go in one direction: until the strong Wolfe conditions hold, so that the value has fallen enough and the
// slope has become flat enough. Source: Nocedal and Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6, with
// cubic interpolation.

import { addTo, dot, largestMagnitude, type Objective, type Vector } from "./minimizer.ts";

/** A point along the direction. */
export interface Trial {
  /** How far it is, in lengths of the direction. */
  readonly step: number;
  readonly loss: number;
  readonly gradient: Vector;
  /** The slope along the direction. */
  readonly slope: number;
}

/** What is enough. */
export interface LineSearchOptions {
  /** The share of the fall that the first slope promises, which has to be reached. Default: 1e-4. */
  readonly sufficientDecrease?: number;
  /** The share of the first slope that may be left. Default: 0.9. */
  readonly curvature?: number;
  /** The most trials. Default: 25. */
  readonly trials?: number;
  /** The search ends where the interval moves no number by more than this. Default: 1e-9. */
  readonly tolerance?: number;
}

/** Where a search has ended. */
export interface LineSearch {
  readonly found: Trial;
  readonly evaluations: number;
}

/** The first step of the extrapolation goes this much past the last trial at least, and this many times as far at most. */
const growth = { least: 0.01, most: 10 };
/** A trial this near to an end of the interval, in parts of it, makes no progress. */
const margin = 0.1;

/**
 * Searches from `start`, along `direction`, with a first trial at `step`. `x` is the point of `start`, and is left as it
 * is.
 */
export async function lineSearch(
  objective: Objective,
  x: Vector,
  direction: Vector,
  start: Omit<Trial, "step">,
  step: number,
  options: LineSearchOptions = {},
): Promise<LineSearch> {
  const { sufficientDecrease = 1e-4, curvature = 0.9, trials = 25, tolerance = 1e-9 } = options;
  const point = x.slice();
  let evaluations = 0;
  const tryAt = async (distance: number): Promise<Trial> => {
    point.set(x);
    addTo(point, direction, distance);
    const { loss, gradient } = await objective(point);
    evaluations++;
    // The function may use its gradient's memory again.
    return { step: distance, loss, gradient: gradient.slice(), slope: dot(gradient, direction) };
  };
  // What is not a number is not low enough, either.
  const isTooHigh = ({ step: distance, loss }: Trial) =>
    !(loss <= start.loss + sufficientDecrease * distance * start.slope);
  const isFlat = ({ slope }: Trial) => Math.abs(slope) <= -curvature * start.slope;

  let before: Trial = { step: 0, ...start };
  let current = await tryAt(step);
  let count = 0;
  let ends: [Trial, Trial] | undefined;
  for (; count < trials; count++) {
    if (isTooHigh(current) || (count > 1 && current.loss >= before.loss)) {
      ends = [before, current];
      break;
    }
    if (isFlat(current)) return { found: current, evaluations };
    if (current.slope >= 0) {
      ends = [before, current];
      break;
    }
    const least = current.step + growth.least * (current.step - before.step);
    const next = lowestBetween(before, current, least, current.step * growth.most);
    before = current;
    current = await tryAt(next);
  }
  ends ??= [{ step: 0, ...start }, current];

  // One end is the lowest point so far; the slope there leads to the other.
  const reach = largestMagnitude(direction);
  let [low, high] = lowerFirst(ends);
  let wasStuck = false;
  for (; count < trials; count++) {
    const [first, last] = [Math.min(low.step, high.step), Math.max(low.step, high.step)];
    if ((last - first) * reach < tolerance) break;
    let next = lowestBetween(...ends, first, last);
    const near = margin * (last - first);
    const isNear = Math.min(last - next, next - first) < near;
    if (isNear && (wasStuck || next >= last || next <= first)) {
      next = Math.abs(next - last) < Math.abs(next - first) ? last - near : first + near;
      wasStuck = false;
    } else {
      wasStuck = isNear;
    }
    const trial = await tryAt(next);
    const replaced = low;
    if (isTooHigh(trial) || trial.loss >= low.loss) {
      ends = ends[0] === high ? [trial, low] : [low, trial];
      [low, high] = lowerFirst(ends);
      continue;
    }
    const turns = trial.slope * (high.step - low.step) >= 0;
    ends = ends.map((end) => (end === replaced ? trial : turns ? replaced : end)) as [Trial, Trial];
    if (turns) high = replaced;
    low = trial;
    if (isFlat(trial)) break;
  }
  return { found: low, evaluations };
}

/** The end that is lower, then the other one; what is no number is higher than any. */
function lowerFirst([a, b]: readonly [Trial, Trial]): [Trial, Trial] {
  return Number.isNaN(a.loss) || b.loss < a.loss ? [b, a] : [a, b];
}

/** Where the cubic through two points with these slopes is lowest, between `low` and `high`. */
function lowestBetween(a: Trial, b: Trial, low: number, high: number): number {
  const middle = (low + high) / 2;
  const sum = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.step - b.step);
  const root = sum * sum - a.slope * b.slope;
  if (!(root >= 0)) return middle;
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const share =
    (right.slope + Math.sqrt(root) - sum) / (right.slope - left.slope + 2 * Math.sqrt(root));
  const place = right.step - (right.step - left.step) * share;
  return Number.isFinite(place) ? Math.min(Math.max(place, low), high) : middle;
}
