// What one element of a result is, as a formula over elements of the inputs. Ops describe themselves with
// it, passes rewrite it, schedules evaluate it; it knows no lanes and no memory.

/**
 * The functions of numbers that a formula may use. Comparisons give 1 or 0; `select(c, a, b)` is `a`
 * where `c` is not 0; `philox(counter, step, seed, stream, seedHigh, draw)` is a random number in
 * [0, 1), for a seed of two words.
 */
export type ScalarOp =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "maximum"
  | "minimum"
  | "power"
  | "negate"
  | "absolute"
  | "sign"
  | "floor"
  | "squareRoot"
  | "exponential"
  | "exponentialMinusOne"
  | "logarithm"
  | "tanh"
  | "sigmoid"
  | "errorFunction"
  | "normalDistribution"
  | "equal"
  | "less"
  | "lessEqual"
  | "select"
  | "toF32"
  | "toI32"
  | "philox";

/** A whole number that is affine in the axes: `offset + Σ factors[axis] · axis`. */
export interface Affine {
  readonly offset: number;
  /** One factor an axis; missing ones are 0. */
  readonly factors: readonly number[];
}

/** Where to read along one axis: an affine position, or one looked up (clamped to the axis). */
export type Index<S> = Affine | { readonly lookup: Expression<S> };

/**
 * A formula. `S` says what reads refer to: the position of an input while an op describes itself,
 * the node itself once formulas of several nodes are joined.
 */
export type Expression<S> =
  | { readonly kind: "constant"; readonly value: number; readonly dtype: "f32" | "i32" }
  | {
      readonly kind: "read";
      readonly source: S;
      /** One index an axis of the source. */
      readonly index: readonly Index<S>[];
      /** The value of a read outside of the source; absent where all reads are inside. */
      readonly outside?: number;
    }
  | { readonly kind: "scalar"; readonly op: ScalarOp; readonly args: readonly Expression<S>[] }
  | { readonly kind: "coordinate"; readonly at: Affine }
  /**
   * The value of the cluster's contraction or reduction at these coordinates; where a cluster has several
   * reductions, that of the `part`-th one. Default: the first.
   */
  | { readonly kind: "result"; readonly part?: number };

/** The position along `axis`, optionally scaled and shifted. */
export function axis(number: number, factor = 1, offset = 0): Affine {
  const factors = new Array<number>(number + 1).fill(0);
  factors[number] = factor;
  return { offset, factors };
}

/** A position that does not move. */
export function fixed(offset: number): Affine {
  return { offset, factors: [] };
}

/** The sum of two positions. */
export function addAffine(a: Affine, b: Affine): Affine {
  const [longer, shorter] = a.factors.length < b.factors.length ? [b, a] : [a, b];
  return {
    offset: a.offset + b.offset,
    factors: longer.factors.map((factor, i) => factor + (shorter.factors[i] ?? 0)),
  };
}

/** A position `factor` times as large. */
export function scaleAffine(a: Affine, factor: number): Affine {
  return { offset: a.offset * factor, factors: a.factors.map((f) => f * factor) };
}

/** `a` with each of its axes replaced by the position given for it. */
export function substituteAffine(a: Affine, axes: readonly Affine[]): Affine {
  return a.factors.reduce<Affine>(
    (sum, factor, i) => (factor === 0 ? sum : addAffine(sum, scaleAffine(axes[i], factor))),
    fixed(a.offset),
  );
}

export function constant<S>(value: number, dtype: "f32" | "i32" = "f32"): Expression<S> {
  return { kind: "constant", value, dtype };
}

export function scalar<S>(op: ScalarOp, ...args: Expression<S>[]): Expression<S> {
  return { kind: "scalar", op, args };
}

export function read<S>(source: S, index: readonly Index<S>[], outside?: number): Expression<S> {
  return outside === undefined
    ? { kind: "read", source, index }
    : { kind: "read", source, index, outside };
}

/** Whether an index is looked up from data. */
export function isLookup<S>(index: Index<S>): index is { readonly lookup: Expression<S> } {
  return "lookup" in index;
}

/** The identity: reads each axis at the same coordinate, 0 along axes that repeat. */
export function aligned(from: readonly number[], to: readonly number[]): Affine[] {
  return from.map((dimension, i) =>
    dimension === 1 && to[to.length - from.length + i] !== 1
      ? fixed(0)
      : axis(to.length - from.length + i),
  );
}

const knownDepths = new WeakMap<object, number>();

/** How many operations follow one another in `expression`; shared parts are looked at once. */
export function depthOf<S>(expression: Expression<S>): number {
  if (expression.kind !== "scalar") return 0;
  const known = knownDepths.get(expression);
  if (known !== undefined) return known;
  const depth = 1 + expression.args.reduce((most, arg) => Math.max(most, depthOf(arg)), 0);
  knownDepths.set(expression, depth);
  return depth;
}

/**
 * A copy of `expression` in which every read is replaced by `onRead`'s answer. Parts that are shared
 * stay shared, so that a schedule computes them once.
 */
export function rewrite<S, T>(
  expression: Expression<S>,
  onRead: (read: Extract<Expression<S>, { kind: "read" }>) => Expression<T>,
  onCoordinate: (at: Affine) => Affine = (at) => at,
  known: Map<Expression<S>, Expression<T>> = new Map(),
): Expression<T> {
  const before = known.get(expression);
  if (before !== undefined) return before;
  let after: Expression<T>;
  switch (expression.kind) {
    case "read":
      after = onRead(expression);
      break;
    case "scalar":
      after = {
        kind: "scalar",
        op: expression.op,
        args: expression.args.map((arg) => rewrite(arg, onRead, onCoordinate, known)),
      };
      break;
    case "coordinate":
      after = { kind: "coordinate", at: onCoordinate(expression.at) };
      break;
    case "constant":
    case "result":
      after = expression;
      break;
  }
  known.set(expression, after);
  return after;
}

/** `expression` with its axes replaced: the formula of an element at other coordinates. */
export function substitute<S>(
  expression: Expression<S>,
  axes: readonly Affine[],
  known: Map<Expression<S>, Expression<S>> = new Map(),
): Expression<S> {
  return rewrite<S, S>(
    expression,
    (r) =>
      read(
        r.source,
        r.index.map((index) =>
          isLookup(index)
            ? { lookup: substitute(index.lookup, axes, known) }
            : substituteAffine(index, axes),
        ),
        r.outside,
      ),
    (at) => substituteAffine(at, axes),
    known,
  );
}

/** Every read in `expression`, those inside lookups included, each once. */
export function readsOf<S>(
  expression: Expression<S>,
): Set<Extract<Expression<S>, { kind: "read" }>> {
  const found = new Set<Extract<Expression<S>, { kind: "read" }>>();
  const visited = new Set<Expression<S>>();
  const visit = (e: Expression<S>) => {
    if (visited.has(e)) return;
    visited.add(e);
    if (e.kind === "scalar") e.args.forEach(visit);
    if (e.kind !== "read") return;
    found.add(e);
    for (const index of e.index) if (isLookup(index)) visit(index.lookup);
  };
  visit(expression);
  return found;
}
