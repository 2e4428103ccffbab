// What a kernel costs, worked out from its instructions and the machine's numbers alone: no clock, so the
// same kernel always costs the same. It knows no target and no schedule.
//
// A core starts two vector operations, two loads and one store a cycle; a value that a loop carries is
// ready after four; what does not fit a cache comes from the next one (Fog, "Instruction tables").

import { bytesPerElement } from "../core/dtype.ts";
import {
  type Access,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  type LoopIndex,
  type Register,
  taskCount,
} from "./language.ts";
import type { MachineDescription } from "./machine-description.ts";

/** What all tasks of a kernel do together. */
export interface KernelCost {
  /** Multiply-adds on numbers: an operation on a vector counts once for each active lane. */
  readonly multiplyAdds: number;
  /** Other arithmetic on numbers, counted the same. */
  readonly otherOperations: number;
  /** The time of vector operations that are no multiply-adds, counted in simple ones. */
  readonly vectorOperations: number;
  /** Loads and stores, as the machine starts them. */
  readonly loads: number;
  readonly stores: number;
  /** Distinct bytes that are read, and distinct bytes that are written. */
  readonly bytes: number;
  /** Bytes that have to come into the first cache, and into the second. */
  readonly bytesIntoFirst: number;
  readonly bytesIntoSecond: number;
  /** Cycles that one core needs for all tasks. */
  readonly cycles: number;
}

const perCycle = { operations: 2, loads: 2, stores: 1 } as const;
/** Cycles until the result of an operation can be used. */
const latency = 4;
/** Bytes of a core's second cache that one kernel can count on. */
const secondCacheBytes = 1 << 20;
/** Bytes in a cycle from the second cache, and from beyond it. */
const bandwidth = { second: 32, beyond: 10 } as const;

/** How many simple operations' time an operation takes, where it is not one. */
const slots: Partial<Record<KernelOp, (lanes: number) => number>> = {
  divide: (lanes) => Math.max(4, 1.25 * lanes),
  squareRoot: (lanes) => Math.max(4, 1.5 * lanes),
  multiplyHigh: () => 4,
};

/** What is counted in one run of a body, its loops included. */
const nothing = {
  multiplyAdds: 0,
  otherOperations: 0,
  multiplyAddSlots: 0,
  operationSlots: 0,
  loads: 0,
  stores: 0,
  cycles: 0,
};

type Tally = typeof nothing;

function addTimes(sum: Tally, part: Tally, times: number): void {
  for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += part[key] * times;
}

/** Instructions and the cycles that starting them takes. */
class Work {
  readonly #lanes: number;
  /** How many lanes of a register hold something that counts; all where none is told. */
  readonly #active = new Map<Register, number>();
  readonly #variables: ReadonlySet<Register>;

  constructor(kernel: Kernel) {
    this.#lanes = kernel.lanes;
    this.#variables = new Set(kernel.variables);
  }

  /** One run of `body`. */
  body(body: readonly Instruction[]): Tally {
    const own: Tally = { ...nothing };
    const inner = { ...nothing };
    for (const instruction of body) {
      if (instruction.kind === "loop") {
        addTimes(inner, this.body(instruction.body), instruction.index.count);
      } else {
        this.#count(instruction, own);
      }
    }
    own.cycles = Math.max(
      (own.multiplyAddSlots + own.operationSlots) / perCycle.operations,
      own.loads / perCycle.loads,
      own.stores / perCycle.stores,
      this.#longestChain(body),
    );
    addTimes(own, inner, 1);
    return own;
  }

