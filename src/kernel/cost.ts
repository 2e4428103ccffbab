// The cost model: what a kernel costs, worked out from its instructions and the machine's numbers alone, and
// what one would cost that is not written yet, from the counts that a schedule expects. There is no clock
// in it, so the same work always costs the same. It knows no target and no schedule.
//
// A core starts two vector operations, two loads and one store a cycle; a value that a loop carries is
// ready after four; what does not fit a cache comes from the next one (Fog, "Instruction tables").

import {
  type Instruction,
  isScattered,
  type Kernel,
  type KernelOp,
  type Register,
  taskCount,
} from "./language.ts";
import type { MachineDescription } from "./machine-description.ts";
import { bytesOf, loopsIn, type Nest, nestOf, touchesIn, trafficOf } from "./traffic.ts";

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
/**
 * Bytes in a cycle from the second cache, from beyond it, and from there while nothing is computed; and from
 * memory, to which all cores share the way.
 */
const bandwidth = { second: 32, beyond: 10, waiting: 4, memory: 4 } as const;

/** What some work asks of a core and of its caches. */
export interface Demand {
  /** Cycles while all data is at hand. */
  readonly core: number;
  /** Bytes that have to come into the first cache, and into the second. */
  readonly bytesIntoFirst?: number;
  readonly bytesIntoSecond?: number;
}

/** The cycles of work that computes while data comes in. */
export function cyclesOf({ core, bytesIntoFirst = 0, bytesIntoSecond = 0 }: Demand): number {
  return Math.max(core, bytesIntoFirst / bandwidth.second, bytesIntoSecond / bandwidth.beyond);
}

/** Places in which a cache can keep a line. */
const ways = 8;
/** Bytes that come into a cache at once. */
export const lineBytes = 64;
/** Elements of 32 bits in them. */
export const lineElements = lineBytes / 4;

/**
 * Bytes of a cache that runs of `run` bytes can fill where they lie `stride` bytes apart: the lowest digits
 * of an address say where in a cache it may lie, so runs at powers of two crowd into few places.
 */
export function usableBytes(cacheBytes: number, run: number, stride: number): number {
  const period = cacheBytes / ways;
  let [a, b] = [period, stride];
  while (b > 0) [a, b] = [b, a % b];
  return cacheBytes * Math.min(1, Math.max(run, lineBytes) / a);
}

/** Bytes of the cache that cores share that one kernel can count on. */
const sharedCacheBytes = 8 << 20;

/** Whether `bytes` that one kernel leaves for the next are still there when that begins. */
export function fitsSharedCache(bytes: number): boolean {
  return bytes <= sharedCacheBytes;
}

/** The cycles of bringing `bytes` from memory, or back, while kernels run that would have them at hand. */
export function memoryCycles(bytes: number): number {
  return bytes / bandwidth.memory;
}

/** The cycles of beginning one more stage, and of waiting until all threads have ended it. */
export const stageCycles = 5000;

/** Bytes whose place in memory a machine looks up at once. */
const pageBytes = 4 << 10;

/**
 * `bytes` in runs of `run` bytes that come `times` times, weighed as bytes from beyond the caches: those that
 * are fetched again are waited for each time, unless runs are so long that they are foreseen.
 */
export function fetchedBytes(bytes: number, run: number, times: number): number {
  const again = run >= pageBytes ? 1 : bandwidth.beyond / bandwidth.waiting;
  return bytes * (1 + (times - 1) * again);
}

/** Cycles of looking up one more page. */
const pageCycles = 1.5;

/** The cycles of looking up where `bytes` are, in runs of `run` bytes that lie `stride` bytes apart. */
export function lookUpCycles(bytes: number, run: number, stride: number): number {
  return pageCycles * (bytes / run) * Math.min(1, stride / pageBytes);
}

/** The cycles of fetching `bytes` in short runs from beyond the caches, with nothing to compute meanwhile. */
export function fetchCycles(bytes: number): number {
  return bytes / bandwidth.waiting;
}

/** The cycles of a stage that does nothing but bring `bytes` into another order. */
export function reorderCycles(bytes: number): number {
  return fetchCycles(bytes) + bytes / bandwidth.beyond;
}

/** The cycles of copying `bytes` from one place to another beyond the caches. */
export function copyCycles(bytes: number): number {
  return (2 * bytes) / bandwidth.beyond;
}

/** The cycles of writing `bytes` in one stage and reading them in the next. */
export function passOnCycles(bytes: number): number {
  return fitsSharedCache(bytes) ? copyCycles(bytes) : memoryCycles(2 * bytes);
}

/**
 * The cycles of one step of a tile of sums, `rows` repeated numbers by `vectors`: what limits it is
 * arithmetic, loads, or waiting for the step before.
 */
export function stepCycles(rows: number, vectors: number): number {
  const overhead = 0.5;
  const operations = (rows * vectors) / perCycle.operations;
  const loads = (rows + vectors) / perCycle.loads;
  return overhead + Math.max(operations, loads, latency);
}

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
        const { lanes, stride, to, from } = instruction;
        this.#active.set(to, stride === 0 ? this.#lanes : lanes);
        // Elements that lie apart are loaded one by one, and so are bytes that do not fill a register.
        const isPart = from.buffer.dtype === "u8" && lanes < this.#lanes;
        tally.loads += isScattered(from) ? this.#lanes : stride > 1 || isPart ? lanes : 1;
        return;
      }
      case "prefetch":
        tally.loads += 1;
        return;
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
  const [bytesIntoFirst, bytesIntoSecond] = [machine.cacheBytes, machine.secondCacheBytes].map(
    into,
  );
  return {
    multiplyAdds: task.multiplyAdds * tasks,
    otherOperations: task.otherOperations * tasks,
    vectorOperations: task.operationSlots * tasks,
    loads: task.loads * tasks,
    stores: task.stores * tasks,
    bytes,
    bytesIntoFirst,
    bytesIntoSecond,
    cycles: cyclesOf({ core: task.cycles * tasks, bytesIntoFirst, bytesIntoSecond }),
  };
}
