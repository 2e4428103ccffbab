// Random kernels: straight lines and nested loops over all operations, types, loads, stores, lookups
// and variables, with more live values than registers. The same draws make the same kernel for any
// number of lanes.

import type { DType } from "../../../src/core/dtype.ts";
import { RandomStream } from "../../../src/core/random.ts";
import {
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "../../../src/kernel/language.ts";
import { KernelWriter } from "../../../src/kernel/writer.ts";
import type { Contents } from "./run-kernel.ts";

/** How large a kernel becomes. */
export interface KernelPlan {
  readonly seed: number;
  readonly lanes: number;
  /** Instructions, about. */
  readonly length: number;
  readonly depth: number;
  readonly tasks: readonly number[];
}

const floatOps = ["add", "subtract", "multiply", "divide", "minimum", "maximum"] as const;
const floatUnary = ["squareRoot", "absolute", "negate", "floor"] as const;
const intOps = ["add", "subtract", "multiply", "minimum", "maximum", "and", "or", "xor"] as const;
const comparisons = ["equal", "less", "lessEqual"] as const;

/** Numbers where arithmetic is likeliest to go wrong, and ordinary ones. */
const floats = [0, -0, 1, -1, 0.5, -2.5, 3.3, 1e-40, 1e30, 4e9, -4e9];
const ints = [0, 1, -1, 7, 255, -12345, 2147483647, -2147483648];

/** A loop that is open, so that addresses may follow it. */
interface Open {
  readonly at: Position;
  readonly count: number;
}

class KernelMaker {
  readonly #w: KernelWriter;
  readonly #random: RandomStream;
  readonly #plan: KernelPlan;
  readonly #inputs: KernelBuffer[];
  readonly #open: Open[] = [];
  readonly #values: Register[] = [];
  readonly #variables: Register[] = [];
  readonly #tasks: Open[];
  readonly #taskCount: number;
  readonly #outputs: KernelBuffer[] = [];

  constructor(plan: KernelPlan) {
    this.#plan = plan;
    this.#random = new RandomStream(plan.seed, 77);
    this.#w = new KernelWriter(`random${plan.seed}`, plan.lanes);
    this.#inputs = (["f32", "i32", "u8", "f32"] as const).map((dtype, i) =>
      this.#w.buffer(`in${i}`, dtype, sizes[dtype]),
    );
    this.#tasks = plan.tasks.map((count) => ({ at: this.#w.parallel(count), count }));
    this.#taskCount = plan.tasks.reduce((a, b) => a * b, 1);
    this.#open.push(...this.#tasks);
  }

  make(): Kernel {
    this.#seedValues();
    this.#body(this.#plan.length, this.#plan.depth);
    // All that is left alive at the end makes pressure from the beginning.
    for (const value of [...this.#values, ...this.#variables].slice(-60)) this.#storeOwn(value);
    return this.#w.finish();
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)];
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #seedValues(): void {
    for (let i = 0; i < 6; i++) this.#values.push(this.#load());
    for (const vector of [true, false]) {
      this.#values.push(this.#w.constant(this.#pick(floats), "f32", vector));
      this.#values.push(this.#w.constant(this.#pick(ints), "i32", vector));
      for (let i = 0; i < (vector ? 4 : 1); i++) {
        this.#variables.push(this.#w.variable(this.#any("f32", vector)));
      }
      this.#variables.push(this.#w.variable(this.#any("i32", vector)));
    }
  }

  #body(length: number, depth: number): void {
    const [values, variables] = [this.#values.length, this.#variables.length];
    for (let i = 0; i < length; i++) {
      if (depth > 0 && this.#chance(0.08)) {
        this.#loop(Math.ceil(length / 2), depth - 1);
      } else {
        this.#instruction();
      }
    }
    if (depth === this.#plan.depth) return;
    // What a loop's body defines is not seen outside of it.
    this.#values.length = values;
    this.#variables.length = variables;
  }

  #loop(length: number, depth: number): void {
    const count = 2 + this.#random.below(3);
    this.#w.loop(count, (at) => {
      this.#open.push({ at, count });
      this.#body(length, depth);
      this.#open.pop();
    });
  }

  #instruction(): void {
    if (this.#chance(0.05)) this.#prefetch();
    const draw = this.#random.uniform();
    if (draw < 0.2) this.#values.push(this.#load());
    else if (draw < 0.25) this.#values.push(this.#position());
    else if (draw < 0.3) this.#values.push(this.#join());
    else if (draw < 0.45) this.#assign();
    else if (draw < 0.52) this.#storeOwn(this.#value());
    else if (draw < 0.56) this.#values.push(this.#w.splat(this.#value()));
    else this.#values.push(this.#compute());
  }

  #value(): Register {
    return this.#pick(this.#chance(0.3) ? this.#variables : this.#values);
  }

  /** A value of a type, made where there is none. */
  #any(type: "f32" | "i32", vector = this.#chance(0.6)): Register {
    const fitting = [...this.#values, ...this.#variables].filter(
      (value) => value.type === type && value.vector === vector,
    );
    if (vector && this.#chance(0.2)) return this.#once(type === "f32" ? 0 : 1);
    if (fitting.length > 0 && this.#chance(0.85)) return this.#pick(fitting);
    return this.#w.constant(this.#pick(type === "f32" ? floats : ints), type, vector);
  }

  /** A whole vector that nothing else reads, as targets like to take it from memory. */
  #once(input: number): Register {
    const w = this.#w;
    const buffer = this.#inputs[input];
    return w.loadVector(w.access(buffer, this.#place(buffer.size, w.lanes - 1)));
  }

  #compute(): Register {
    const w = this.#w;
    const vector = this.#chance(0.6);
    const f32 = () => this.#any("f32", vector);
    const i32 = () => this.#any("i32", vector);
    const draw = this.#random.below(14);
    if (draw < 4) return w.compute(this.#pick(floatOps), f32(), f32());
    if (draw < 5) return w.compute(this.#pick(floatUnary), f32());
    if (draw < 7) return w.compute(this.#pick(intOps), i32(), i32());
    if (draw < 8) return this.#choose(vector);
    if (draw < 10)
      return w.compute("multiplyAdd", this.#whole(f32()), f32Small(this), f32Small(this));
    if (draw < 11) return w.compute("multiplyHigh", i32(), i32());
    if (draw < 12) return this.#shift(i32());
    if (draw < 13) return this.#convert(f32(), i32());
    return w.compute("add", this.#whole(f32()), w.constant(0, "f32", vector));
    function f32Small(maker: KernelMaker): Register {
      if (vector && maker.#chance(0.4)) return maker.#once(3);
      return maker.#whole(maker.#any("f32", vector));
    }
  }

  /** A whole number from -1000 to 1000, whose products and sums are exact however they are rounded. */
  #whole(value: Register): Register {
    const w = this.#w;
    const limit = (to: number) => w.constant(to, "f32", value.vector);
    const number = w.compute("select", w.compute("equal", value, value), value, limit(3));
    const bounded = w.compute("maximum", w.compute("minimum", number, limit(1000)), limit(-1000));
    // Adding 0 makes both zeros one.
    return w.compute("add", w.compute("nearest", bounded), limit(0));
  }

  #choose(vector: boolean): Register {
    const w = this.#w;
    const mask = () => {
      const type = this.#pick(["f32", "i32"] as const);
      return w.compute(this.#pick(comparisons), this.#any(type, vector), this.#any(type, vector));
    };
    const first = mask();
    const flags = this.#chance(0.5) ? first : w.compute(this.#pick(["and", "or"]), first, mask());
    const type = this.#pick(["f32", "i32"] as const);
    return w.compute("select", flags, this.#any(type, vector), this.#any(type, vector));
  }

  #shift(value: Register): Register {
    const count = this.#w.constant(this.#random.below(32), "i32", value.vector);
    return this.#w.compute(this.#pick(["shiftLeft", "shiftRight"]), value, count);
  }

  #convert(f32: Register, i32: Register): Register {
    const w = this.#w;
    const op = this.#pick([
      "toF32",
      "toI32",
      "bitsToF32",
      "bitsToI32",
    ] as const satisfies KernelOp[]);
    if (op === "toF32" || op === "bitsToF32") return w.compute(op, i32);
    // The interpreter keeps the sign of a zero that it truncates to; "or" takes that away.
    const zero = w.constant(0, "i32", f32.vector);
    if (op === "toI32") return w.compute("or", w.compute(op, f32), zero);
    // Bits of what is not a number differ from machine to machine.
    const one = w.constant(1, "f32", f32.vector);
    return w.compute(op, w.compute("select", w.compute("equal", f32, f32), f32, one));
  }

  /** A place that leaves `room` elements behind it, following some open loops, some backwards. */
  #place(size: number, room: number): Position {
    let left = size - room - 1;
    let position = still(0);
    for (const { at, count } of this.#open) {
      if (count === 1 || this.#chance(0.4)) continue;
      const factor = 1 + this.#random.below(9);
      const reach = factor * (count - 1);
      if (reach > left) continue;
      left -= reach;
      const backwards = this.#chance(0.3);
      const moved = timesPosition(at, backwards ? -factor : factor);
      position = sumPositions(position, still(backwards ? reach : 0), moved);
    }
    return sumPositions(position, still(this.#random.below(left + 1)));
  }

  /** Of an element that may lie anywhere, outside of its buffer too. */
  #prefetch(): void {
    const w = this.#w;
    const buffer = this.#pick(this.#inputs);
    const moved = still(this.#random.below(1 << 20) - (1 << 19));
    w.prefetch(w.access(buffer, sumPositions(this.#place(buffer.size, 0), moved)));
  }

  #load(): Register {
    const w = this.#w;
    const { lanes } = this.#plan;
    const buffer = this.#pick(this.#inputs);
    if (this.#chance(0.15)) {
      const value = this.#any("i32", true);
      const scattered = this.#pick(this.#inputs.filter(({ dtype }) => dtype !== "u8"));
      const terms = [{ value, limit: 5, factor: this.#pick([1, 7, 16]) }];
      return w.loadVector(w.access(scattered, this.#place(scattered.size, 64), terms), lanes, 0);
    }
    const index = this.#values.filter(({ type, vector }) => type === "i32" && !vector);
    const looksUp = index.length > 0 && this.#chance(0.2);
    const bounded = looksUp
      ? [{ value: this.#pick(index), limit: 5, factor: this.#pick([1, 7, 16]) }]
      : [];
    const further = looksUp ? 4 * 16 : 0;
    const draw = this.#random.uniform();
    if (draw < 0.3) return w.loadOne(w.access(buffer, this.#place(buffer.size, further), bounded));
    const active = this.#chance(0.5) ? lanes : 1 + this.#random.below(lanes);
    const stride = draw < 0.7 ? 1 : draw < 0.85 ? 0 : 2 + this.#random.below(4);
    const room = further + stride * (lanes - 1);
    const access = w.access(buffer, this.#place(buffer.size, room), bounded);
    return w.loadVector(access, stride === 0 ? lanes : active, stride);
  }

  #position(): Register {
    return this.#w.position(this.#place(100000, 0), this.#pick([0, 1, -3, 1000]));
  }

  #join(): Register {
    const vector = this.#any("i32", true);
    // Sums of f32 would hide a wrong order behind infinities; these are exact in any order.
    if (this.#chance(0.5)) return this.#w.joinLanes("add", this.#whole(this.#any("f32", true)));
    return this.#w.joinLanes(this.#pick(["maximum", "minimum"]), vector);
  }

  #assign(): void {
    const variable = this.#pick(this.#variables);
    const { type, vector } = variable;
    if (type === "mask") return;
    const w = this.#w;
    if (this.#chance(0.3)) {
      w.assign(variable, this.#any(type, vector));
    } else if (type === "i32") {
      w.assign(variable, w.compute(this.#pick(intOps), variable, this.#any("i32", vector)));
    } else if (vector && this.#chance(0.4)) {
      this.#accumulate();
    } else if (this.#chance(0.5)) {
      w.assign(variable, w.compute(this.#pick(floatOps), this.#any("f32", vector), variable));
    } else {
      const [a, b] = [this.#whole(this.#any("f32", vector)), this.#whole(this.#any("f32", vector))];
      w.assign(variable, this.#whole(variable));
      w.assign(variable, w.compute("multiplyAdd", a, b, variable));
    }
  }

  /** Sums of products with one repeated number, the heart of a convolution. */
  #accumulate(): void {
    const w = this.#w;
    const sums = this.#variables.filter(({ type, vector }) => type === "f32" && vector);
    const chosen = sums.slice(0, 1 + this.#random.below(6));
    const factors = chosen.map((sum) => {
      w.assign(sum, this.#whole(sum));
      return this.#chance(0.4) ? this.#once(3) : this.#whole(this.#any("f32", true));
    });
    const wholes = this.#inputs[3];
    const one = w.loadVector(w.access(wholes, this.#place(wholes.size, 0)), w.lanes, 0);
    for (const [i, sum] of chosen.entries()) {
      const product = this.#chance(0.8) ? [one, factors[i]] : [factors[i], one];
      w.assign(sum, w.compute("multiplyAdd", product[0], product[1], sum));
    }
  }

  /** Stores into a buffer where each task has a part of its own, so no order of tasks matters. */
  #storeOwn(value: Register): void {
    if (value.type === "mask") return;
    const w = this.#w;
    const dtype: DType = value.type === "f32" ? "f32" : this.#pick(["i32", "u8"] as const);
    let buffer = this.#outputs.find((other) => other.dtype === dtype);
    const part = 160;
    if (buffer === undefined) {
      buffer = w.buffer(`out ${dtype}`, dtype, part * this.#taskCount);
      this.#outputs.push(buffer);
    }
    let task = still(0);
    for (const { at, count } of this.#tasks) task = sumPositions(timesPosition(task, count), at);
    const outer = this.#open.splice(0, this.#tasks.length);
    const { lanes } = this.#plan;
    const active = !value.vector ? 1 : this.#chance(0.5) ? lanes : 1 + this.#random.below(lanes);
    const within = this.#place(part, lanes);
    this.#open.unshift(...outer);
    w.store(w.access(buffer, sumPositions(timesPosition(task, part), within)), value, active);
  }
}

const sizes: Record<DType, number> = { f32: 300, i32: 250, u8: 333 };

export function makeKernel(plan: KernelPlan): Kernel {
  return new KernelMaker(plan).make();
}

/** Contents for a kernel's buffers. */
export function makeContents(kernel: Kernel, seed: number): Contents {
  const random = new RandomStream(seed, 78);
  return kernel.buffers.map(({ name, dtype, size }) =>
    Array.from({ length: size }, () => {
      if (name === "in3" || name.startsWith("wholes")) return random.below(17) - 8;
      if (dtype === "u8") return random.below(256);
      const rare = random.uniform() < 0.05;
      if (dtype === "i32") return rare ? ints[random.below(ints.length)] : random.below(20) - 4;
      return Math.fround(rare ? floats[random.below(floats.length)] : random.normal() * 4);
    }),
  );
}