  #count(instruction: Exclude<Instruction, { kind: "loop" }>, tally: Tally): void {
    switch (instruction.kind) {
      case "compute":
        this.#countOperation(instruction, tally);
        return;
      case "position":
        if (instruction.to.vector) tally.operationSlots += 2;
        return;
      case "load": {
        const { lanes, stride, to } = instruction;
        this.#active.set(to, stride === 0 ? this.#lanes : lanes);
        // Elements that lie apart are loaded one by one.
        tally.loads += stride > 1 ? lanes : 1;
        return;
      }
      case "store":
        tally.stores += 1;
        return;
      case "splat":
        tally.operationSlots += 1;
        return;
      case "joinLanes":
        tally.otherOperations += this.#activeOf(instruction.value) - 1;
        tally.operationSlots += 2 * Math.log2(this.#lanes);
        return;
      case "assign":
        this.#active.set(instruction.to, this.#activeOf(instruction.value));
    }
  }

  #countOperation({ op, to, args }: Instruction & { kind: "compute" }, tally: Tally): void {
    const active = Math.min(...args.map((arg) => this.#activeOf(arg)));
    this.#active.set(to, active);
    if (op === "multiplyAdd") {
      tally.multiplyAdds += active;
      tally.multiplyAddSlots += 1;
      return;
    }
    tally.otherOperations += active;
    tally.operationSlots += slots[op]?.(to.vector ? this.#lanes : 1) ?? 1;
  }

  #activeOf(register: Register): number {
    return this.#active.get(register) ?? (register.vector ? this.#lanes : 1);
  }

  /** Cycles between two runs of a loop's body that the slowest variable asks for. */
  #longestChain(body: readonly Instruction[]): number {
    const ready = new Map<Register, number>();
    const readyAt = (register: Register) =>
      ready.get(register) ?? (this.#variables.has(register) ? 0 : Number.NEGATIVE_INFINITY);
    let longest = 0;
    for (const instruction of body) {
      if (instruction.kind === "compute") {
        ready.set(instruction.to, Math.max(...instruction.args.map(readyAt)) + latency);
      } else if (instruction.kind === "splat" || instruction.kind === "joinLanes") {
        ready.set(instruction.to, readyAt(instruction.value) + latency);
      } else if (instruction.kind === "assign") {
        ready.set(instruction.to, readyAt(instruction.value));
        longest = Math.max(longest, readyAt(instruction.value));
      }
    }
    return longest;
  }
}

/** Loads or stores of one loop's own body that differ by a constant only. */
interface Touch {
  readonly access: Access;
  readonly way: "in" | "out";
  /** The loops around it, outermost first. */
  readonly path: readonly LoopIndex[];
  /** First elements, before any loop moves them. */
  readonly offsets: Set<number>;
  /** Elements from the first to the last one of an access, and those that are touched. */
  extent: number;
  lanes: number;
}

/** A loop, or a kernel as a whole where there is no index. */
interface Nest {
  readonly index: LoopIndex | undefined;
  readonly touches: Map<string, Touch>;
  readonly inner: Nest[];
}

function nestOf(
  body: readonly Instruction[],
  index: LoopIndex | undefined,
  path: readonly LoopIndex[],
): Nest {
  const nest: Nest = { index, touches: new Map(), inner: [] };
  const touch = (way: Touch["way"], access: Access, lanes: number, stride: number) => {
    const terms = access.at.terms.map((term) => `${term.index.id}*${term.factor}`);
    const key = [way, access.buffer.name, access.bounded.length, ...terms].join(" ");
    const none = { access, way, path, offsets: new Set<number>(), extent: 0, lanes: 0 };
    const known = nest.touches.get(key) ?? none;
    known.offsets.add(access.at.offset);
    known.extent = Math.max(known.extent, stride * (lanes - 1) + 1);
    known.lanes = Math.max(known.lanes, stride === 0 ? 1 : lanes);
    nest.touches.set(key, known);
  };
  for (const instruction of body) {
    const { kind } = instruction;
    if (kind === "load") touch("in", instruction.from, instruction.lanes, instruction.stride);
    if (kind === "store") touch("out", instruction.into, instruction.lanes, 1);
    if (kind !== "loop") continue;
    nest.inner.push(nestOf(instruction.body, instruction.index, [...path, instruction.index]));
  }
  return nest;
}

function touchesIn({ touches, inner }: Nest): Touch[] {
  return [...touches.values(), ...inner.flatMap(touchesIn)];
}

/** Distinct elements that are touched while the loops in `free` run. */
function elementsOf({ access, path, offsets, extent, lanes }: Touch, free: Set<LoopIndex>): number {
  const moving = access.at.terms.filter(({ index }) => free.has(index));
  const reach = moving.reduce(
    (sum, { index, factor }) => sum + Math.abs(factor) * (index.count - 1),
    0,
  );
  const data = access.bounded.reduce((sum, { limit, factor }) => sum + factor * (limit - 1), 0);
  const spread = Math.max(...offsets) - Math.min(...offsets);
  // Where data decides, every run may touch something else.
  const loops =
    access.bounded.length > 0
      ? path.filter((loop) => free.has(loop))
      : moving.map((term) => term.index);
  const runs = loops.reduce((product, { count }) => product * count, 1);
  return Math.min(spread + extent + reach + data, offsets.size * lanes * runs);
}

/** Distinct bytes of `touches` while the loops in `free` run: in and out count apart. */
function bytesOf(touches: readonly Touch[], free: Set<LoopIndex>): number {
  const counts = { in: new Map<KernelBuffer, number>(), out: new Map<KernelBuffer, number>() };
  let bytes = 0;
  for (const touch of touches) {
    const { buffer } = touch.access;
    const before = counts[touch.way].get(buffer) ?? 0;
    const now = Math.min(buffer.size, before + elementsOf(touch, free));
    counts[touch.way].set(buffer, now);
    bytes += (now - before) * bytesPerElement[buffer.dtype];
  }
  return bytes;
}

function loopsIn({ index, inner }: Nest): LoopIndex[] {
  return [...(index === undefined ? [] : [index]), ...inner.flatMap(loopsIn)];
}

/**
 * Bytes that have to come into a cache: each byte once, while what one run of a body touches fits;
 * else as often as the body runs.
 */
function trafficOf(nest: Nest, cacheBytes: number): number {
  const touches = touchesIn(nest);
  const within = new Set(nest.inner.flatMap(loopsIn));
  const once = bytesOf(touches, within);
  if (once <= cacheBytes) return bytesOf(touches, new Set(loopsIn(nest)));
  const own = bytesOf([...nest.touches.values()], new Set());
  const inner = nest.inner.reduce((sum, loop) => sum + trafficOf(loop, cacheBytes), 0);
  return (nest.index?.count ?? 1) * (own + inner);
}

/** What a kernel costs on one core of `machine`. */
export function costOf(kernel: Kernel, machine: MachineDescription): KernelCost {
  const task = new Work(kernel).body(kernel.body);
  const tasks = taskCount(kernel);
  // Tasks are taken in order: they are the outermost loops.
  const nest = kernel.parallel.reduceRight<Nest>(
    (inner, index) => ({ index, touches: new Map(), inner: [inner] }),
    nestOf(kernel.body, undefined, kernel.parallel),
  );
  const bytes = bytesOf(touchesIn(nest), new Set(loopsIn(nest)));
  // What fits as a whole is taken to be there already: the kernel before has just made it.
  const into = (cacheBytes: number) => (bytes <= cacheBytes ? 0 : trafficOf(nest, cacheBytes));
  const [bytesIntoFirst, bytesIntoSecond] = [machine.cacheBytes, secondCacheBytes].map(into);
  return {
    multiplyAdds: task.multiplyAdds * tasks,
    otherOperations: task.otherOperations * tasks,
    vectorOperations: task.operationSlots * tasks,
    loads: task.loads * tasks,
    stores: task.stores * tasks,
    bytes,
    bytesIntoFirst,
    bytesIntoSecond,
    cycles: Math.max(
      task.cycles * tasks,
      bytesIntoFirst / bandwidth.second,
      bytesIntoSecond / bandwidth.beyond,
    ),
  };
}
