// Parts of a domain in which formulas are simpler than on the whole of it. Values that follow each
// other, or that are padded, are reads that may fall outside and choices between them; within a part each
// read is inside or outside as a whole, and the choice is made, so that lanes may lie along an axis, and
// nothing is asked where windows lie inside of an image.

import {
  type Affine,
  constant,
  type Expression,
  isLookup,
  read,
  readsOf,
  scalar,
} from "../../graph/expression.ts";
import type { View } from "../draft.ts";

type Formula = Expression<View>;
type Read = Extract<Formula, { kind: "read" }>;

/** `size` elements of an axis from `start`. */
export interface Stretch {
  readonly start: number;
  readonly size: number;
}

/** A stretch of an axis, and the formulas as they are there. */
export interface Segment extends Stretch {
  readonly formulas: readonly Formula[];
}

/** A stretch of each axis, and the formulas as they are there. */
export interface Region {
  readonly stretches: readonly Stretch[];
  readonly formulas: readonly Formula[];
}

/** More parts than these make more code than they save time. */
const most = { segments: 32, regions: 9 };

/** `axis` in stretches; one where nothing is won. */
export function segmentsOf(
  formulas: readonly Formula[],
  extents: readonly number[],
  axis: number,
): Segment[] {
  const stretches = stretchesOf(formulas, extents, axis);
  const whole = { start: 0, size: extents[axis], formulas };
  if (stretches.length === 1 || stretches.length > most.segments) return [whole];
  return stretches.map((stretch) => {
    const all = extents.map((size, a) => (a === axis ? stretch : { start: 0, size }));
    return { ...stretch, formulas: restrictAll(formulas, all) };
  });
}

/** The domain in parts along `axes`; one where nothing is won. */
export function regionsOf(
  formulas: readonly Formula[],
  extents: readonly number[],
  axes: readonly number[],
): Region[] {
  const whole = extents.map((size): Stretch => ({ start: 0, size }));
  let parts = [whole];
  for (const axis of axes) {
    const stretches = stretchesOf(formulas, extents, axis);
    if (parts.length * stretches.length > most.regions) return [{ stretches: whole, formulas }];
    parts = parts.flatMap((part) =>
      stretches.map((stretch) => part.map((before, a) => (a === axis ? stretch : before))),
    );
  }
  if (parts.length === 1) return [{ stretches: whole, formulas }];
  return parts.map((stretches) => ({ stretches, formulas: restrictAll(formulas, stretches) }));
}

/** `axis`, cut wherever a read begins or ends to be inside. */
function stretchesOf(
  formulas: readonly Formula[],
  extents: readonly number[],
  axis: number,
): Stretch[] {
  const size = extents[axis];
  const cuts = new Set<number>([0]);
  for (const formula of formulas) {
    for (const r of readsOf(formula)) {
      for (const cut of cutsOf(r, extents, axis)) if (cut > 0 && cut < size) cuts.add(cut);
    }
  }
  const starts = [...cuts].sort((a, b) => a - b);
  return starts.map((start, i) => ({ start, size: (starts[i + 1] ?? size) - start }));
}

/** Where along `axis` a read begins and ends to be inside, wherever the other axes are. */
function cutsOf({ index, outside, source }: Read, extents: readonly number[], axis: number) {
  if (outside === undefined) return [];
  const elsewhere = extents.map((size, a) => ({ start: 0, size: a === axis ? 1 : size }));
  return index.flatMap((at, i) => {
    const factor = isLookup(at) ? 0 : (at.factors[axis] ?? 0);
    if (isLookup(at) || factor <= 0) return [];
    const [low, high] = rangeOf(at, elsewhere);
    const last = source.shape[i] - 1;
    return [Math.ceil(-low / factor), Math.floor((last - high) / factor) + 1];
  });
}

/** Formulas as they are where each axis is in its stretch; parts that they share stay shared. */
function restrictAll(formulas: readonly Formula[], stretches: readonly Stretch[]): Formula[] {
  const known = new Map<Formula, Formula>();
  return formulas.map((formula) => restrict(formula, stretches, known));
}

function restrict(
  formula: Formula,
  stretches: readonly Stretch[],
  known: Map<Formula, Formula>,
): Formula {
  const before = known.get(formula);
  if (before !== undefined) return before;
  const restricted = restrictNew(formula, stretches, known);
  known.set(formula, restricted);
  return restricted;
}

function restrictNew(
  formula: Formula,
  stretches: readonly Stretch[],
  known: Map<Formula, Formula>,
): Formula {
  if (formula.kind === "read") return restrictRead(formula, stretches);
  if (formula.kind !== "scalar") return formula;
  const args = () => formula.args.map((arg) => restrict(arg, stretches, known));
  if (formula.op !== "select") return scalar(formula.op, ...args());
  const [condition, yes, no] = formula.args;
  const isLess = decide(condition, stretches);
  if (isLess === undefined) return scalar("select", ...args());
  return restrict(isLess ? yes : no, stretches, known);
}

/** Whether a coordinate is less than a number everywhere, or nowhere; else `undefined`. */
function decide(condition: Formula, stretches: readonly Stretch[]): boolean | undefined {
  if (condition.kind !== "scalar" || condition.op !== "less") return undefined;
  const [left, right] = condition.args;
  if (left.kind !== "coordinate" || right.kind !== "constant") return undefined;
  const [low, high] = rangeOf(left.at, stretches);
  if (high < right.value) return true;
  return low >= right.value ? false : undefined;
}

/** A read that is inside everywhere loses its test; one that is outside is a number. */
function restrictRead(formula: Read, stretches: readonly Stretch[]): Formula {
  const { source, index, outside } = formula;
  if (outside === undefined) return formula;
  const places = index.map((at, i) => {
    if (isLookup(at)) return "inside";
    const [low, high] = rangeOf(at, stretches);
    if (low >= 0 && high < source.shape[i]) return "inside";
    return high < 0 || low >= source.shape[i] ? "outside" : "either";
  });
  if (places.includes("outside")) {
    return constant(outside, source.storage.dtype === "f32" ? "f32" : "i32");
  }
  return places.includes("either") ? formula : read(source, index);
}

/** The smallest and the largest value of a coordinate. */
function rangeOf(at: Affine, stretches: readonly Stretch[]): [number, number] {
  let [low, high] = [at.offset, at.offset];
  for (const [a, factor] of at.factors.entries()) {
    const { start, size } = stretches[a];
    const reach = [factor * start, factor * (start + size - 1)];
    low += Math.min(...reach);
    high += Math.max(...reach);
  }
  return [low, high];
}
