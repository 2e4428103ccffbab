// What a kernel costs, worked out from its instructions and the machine's numbers alone: no clock, so
// the same kernel always costs the same. Floor 2. It knows no target and no schedule.
//
// The model: a core starts two vector operations, two loads and one store a cycle; a value that a loop
// carries is ready after four cycles; what does not fit the core's own cache comes in at a bandwidth.
// These are the numbers of x86 cores since 2017 (Fog, "Instruction tables"; Intel, "Optimization
// Reference Manual"), and near enough for others.

import { bytesPerElement } from "../core/dtype.ts";
import {
  type Access,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type KernelOp,
  type Register,
  rangeOf,
  taskCount,
} from "./language.ts";
import type { MachineDescription } from "./machine-description.ts";

/** What all tasks of a kernel do together. */
export interface KernelCost {
  /** Multiply-adds on numbers: an operation on a vector counts once for each active lane. */
  readonly multiplyAdds: number;
  /** Other arithmetic on numbers, counted the same. */
  readonly otherOperations: number;
  /** Vector operations that are no multiply-adds, as the machine starts them. */
  readonly vectorOperations: number;
  /** Loads and stores, as the machine starts them. */
  readonly loads: number;
  readonly stores: number;
  /** Distinct bytes that are read, and that are written. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Cycles that one core needs for all tasks. */
  readonly cycles: number;
}

const perCycle = { operations: 2, loads: 2, stores: 1 } as const;
/** Cycles until the result of an operation can be used. */
const latency = 4;
/** Bytes that one core gets from beyond its own cache in a cycle. */
const bytesPerCycle = 6;

/** How many operations' time an operation takes, where it is not one, for a vector of `lanes`. */
const slots: Partial<Record<KernelOp, (lanes: number) => number>> = {
  divide: (lanes) => Math.max(4, 1.25 * lanes),
  squareRoot: (lanes) => Math.max(4, 1.5 * lanes),
  multiplyHigh: () => 4,
};

/** Counts of one run of a body, and its cycles with those of the loops within. */
interface Tally {
  multiplyAdds: number;
  otherOperations: number;
  multiplyAddSlots: number;
  operationSlots: number;
  loads: number;
  stores: number;
  cycles: number;
}

/** An interval of elements of a buffer. */
interface Span {
  low: number;
  high: number;
}

class Estimate {
  readonly #lanes: number;
  /** How many lanes of a register hold something that counts. */
  readonly #active = new Map<Register, number>();
  readonly #read = new Map<KernelBuffer, Span>();
  readonly #written = new Map<KernelBuffer, Span>();
  readonly #variables: ReadonlySet<Register>;

  constructor(kernel: Kernel) {
    this.#lanes = kernel.lanes;
    this.#variables = new Set(kernel.variables);
  }

