// Turns a formula into instructions, for one element or for a vector of neighbours along an axis. The
// schedules decide where and how wide; this file decides nothing.

import type { DType } from "../core/dtype.ts";
import { type Shape, stridesOf } from "../core/shape.ts";
import {
  type Affine,
  type Expression,
  isLookup,
  readsOf,
  type ScalarOp,
} from "../graph/expression.ts";
import {
  type BoundedTerm,
  isScattered,
  type KernelBuffer,
  type KernelOp,
  kernelOps,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "./language.ts";
import {
  errorFunction,
  exponential,
  exponentialMinusOne,
  logarithm,
  normalDistribution,
  philoxUnit,
  power,
  sigmoid,
  sign,
  tanh,
} from "./math.ts";
import type { KernelWriter } from "./writer.ts";

/** What reads of a kernel's formulas refer to: a buffer seen as a tensor. */
export interface Operand {
  readonly buffer: KernelBuffer;
  readonly shape: Shape;
  readonly dtype: DType;
}

type Formula = Expression<Operand>;
type Read = Extract<Formula, { kind: "read" }>;

/** Where formulas are evaluated. */
export interface Place {
  /** The position along each axis; of lane 0 along the vector axis. */
  readonly axes: readonly Position[];
  /** How far each axis goes, to know which reads can fall outside. */
  readonly extents: readonly number[];
  /** The axis along which lanes lie; absent for one element. */
  readonly vectorAxis?: number;
  /** Active lanes. */
  readonly lanes: number;
  /** The values of the cluster's root here: one, or one for each of its reductions. */
  readonly results?: readonly Register[];
}

function affineRange(at: Affine, extents: readonly number[]): [number, number] {
  let low = at.offset;
  let high = at.offset;
  at.factors.forEach((factor, axis) => {
    const reach = factor === 0 ? 0 : factor * (extents[axis] - 1);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return [low, high];
}

/** The axes of `read` along which it may fall outside of its operand. */
function openAxes(read: Read, extents: readonly number[]): number[] {
  if (read.outside === undefined) return [];
  return read.index.flatMap((index, i) => {
    if (isLookup(index)) return [];
    const [low, high] = affineRange(index, extents);
    return low < 0 || high >= read.source.shape[i] ? [i] : [];
  });
}

/** Whether a formula differs along `axis`; parts that are shared are looked at once. */
function dependsOn(formula: Formula, axis: number, seen = new Set<Formula>()): boolean {
  if (seen.has(formula)) return false;
  seen.add(formula);
  switch (formula.kind) {
    case "constant":
      return false;
    case "result":
      return true;
    case "coordinate":
      return (formula.at.factors[axis] ?? 0) !== 0;
    case "scalar":
      return formula.args.some((arg) => dependsOn(arg, axis, seen));
    case "read":
      return formula.index.some((index) =>
        isLookup(index) ? dependsOn(index.lookup, axis, seen) : (index.factors[axis] ?? 0) !== 0,
      );
  }
}

/** Whether a formula can be evaluated for neighbours along `axis` at once; loads only go forwards. */
export function vectorizes(formula: Formula, axis: number, extents: readonly number[]): boolean {
  return [...readsOf(formula)].every((read) => {
    if (strideAlong(read, axis) < 0) return false;
    const open = openAxes(read, extents);
    return read.index.every((index, i) =>
      isLookup(index)
        ? !dependsOn(index.lookup, axis) || canScatter(read, axis)
        : !open.includes(i) || (index.factors[axis] ?? 0) === 0,
    );
  });
}

/** Whether a read can take each lane from a place that is looked up: nothing else may tell lanes apart. */
function canScatter(read: Read, axis: number): boolean {
  return read.source.dtype !== "u8" && strideAlong(read, axis) === 0;
}

/** How many elements of its operand lie between neighbours of `read` along `axis`. */
export function strideAlong(read: Read, axis: number): number {
  const strides = stridesOf(read.source.shape);
  return read.index.reduce(
    (sum, index, i) => sum + (isLookup(index) ? 0 : (index.factors[axis] ?? 0) * strides[i]),
    0,
  );
}

/** What a coordinate is where the axes are at `axes`. */
export function positionAt({ offset, factors }: Affine, axes: readonly Position[]): Position {
  return sumPositions(
    still(offset),
    ...factors.flatMap((factor, axis) => (factor === 0 ? [] : [timesPosition(axes[axis], factor)])),
  );
}

/** Evaluates formulas at one place; parts that formulas share are computed once. */
export class FormulaWriter {
  readonly #writer: KernelWriter;
  readonly #place: Place;
  readonly #known = new Map<Formula, Register>();
  /** The same place as one element, for what all lanes share. */
  #single: FormulaWriter | undefined;

  constructor(writer: KernelWriter, place: Place) {
    this.#writer = writer;
    this.#place = place;
  }

  evaluate(formula: Formula): Register {
    const known = this.#known.get(formula);
    if (known !== undefined) return known;
    const value = this.#write(formula);
    this.#known.set(formula, value);
    return value;
  }

  #write(formula: Formula): Register {
    const w = this.#writer;
    switch (formula.kind) {
      case "constant":
        return w.constant(formula.value, formula.dtype);
      case "result": {
        const result = this.#place.results?.[formula.part ?? 0];
        if (result === undefined) throw new Error("a formula without a root has no result");
        return result;
      }
      case "coordinate": {
        const { vectorAxis } = this.#place;
        const step = vectorAxis === undefined ? 0 : (formula.at.factors[vectorAxis] ?? 0);
        return w.position(positionAt(formula.at, this.#place.axes), step);
      }
      case "read":
        return this.#read(formula);
      case "scalar":
        return this.#scalar(formula.op, formula.args);
    }
  }

  #read(read: Read): Register {
    const w = this.#writer;
    const { buffer, shape } = read.source;
    const { vectorAxis, lanes, extents } = this.#place;
    const strides = stridesOf(shape);
    const open = openAxes(read, extents);
    const bounded: BoundedTerm[] = [];
    const outsideTests: [Register, number][] = [];
    let at = still(0);
    read.index.forEach((index, i) => {
      if (isLookup(index)) {
        const value = this.#lookUp(index.lookup);
        bounded.push({ value, limit: shape[i], factor: strides[i] });
        return;
      }
      const position = positionAt(index, this.#place.axes);
      if (open.includes(i)) {
        const value = w.position(position);
        bounded.push({ value, limit: shape[i], factor: strides[i] });
        outsideTests.push([value, shape[i]]);
        return;
      }
      at = sumPositions(at, timesPosition(position, strides[i]));
    });
    const access = w.access(buffer, at, bounded);
    const stride = vectorAxis === undefined ? 0 : strideAlong(read, vectorAxis);
    const shared = stride === 0 && buffer.dtype !== "f32" && !isScattered(access);
    const single = vectorAxis === undefined || shared;
    const loaded = single ? w.loadOne(access) : w.loadVector(access, lanes, stride);
    if (outsideTests.length === 0) return loaded;
    const inside = outsideTests
      .map(([value, limit]) => this.#isInside(value, limit, loaded.vector))
      .reduce((a, b) => w.compute("and", a, b));
    const type = loaded.type === "i32" ? "i32" : "f32";
    return w.compute("select", inside, loaded, w.constant(read.outside as number, type));
  }

  /** A looked-up place, as one number where all lanes share it. */
  #lookUp(formula: Formula): Register {
    const { vectorAxis, axes, extents } = this.#place;
    if (vectorAxis === undefined || dependsOn(formula, vectorAxis)) return this.evaluate(formula);
    this.#single ??= new FormulaWriter(this.#writer, { axes, extents, lanes: 1 });
    return this.#single.evaluate(formula);
  }

  #isInside(value: Register, limit: number, vector: boolean): Register {
    const w = this.#writer;
    const shown = vector ? w.splat(value) : value;
    const fromBelow = w.compute("lessEqual", w.constant(0, "i32"), shown);
    return w.compute("and", fromBelow, w.compute("less", shown, w.constant(limit, "i32")));
  }

  #scalar(op: ScalarOp, args: readonly Formula[]): Register {
    const w = this.#writer;
    switch (op) {
      case "equal":
      case "less":
      case "lessEqual": {
        const mask = this.#mask(op, args);
        return w.compute("select", mask, w.constant(1), w.constant(0));
      }
      case "select": {
        const [condition, a, b] = args;
        return this.#select(condition, this.evaluate(a), this.evaluate(b));
      }
      case "philox": {
        const [counter, step] = args.slice(0, 2).map((arg) => this.evaluate(arg));
        const [seed, stream, seedHigh, draw] = args.slice(2).map(numberOf);
        return philoxUnit(w, [counter, step, seedHigh, draw], [seed, stream]);
      }
      default: {
        const [a, b] = args.map((arg) => this.evaluate(arg));
        return functions[op](w, a, b);
      }
    }
  }

  #mask(op: "equal" | "less" | "lessEqual", args: readonly Formula[]): Register {
    return this.#writer.compute(op, ...args.map((arg) => this.evaluate(arg)));
  }

  /** `a` where `condition` is not 0; a comparison gives its mask directly. */
  #select(condition: Formula, a: Register, b: Register): Register {
    const w = this.#writer;
    if (condition.kind === "scalar") {
      const { op, args } = condition;
      if (op === "equal" || op === "less" || op === "lessEqual") {
        return w.compute("select", this.#mask(op, args), a, b);
      }
    }
    const value = this.evaluate(condition);
    const zero = w.constant(0, value.type === "i32" ? "i32" : "f32");
    return w.compute("select", w.compute("equal", value, zero), b, a);
  }
}

function numberOf(formula: Formula): number {
  if (formula.kind !== "constant") throw new Error("a random key must be a constant");
  return formula.value;
}

const direct =
  (op: KernelOp) =>
  (w: KernelWriter, ...args: Register[]) =>
    w.compute(op, ...args.slice(0, kernelOps[op]));

type SpecialOp = "equal" | "less" | "lessEqual" | "select" | "philox";

const functions = {
  add: direct("add"),
  subtract: direct("subtract"),
  multiply: direct("multiply"),
  divide: direct("divide"),
  maximum: direct("maximum"),
  minimum: direct("minimum"),
  negate: direct("negate"),
  absolute: direct("absolute"),
  floor: direct("floor"),
  squareRoot: direct("squareRoot"),
  toF32: direct("toF32"),
  toI32: direct("toI32"),
  sign: (w, x) => sign(w, x),
  power: (w, a, b) => power(w, a, b),
  exponential: (w, x) => exponential(w, x),
  exponentialMinusOne: (w, x) => exponentialMinusOne(w, x),
  logarithm: (w, x) => logarithm(w, x),
  tanh: (w, x) => tanh(w, x),
  sigmoid: (w, x) => sigmoid(w, x),
  errorFunction: (w, x) => errorFunction(w, x),
  normalDistribution: (w, x) => normalDistribution(w, x),
} as const satisfies Record<
  Exclude<ScalarOp, SpecialOp>,
  (w: KernelWriter, a: Register, b: Register) => Register
>;
