// The kernel language: counted loops, affine addresses, vectors with a stated number of active lanes, and
// a closed set of operations. A target implements this file and nothing more.

import type { DType } from "../core/dtype.ts";

/** The type of a value; a mask comes from a comparison and goes into `select`. */
export type ValueType = "f32" | "i32" | "mask";

/** A value: one number, or one in each lane. It is assigned once, unless a variable. */
export interface Register {
  readonly id: number;
  readonly type: ValueType;
  readonly vector: boolean;
}

/** Counts 0, 1, …, count − 1. */
export interface LoopIndex {
  readonly id: number;
  readonly count: number;
}

/** A whole number known from the loops: `offset + Σ factor · index`. */
export interface Position {
  readonly offset: number;
  readonly terms: readonly { readonly index: LoopIndex; readonly factor: number }[];
}

/**
 * A whole number known from data: `factor · value`, the value first moved into [0, limit). A vector gives
 * each lane a place of its own.
 */
export interface BoundedTerm {
  readonly value: Register;
  readonly limit: number;
  readonly factor: number;
}

/** A place in a buffer, in elements. */
export interface Access {
  readonly buffer: KernelBuffer;
  readonly at: Position;
  readonly bounded: readonly BoundedTerm[];
}

/** A block of memory that a kernel is handed. */
export interface KernelBuffer {
  readonly name: string;
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
}

/**
 * The operations. Arguments and results are f32 or i32 alike unless noted; in vectors they work lane
 * by lane. `maximum` and `minimum` are NaN where either argument is, and `a` where both are equal.
 * `multiplyAdd(a, b, c)` is `a · b + c`, rounded once or twice.
 */
export const kernelOps = {
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  minimum: 2,
  maximum: 2,
  multiplyAdd: 3,
  squareRoot: 1,
  absolute: 1,
  negate: 1,
  /** To the next whole number below; f32. */
  floor: 1,
  /** To the nearest whole number, ties to even; f32. */
  nearest: 1,
  /** Comparisons: masks. */
  equal: 2,
  less: 2,
  lessEqual: 2,
  /** (mask, a, b) */
  select: 3,
  /** On i32 and on masks. */
  and: 2,
  or: 2,
  /** i32 only, as are those below. */
  xor: 2,
  /** By 0 to 31, the same in all lanes. */
  shiftLeft: 2,
  /** The same, with zeros from above. */
  shiftRight: 2,
  /** The upper 32 bits of the product of two unsigned numbers. */
  multiplyHigh: 2,
  /** i32 → f32, and f32 → i32 by truncation; what does not fit is moved to the nearest that does. */
  toF32: 1,
  toI32: 1,
  /** The same bits under the other type. */
  bitsToF32: 1,
  bitsToI32: 1,
} as const satisfies Record<string, number>;

export type KernelOp = keyof typeof kernelOps;

/** What an operation takes, one type for all arguments, and gives. Default: the same type. */
interface OpTypes {
  readonly takes: readonly ValueType[];
  readonly gives?: ValueType;
}

const anyNumber: OpTypes = { takes: ["f32", "i32"] };
const float: OpTypes = { takes: ["f32"] };
const whole: OpTypes = { takes: ["i32"] };
const comparison: OpTypes = { takes: ["f32", "i32"], gives: "mask" };

/** The types of every operation; those of `select` are of what follows its mask. */
export const opTypes = {
  add: anyNumber,
  subtract: anyNumber,
  multiply: anyNumber,
  divide: float,
  minimum: anyNumber,
  maximum: anyNumber,
  multiplyAdd: float,
  squareRoot: float,
  absolute: float,
  negate: float,
  floor: float,
  nearest: float,
  equal: comparison,
  less: comparison,
  lessEqual: comparison,
  select: anyNumber,
  and: { takes: ["i32", "mask"] },
  or: { takes: ["i32", "mask"] },
  xor: whole,
  shiftLeft: whole,
  shiftRight: whole,
  multiplyHigh: whole,
  toF32: { takes: ["i32"], gives: "f32" },
  toI32: { takes: ["f32"], gives: "i32" },
  bitsToF32: { takes: ["i32"], gives: "f32" },
  bitsToI32: { takes: ["f32"], gives: "i32" },
} as const satisfies Record<KernelOp, OpTypes>;

/** The type that `op` gives for arguments of `types`; `undefined` where it takes others. */
export function resultTypeOf(op: KernelOp, types: readonly ValueType[]): ValueType | undefined {
  const { takes, gives }: OpTypes = opTypes[op];
  const values = op === "select" ? types.slice(1) : types;
  const [type] = values;
  if (op === "select" && types[0] !== "mask") return undefined;
  if (!takes.includes(type) || values.some((other) => other !== type)) return undefined;
  return gives ?? type;
}

