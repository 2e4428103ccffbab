// The kernel language, run word by word: the definition of right for every target. Slow and plain;
// arithmetic is rounded to f32 after every operation, as the targets do.

import { multiplyHigh } from "../../core/random.ts";
import {
  type Access,
  type Instruction,
  isScattered,
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  type LoopIndex,
  type Position,
  type Register,
  taskCount,
} from "../../kernel/language.ts";
import type { DeviceView } from "../device.ts";

const { fround, imul } = Math;
const bits = new DataView(new ArrayBuffer(4));

function toBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

function fromBits(value: number): number {
  bits.setInt32(0, value);
  return bits.getFloat32(0);
}

function nearest(value: number): number {
  const down = Math.floor(value);
  const size = Math.abs(value);
  const half = value - down === 0.5;
  const rounded = half ? 2 * Math.round(size / 2) : Math.round(size);
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

function truncate(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value))) | 0;
}

type Compute = (a: number, b: number, c: number) => number;

/** One rule an operation: on f32, and on i32 where it differs. */
const rules = {
  add: { f32: (a, b) => fround(a + b), i32: (a, b) => (a + b) | 0 },
  subtract: { f32: (a, b) => fround(a - b), i32: (a, b) => (a - b) | 0 },
  multiply: { f32: (a, b) => fround(a * b), i32: (a, b) => imul(a, b) },
  divide: { f32: (a, b) => fround(a / b) },
  minimum: {
    f32: (a, b) => (b < a || Number.isNaN(b) ? b : a),
    i32: (a, b) => (b < a ? b : a),
  },
  maximum: {
    f32: (a, b) => (a < b || Number.isNaN(b) ? b : a),
    i32: (a, b) => (a < b ? b : a),
  },
  multiplyAdd: { f32: (a, b, c) => fround(a * b + c) },
  squareRoot: { f32: (a) => fround(Math.sqrt(a)) },
  absolute: { f32: (a) => Math.abs(a) },
  negate: { f32: (a) => -a },
  floor: { f32: (a) => Math.floor(a) },
  nearest: { f32: nearest },
  equal: { f32: (a, b) => Number(a === b), i32: (a, b) => Number(a === b) },
  less: { f32: (a, b) => Number(a < b), i32: (a, b) => Number(a < b) },
  lessEqual: { f32: (a, b) => Number(a <= b), i32: (a, b) => Number(a <= b) },
  select: { mask: (m, a, b) => (m !== 0 ? a : b) },
  and: { i32: (a, b) => a & b, mask: (a, b) => a & b },
  or: { i32: (a, b) => a | b, mask: (a, b) => a | b },
  xor: { i32: (a, b) => a ^ b },
  shiftLeft: { i32: (a, b) => a << b },
  shiftRight: { i32: (a, b) => (a >>> b) | 0 },
  multiplyHigh: { i32: (a, b) => multiplyHigh(a >>> 0, b >>> 0) | 0 },
  toF32: { i32: (a) => fround(a) },
  toI32: { f32: truncate },
  bitsToF32: { i32: fromBits },
  bitsToI32: { f32: toBits },
} as const satisfies Record<KernelOp, Partial<Record<Register["type"], Compute>>>;

/** A kernel's buffers as typed arrays. */
export type BufferViews = ReadonlyMap<KernelBuffer, DeviceView>;

class KernelRun {
  readonly #kernel: Kernel;
  readonly #buffers: BufferViews;
  readonly #values = new Map<Register, readonly number[]>();
  readonly #indices = new Map<LoopIndex, number>();

  constructor(kernel: Kernel, buffers: BufferViews) {
    this.#kernel = kernel;
    this.#buffers = buffers;
  }

  task(task: number): void {
    let rest = task;
    for (const index of [...this.#kernel.parallel].reverse()) {
      this.#indices.set(index, rest % index.count);
      rest = Math.floor(rest / index.count);
    }
    this.#body(this.#kernel.body);
  }

  #body(body: readonly Instruction[]): void {
    for (const instruction of body) this.#run(instruction);
  }