  get bytesRead(): number {
    return bytesOf(this.#read);
  }

  get bytesWritten(): number {
    return bytesOf(this.#written);
  }

  /** One run of `body`. */
  body(body: readonly Instruction[]): Tally {
    const own: Tally = emptyTally();
    const inner: Tally = emptyTally();
    for (const instruction of body) {
      if (instruction.kind === "loop") {
        addTimes(inner, this.body(instruction.body), instruction.index.count);
      } else {
        this.#count(instruction, own);
      }
    }
    const operations = own.multiplyAddSlots + own.operationSlots;
    const throughput = Math.max(
      operations / perCycle.operations,
      own.loads / perCycle.loads,
      own.stores / perCycle.stores,
    );
    own.cycles = Math.max(throughput, this.#longestChain(body));
    addTimes(own, inner, 1);
    return own;
  }

  #count(instruction: Exclude<Instruction, { kind: "loop" }>, tally: Tally): void {
    switch (instruction.kind) {
      case "constant":
        return;
      case "compute":
        this.#countOperation(instruction, tally);
        return;
      case "position":
        this.#active.set(instruction.to, instruction.to.vector ? this.#lanes : 1);
        if (instruction.to.vector) tally.operationSlots += 2;
        return;
      case "load": {
        const { from, lanes, stride, to } = instruction;
        this.#active.set(to, stride === 0 ? this.#lanes : lanes);
        // Elements that lie apart are loaded one by one.
        tally.loads += stride > 1 ? lanes : 1;
        touch(this.#read, from, stride * (lanes - 1));
        return;
      }
      case "store":
        tally.stores += 1;
        touch(this.#written, instruction.into, instruction.lanes - 1);
        return;
      case "splat":
        tally.operationSlots += 1;
        this.#active.set(instruction.to, this.#lanes);
        return;
      case "joinLanes": {
        const halvings = Math.log2(this.#lanes);
        tally.operationSlots += 2 * halvings;
        tally.otherOperations += this.#activeOf(instruction.value) - 1;
        return;
      }
      case "assign":
        this.#active.set(instruction.to, this.#activeOf(instruction.value));
    }
  }

  #countOperation({ op, to, args }: Instruction & { kind: "compute" }, tally: Tally): void {
    const wide = to.vector ? this.#lanes : 1;
    const active = Math.min(wide, ...args.map((arg) => this.#activeOf(arg)));
    this.#active.set(to, active);
    if (op === "multiplyAdd") {
      tally.multiplyAdds += active;
      tally.multiplyAddSlots += 1;
      return;
    }
    tally.otherOperations += active;
    tally.operationSlots += slots[op]?.(wide) ?? 1;
  }

  /** What is not known to be a part counts in full. */
  #activeOf(register: Register): number {
    return this.#active.get(register) ?? (register.vector ? this.#lanes : Number.POSITIVE_INFINITY);
  }

  /** Cycles between two runs of a loop's body that the slowest variable asks for. */
  #longestChain(body: readonly Instruction[]): number {
    const ready = new Map<Register, number>();
    const after = (args: readonly Register[]) =>
      Math.max(...args.map((arg) => ready.get(arg) ?? (this.#variables.has(arg) ? 0 : -Infinity)));
    let longest = 0;
    for (const instruction of body) {
      if (instruction.kind === "compute") {
        ready.set(instruction.to, after(instruction.args) + latency);
      } else if (instruction.kind === "splat" || instruction.kind === "joinLanes") {
        ready.set(instruction.to, after([instruction.value]) + latency);
      } else if (instruction.kind === "assign") {
        const at = after([instruction.value]);
        ready.set(instruction.to, at);
        longest = Math.max(longest, at);
      }
    }
    return longest;
  }
}

function emptyTally(): Tally {
  return {
    multiplyAdds: 0,
    otherOperations: 0,
    multiplyAddSlots: 0,
    operationSlots: 0,
    loads: 0,
    stores: 0,
    cycles: 0,
  };
}

function addTimes(sum: Tally, part: Tally, times: number): void {
  for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += part[key] * times;
}

/** Widens what is known of a buffer by an access that reaches `further` elements on. */
function touch(spans: Map<KernelBuffer, Span>, access: Access, further: number): void {
  const [from, to] = rangeOf(access.at);
  const moved = access.bounded.reduce((sum, { limit, factor }) => sum + factor * (limit - 1), 0);
  const [low, high] = [from, to + moved + further];
  const span = spans.get(access.buffer);
  if (span === undefined) {
    spans.set(access.buffer, { low, high });
    return;
  }
  span.low = Math.min(span.low, low);
  span.high = Math.max(span.high, high);
}

function bytesOf(spans: ReadonlyMap<KernelBuffer, Span>): number {
  let bytes = 0;
  for (const [{ dtype }, { low, high }] of spans)
    bytes += (high - low + 1) * bytesPerElement[dtype];
  return bytes;
}

/** What a kernel costs on one core of `machine`. */
export function costOf(kernel: Kernel, machine: MachineDescription): KernelCost {
  const estimate = new Estimate(kernel);
  const task = estimate.body(kernel.body);
  const tasks = taskCount(kernel);
  const { bytesRead, bytesWritten } = estimate;
  const bytes = bytesRead + bytesWritten;
  const memoryCycles = bytes > machine.cacheBytes ? bytes / bytesPerCycle : 0;
  return {
    multiplyAdds: task.multiplyAdds * tasks,
    otherOperations: task.otherOperations * tasks,
    vectorOperations: task.operationSlots * tasks,
    loads: task.loads * tasks,
    stores: task.stores * tasks,
    bytesRead,
    bytesWritten,
    cycles: Math.max(task.cycles * tasks, memoryCycles),
  };
}

/** Cycles of the slowest of `threads` cores, when each takes an equal stretch of the tasks. */
export function cyclesOf(cost: KernelCost, kernel: Kernel, threads: number): number {
  const tasks = taskCount(kernel);
  return (cost.cycles / tasks) * Math.ceil(tasks / threads);
}