/** One instruction. Vector loads and stores touch `lanes` elements; the other lanes load as 0. */
export type Instruction =
  | { readonly kind: "constant"; readonly to: Register; readonly value: number }
  | {
      readonly kind: "compute";
      readonly op: KernelOp;
      readonly to: Register;
      readonly args: readonly Register[];
    }
  /** `at` as an i32; in lane i of a vector `at + i · step`. */
  | {
      readonly kind: "position";
      readonly to: Register;
      readonly at: Position;
      readonly step: number;
    }
  /**
   * `stride` elements lie between lanes, at least 0; 0 repeats one element in all lanes. u8 loads
   * as i32. Where a bounded term is a vector, every lane is loaded, each from its own place: the
   * stride is 0, and the elements are not u8.
   */
  | {
      readonly kind: "load";
      readonly to: Register;
      readonly from: Access;
      readonly lanes: number;
      readonly stride: number;
    }
  /**
   * `stride` elements lie between lanes, at least 1. Into u8 go the low eight bits of i32. What no cache will keep
   * until it is read may go around the caches.
   */
  | {
      readonly kind: "store";
      readonly into: Access;
      readonly value: Register;
      readonly lanes: number;
      readonly stride: number;
      readonly aroundCaches?: true;
    }
  /**
   * Asks for the cache line of an element that is needed later. It changes no value and waits for nothing, so
   * the element may lie outside of its buffer, and a target may leave the instruction out.
   */
  | { readonly kind: "prefetch"; readonly from: Access }
  /** One number into all lanes. */
  | { readonly kind: "splat"; readonly to: Register; readonly value: Register }
  /** All lanes into one number, by halves: lane i with lane i + n/2. */
  | {
      readonly kind: "joinLanes";
      readonly op: "add" | "maximum" | "minimum";
      readonly to: Register;
      readonly value: Register;
    }
  /** A variable takes a value. */
  | { readonly kind: "assign"; readonly to: Register; readonly value: Register }
  | { readonly kind: "loop"; readonly index: LoopIndex; readonly body: readonly Instruction[] };

/** The values that an instruction reads. */
export function inputsOf(i: Instruction): readonly Register[] {
  switch (i.kind) {
    case "compute":
      return i.args;
    case "load":
      return lookedUp(i.from);
    case "store": {
      const places = lookedUp(i.into);
      return places.length === 0 ? [i.value] : [i.value, ...places];
    }
    case "splat":
    case "joinLanes":
    case "assign":
      return [i.value];
    default:
      return nothing;
  }
}

const nothing: readonly Register[] = [];

/** Whether each lane has a place of its own. */
export function isScattered({ bounded }: Access): boolean {
  return bounded.some(({ value }) => value.vector);
}

/** The values that an address depends on; most depend on none. */
function lookedUp({ bounded }: Access): readonly Register[] {
  return bounded.length === 0 ? nothing : bounded.map(({ value }) => value);
}

/**
 * A kernel. Its tasks are the combinations of its `parallel` indices, outermost first; they do not
 * see each other's writes, so any thread may run any of them in any order.
 */
export interface Kernel {
  readonly name: string;
  readonly lanes: number;
  readonly buffers: readonly KernelBuffer[];
  readonly parallel: readonly LoopIndex[];
  /** Registers that `assign` may change. */
  readonly variables: readonly Register[];
  readonly body: readonly Instruction[];
}

/** How many tasks a kernel has. */
export function taskCount(kernel: Kernel): number {
  return kernel.parallel.reduce((product, index) => product * index.count, 1);
}

/** A position that does not move. */
export function still(offset: number): Position {
  return { offset, terms: [] };
}

/** The position that an index is at, `factor` times. */
export function along(index: LoopIndex, factor = 1): Position {
  return { offset: 0, terms: [{ index, factor }] };
}

/** The sum of positions. */
export function sumPositions(...positions: readonly Position[]): Position {
  // Schedules call this more than anything else: no map, and no copy where there is nothing to add.
  const terms: { index: LoopIndex; factor: number }[] = [];
  let offset = 0;
  let vanishes = false;
  for (const position of positions) {
    offset += position.offset;
    for (const { index, factor } of position.terms) {
      const known = terms.find((term) => term.index === index);
      if (known === undefined) terms.push({ index, factor });
      else known.factor += factor;
      vanishes ||= factor === 0 || known?.factor === 0;
    }
  }
  return { offset, terms: vanishes ? terms.filter(({ factor }) => factor !== 0) : terms };
}

/** A position `factor` times as far. */
export function timesPosition(position: Position, factor: number): Position {
  return {
    offset: position.offset * factor,
    terms: factor === 0 ? [] : position.terms.map((t) => ({ ...t, factor: t.factor * factor })),
  };
}

/** The smallest and the largest value that a position takes. */
export function rangeOf(position: Position): [number, number] {
  let low = position.offset;
  let high = position.offset;
  for (const { index, factor } of position.terms) {
    const reach = factor * (index.count - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high];
}