  #get(register: Register): readonly number[] {
    return this.#values.get(register) as readonly number[];
  }

  #lanesOf(register: Register): number {
    return register.vector ? this.#kernel.lanes : 1;
  }

  #position({ offset, terms }: Position): number {
    let at = offset;
    for (const { index, factor } of terms) at += factor * (this.#indices.get(index) as number);
    return at;
  }

  /** The address of an access, or of one lane where each has its own. */
  #address({ at, bounded }: Access, lane = 0): number {
    let address = this.#position(at);
    for (const { value, limit, factor } of bounded) {
      const place = this.#get(value)[value.vector ? lane : 0];
      address += factor * Math.max(0, Math.min(limit - 1, place));
    }
    return address;
  }

  #run(i: Instruction): void {
    switch (i.kind) {
      case "constant": {
        const value = i.to.type === "f32" ? fround(i.value) : i.value | 0;
        this.#values.set(i.to, new Array<number>(this.#lanesOf(i.to)).fill(value));
        return;
      }
      case "compute": {
        const args = i.args.map((arg) => this.#get(arg));
        const rule = rules[i.op] as Partial<Record<Register["type"], Compute>>;
        const compute = rule[i.args[0].type] as Compute;
        const lanes = Array.from({ length: this.#lanesOf(i.to) }, (_, lane) =>
          compute(args[0][lane], args[1]?.[lane], args[2]?.[lane]),
        );
        this.#values.set(i.to, lanes);
        return;
      }
      case "position": {
        const at = this.#position(i.at);
        const length = this.#lanesOf(i.to);
        this.#values.set(
          i.to,
          Array.from({ length }, (_, lane) => at + lane * i.step),
        );
        return;
      }
      case "load": {
        const view = this.#buffers.get(i.from.buffer) as DeviceView;
        if (isScattered(i.from)) {
          const length = this.#lanesOf(i.to);
          const element = (lane: number) => view[this.#address(i.from, lane)];
          this.#values.set(
            i.to,
            Array.from({ length }, (_, lane) => element(lane)),
          );
          return;
        }
        const at = this.#address(i.from);
        const active = i.stride === 0 ? this.#lanesOf(i.to) : i.lanes;
        const lanes = new Array<number>(this.#lanesOf(i.to)).fill(0);
        for (let lane = 0; lane < active; lane++) lanes[lane] = view[at + lane * i.stride];
        this.#values.set(i.to, lanes);
        return;
      }
      case "store": {
        const view = this.#buffers.get(i.into.buffer) as DeviceView;
        const at = this.#address(i.into);
        const lanes = this.#get(i.value);
        for (let lane = 0; lane < i.lanes; lane++) view[at + lane * i.stride] = lanes[lane];
        return;
      }
      case "prefetch":
        return;
      case "splat":
        this.#values.set(i.to, new Array<number>(this.#kernel.lanes).fill(this.#get(i.value)[0]));
        return;
      case "joinLanes": {
        const join = (rules[i.op] as Record<string, Compute>)[i.value.type];
        let lanes = this.#get(i.value);
        while (lanes.length > 1) {
          const half = lanes.length / 2;
          const [low, high] = [lanes.slice(0, half), lanes.slice(half)];
          lanes = low.map((value, lane) => join(value, high[lane], 0));
        }
        this.#values.set(i.to, lanes);
        return;
      }
      case "assign":
        this.#values.set(i.to, this.#get(i.value));
        return;
      case "loop":
        for (let at = 0; at < i.index.count; at++) {
          this.#indices.set(i.index, at);
          this.#body(i.body);
        }
        return;
      default:
        i satisfies never;
    }
  }
}

/**
 * Runs all tasks of a kernel, first to last. No task may rely on what another left in a workspace:
 * they hold no numbers when it begins.
 */
export function runKernel(
  kernel: Kernel,
  buffers: BufferViews,
  workspaces: readonly DeviceView[] = [],
): void {
  const run = new KernelRun(kernel, buffers);
  for (let task = 0; task < taskCount(kernel); task++) {
    for (const workspace of workspaces) workspace.fill(Number.NaN);
    run.task(task);
  }
}
