// Writes kernels: hands out registers and indices, keeps types right, and puts constants ahead of all
// loops. Schedules say what to write; this file knows no schedule.

import type { DType } from "../core/dtype.ts";
import { VerificationError } from "../core/errors.ts";
import {
  type Access,
  along,
  type BoundedTerm,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  type LoopIndex,
  opTypes,
  type Position,
  type Register,
  resultTypeOf,
  still,
  type ValueType,
} from "./language.ts";

export class KernelWriter {
  readonly lanes: number;
  readonly #name: string;
  readonly #buffers: KernelBuffer[] = [];
  readonly #parallel: LoopIndex[] = [];
  readonly #variables: Register[] = [];
  readonly #constants = new Map<string, Instruction & { kind: "constant" }>();
  /** What each constant's register holds. */
  readonly #numbers = new Map<Register, number>();
  #target: Instruction[] = [];
  #nextRegister = 0;
  #nextIndex = 0;

  constructor(name: string, lanes: number) {
    this.#name = name;
    this.lanes = lanes;
  }

  buffer(name: string, dtype: DType, size: number): KernelBuffer {
    const buffer = { name, dtype, size };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** Adds an axis of tasks; the position that each task is at. */
  parallel(count: number): Position {
    if (count === 1) return still(0);
    const index = { id: this.#nextIndex++, count };
    this.#parallel.push(index);
    return along(index);
  }

  /** A number; the same one is written once, before all loops. */
  constant(value: number, type: "f32" | "i32" = "f32", vector = false): Register {
    const key = `${type} ${vector} ${Object.is(value, -0) ? "-0" : value}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known.to;
    const to = this.#register(type, vector);
    this.#constants.set(key, { kind: "constant", to, value });
    this.#numbers.set(to, value);
    return to;
  }

  /** `op` on registers; single numbers are repeated where another argument is a vector. */
  compute(op: KernelOp, ...args: Register[]): Register {
    const inverse = op === "divide" ? this.#exactInverse(args[1]) : undefined;
    if (inverse !== undefined) return this.compute("multiply", args[0], this.constant(inverse));
    const vector = args.some((arg) => arg.vector);
    const inOrder = this.#hasFirstBound(op, args) ? [args[1], args[0]] : args;
    const wide = vector ? inOrder.map((arg) => this.splat(arg)) : inOrder;
    const to = this.#register(resultType(op, wide), vector);
    this.#target.push({ kind: "compute", op, to, args: wide });
    return to;
  }

  /** 1 / `divisor` where that is a power of two: a product with it has the same bits as the division. */
  #exactInverse(divisor: Register): number | undefined {
    const value = this.#numbers.get(divisor);
    const exponent = value === undefined ? Number.NaN : Math.log2(Math.abs(value));
    const isExact = Number.isInteger(exponent) && Math.abs(exponent) < 126;
    return isExact && value !== undefined ? 1 / value : undefined;
  }

  /**
   * Whether a constant bounds what follows it. Behind it a target need not test it for NaN; of 0 and
   * −0 it stays the first.
   */
  #hasFirstBound(op: KernelOp, [first, second]: readonly Register[]): boolean {
    if (op !== "maximum" && op !== "minimum") return false;
    return Boolean(this.#numbers.get(first)) && !this.#numbers.has(second);
  }

  position(at: Position, step = 0): Register {
    const to = this.#register("i32", step !== 0);
    this.#target.push({ kind: "position", to, at, step });
    return to;
  }

  access(buffer: KernelBuffer, at: Position, bounded: readonly BoundedTerm[] = []): Access {
    return { buffer, at, bounded };
  }

  /** One element as a single number. */
  loadOne(from: Access): Register {
    const to = this.#register(from.buffer.dtype === "f32" ? "f32" : "i32", false);
    this.#target.push({ kind: "load", to, from, lanes: 1, stride: 0 });
    return to;
  }

  /** One element an active lane. */
  loadVector(from: Access, lanes = this.lanes, stride = 1): Register {
    const to = this.#register(from.buffer.dtype === "f32" ? "f32" : "i32", true);
    this.#target.push({ kind: "load", to, from, lanes, stride });
    return to;
  }

  store(into: Access, value: Register, lanes = value.vector ? this.lanes : 1, stride = 1): void {
    this.#target.push({ kind: "store", into, value, lanes, stride });
  }

  /** The same for a vector that no cache will keep until it is read. */
  storeAround(into: Access, value: Register, lanes: number): void {
    this.#target.push({ kind: "store", into, value, lanes, stride: 1, aroundCaches: true });
  }

  /** Asks for the cache line of an element that is needed later, which may lie outside of its buffer. */
  prefetch(from: Access): void {
    this.#target.push({ kind: "prefetch", from });
  }

  splat(value: Register): Register {
    if (value.vector) return value;
    const number = this.#numbers.get(value);
    if (number !== undefined && value.type !== "mask") {
      return this.constant(number, value.type, true);
    }
    const to = this.#register(value.type, true);
    this.#target.push({ kind: "splat", to, value });
    return to;
  }

  joinLanes(op: "add" | "maximum" | "minimum", value: Register): Register {
    if (!value.vector) return value;
    const to = this.#register(value.type, false);
    this.#target.push({ kind: "joinLanes", op, to, value });
    return to;
  }

  /** A register that `assign` may change, with a first value. */
  variable(first: Register): Register {
    const to = this.#register(first.type, first.vector);
    this.#variables.push(to);
    this.assign(to, first);
    return to;
  }

  assign(to: Register, value: Register): void {
    this.#target.push({ kind: "assign", to, value });
  }

  /** Writes `body` once, in a loop; without one where there is nothing to repeat. */
  loop(count: number, body: (at: Position) => void): void {
    if (count <= 0) return;
    if (count === 1) {
      body(still(0));
      return;
    }
    const index = { id: this.#nextIndex++, count };
    const outer = this.#target;
    this.#target = [];
    body(along(index));
    outer.push({ kind: "loop", index, body: this.#target });
    this.#target = outer;
  }

  /** The finished kernel. */
  finish(): Kernel {
    return {
      name: this.#name,
      lanes: this.lanes,
      buffers: this.#buffers,
      parallel: this.#parallel,
      variables: this.#variables,
      body: [...this.#constants.values(), ...this.#target],
    };
  }

  #register(type: ValueType, vector: boolean): Register {
    return { id: this.#nextRegister++, type, vector };
  }
}

function resultType(op: KernelOp, args: readonly Register[]): ValueType {
  const types = args.map((arg) => arg.type);
  const type = resultTypeOf(op, types);
  if (type !== undefined) return type;
  throw new VerificationError({
    what: `The kernel operation ${op} was given values of types that it does not take.`,
    expected: `arguments of one type: ${opTypes[op].takes.join(" or ")}`,
    received: types.join(", "),
  });
}
