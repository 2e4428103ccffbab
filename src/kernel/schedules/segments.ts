// Stretches of an axis in which formulas are simpler than on the whole of it. Values that follow each
// other, or that are padded, are reads that may fall outside and choices between them; within a stretch each
// read is inside or outside as a whole, and the choice is made, so that lanes may lie along it.

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

/** `size` elements of an axis from `start`, and the formulas as they are there. */
export interface Segment {
  readonly start: number;
  readonly size: number;
  readonly formulas: readonly Formula[];
}

/** More stretches than this make more code than they save time. */
const most = 32;

/** `axis` in stretches; one where nothing is won. */
export function segmentsOf(
  formulas: readonly Formula[],
  extents: readonly number[],
  axis: number,
): Segment[] {
  const size = extents[axis];
  const cuts = new Set<number>([0]);
  for (const formula of formulas) {
    for (const r of readsOf(formula)) {
      for (const cut of cutsOf(r, axis)) if (cut > 0 && cut < size) cuts.add(cut);
    }
  }
  if (cuts.size === 1 || cuts.size > most) return [{ start: 0, size, formulas }];
  const starts = [...cuts].sort((a, b) => a - b);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? size;
    const known = new Map<Formula, Formula>();
    const stretch = { extents, axis, start, end };
    return {
      start,
      size: end - start,
      formulas: formulas.map((formula) => restrict(formula, stretch, known)),
    };
  });
}

/** Where along `axis` a read begins and ends to be inside, if it walks along it step by step. */
function cutsOf({ index, outside, source }: Read, axis: number): number[] {
  if (outside === undefined) return [];
  return index.flatMap((at, i) =>
    isLookup(at) || !isWalk(at, axis) ? [] : [-at.offset, source.shape[i] - at.offset],
  );
}

/** Whether a coordinate is that of `axis`, moved. */
function isWalk({ factors }: Affine, axis: number): boolean {
  return factors.every((factor, a) => factor === (a === axis ? 1 : 0)) && factors[axis] === 1;
}

interface Stretch {
  readonly extents: readonly number[];
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** A formula as it is within a stretch. */
function restrict(formula: Formula, stretch: Stretch, known: Map<Formula, Formula>): Formula {
  const before = known.get(formula);
  if (before !== undefined) return before;
  const restricted = restrictNew(formula, stretch, known);
  known.set(formula, restricted);
  return restricted;
}

function restrictNew(formula: Formula, stretch: Stretch, known: Map<Formula, Formula>): Formula {
  if (formula.kind === "read") return restrictRead(formula, stretch);
  if (formula.kind !== "scalar") return formula;
  const args = () => formula.args.map((arg) => restrict(arg, stretch, known));
  if (formula.op !== "select") return scalar(formula.op, ...args());
  const [condition, yes, no] = formula.args;
  const isLess = decide(condition, stretch);
  if (isLess === undefined) return scalar("select", ...args());
  return restrict(isLess ? yes : no, stretch, known);
}

/** Whether a coordinate is less than a number everywhere in a stretch, or nowhere; else `undefined`. */
function decide(condition: Formula, stretch: Stretch): boolean | undefined {
  if (condition.kind !== "scalar" || condition.op !== "less") return undefined;
  const [left, right] = condition.args;
  if (left.kind !== "coordinate" || right.kind !== "constant") return undefined;
  const [low, high] = rangeOf(left.at, stretch);
  if (high < right.value) return true;
  return low >= right.value ? false : undefined;
}

/** A read that is inside everywhere loses its test; one that is outside is a number. */
function restrictRead(formula: Read, stretch: Stretch): Formula {
  const { source, index, outside } = formula;
  if (outside === undefined) return formula;
  const places = index.map((at, i) => {
    if (isLookup(at)) return "inside";
    const [low, high] = rangeOf(at, stretch);
    if (low >= 0 && high < source.shape[i]) return "inside";
    return high < 0 || low >= source.shape[i] ? "outside" : "either";
  });
  if (places.includes("outside")) {
    return constant(outside, source.storage.dtype === "f32" ? "f32" : "i32");
  }
  return places.includes("either") ? formula : read(source, index);
}

/** The smallest and the largest value of a coordinate. */
function rangeOf(at: Affine, { axis, start, end, extents }: Stretch): [number, number] {
  let [low, high] = [at.offset, at.offset];
  for (const [a, factor] of at.factors.entries()) {
    const ends = a === axis ? [start, end - 1] : [0, extents[a] - 1];
    const reach = ends.map((position) => factor * position);
    low += Math.min(...reach);
    high += Math.max(...reach);
  }
  return [low, high];
}
