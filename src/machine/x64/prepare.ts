// Looks a kernel over before code is written: which loads become memory operands, which results go
// straight into a variable, and when each value lives.

import {
  type Instruction,
  inputsOf,
  type Kernel,
  type LoopIndex,
  type Register,
} from "../../kernel/language.ts";
import type { Stream, Streams } from "../streams.ts";
import { type Lifetime, perDepth, type Span } from "./allocate.ts";
import { splitLoops } from "./split-loops.ts";

/** A kernel ready for code. */
export interface Prepared {
  readonly body: readonly Instruction[];
  /** What each constant's register holds. */
  readonly constants: ReadonlyMap<Register, number>;
  /** Registers that are never loaded: their users read memory. */
  readonly folded: ReadonlyMap<Register, Load>;
  readonly vectors: readonly Lifetime<Register>[];
  readonly integers: readonly Lifetime<Stream | LoopIndex>[];
  /** When at least two registers are needed for the moment, and when three, as `scratchFor` has it. */
  readonly scratchNeeded: Readonly<Record<2 | 3, readonly Span[]>>;
}

/** What the target wants. */
export interface PrepareOptions {
  /**
   * The vector registers of a machine that repeats memory operands; absent for one that does not.
   * Loops that need more than there are make use of it.
   */
  readonly repeatingRegisters?: number;
  /** How many registers an instruction needs for the moment. */
  scratchFor(instruction: Instruction): 0 | 2 | 3;
}

export type Load = Extract<Instruction, { kind: "load" }>;

/** A repeated load is worth folding into at most so many multiply-adds. */
const mostFolds = 4;

function countUses(body: readonly Instruction[], uses: Map<Register, number>): void {
  for (const i of body) {
    for (const register of inputsOf(i)) uses.set(register, (uses.get(register) ?? 0) + 1);
    if (i.kind === "loop") countUses(i.body, uses);
  }
}

function findConstants(body: readonly Instruction[], constants: Map<Register, number>): void {
  for (const i of body) {
    if (i.kind === "constant") constants.set(i.to, i.value);
    if (i.kind === "loop") findConstants(i.body, constants);
  }
}

/** A result that is only assigned to a variable is computed in the variable. */
function mergeAssigns(
  body: readonly Instruction[],
  uses: ReadonlyMap<Register, number>,
): Instruction[] {
  const merged: Instruction[] = [];
  for (const i of body) {
    const last = merged.at(-1);
    if (i.kind === "loop") {
      merged.push({ ...i, body: mergeAssigns(i.body, uses) });
    } else if (
      i.kind === "assign" &&
      last?.kind === "compute" &&
      last.to === i.value &&
      uses.get(i.value) === 1
    ) {
      merged[merged.length - 1] = { ...last, to: i.to };
    } else {
      merged.push(i);
    }
  }
  return merged;
}

/** Where in a body each register is read last, nested loops included. */
function lastReads(body: readonly Instruction[]): Map<Register, number> {
  const last = new Map<Register, number>();
  const visit = (instruction: Instruction, at: number) => {
    for (const register of inputsOf(instruction)) last.set(register, at);
    if (instruction.kind === "loop") for (const inner of instruction.body) visit(inner, at);
  };
  for (const [at, instruction] of body.entries()) visit(instruction, at);
  return last;
}

/** How many vectors that a body loads are needed at the same time. */
function mostLoaded(body: readonly Instruction[], lastRead: ReadonlyMap<Register, number>): number {
  const ends: number[] = [];
  let most = 0;
  for (const [at, i] of body.entries()) {
    if (i.kind !== "load" || !i.to.vector || i.stride === 0) continue;
    ends.push(lastRead.get(i.to) ?? at);
    most = Math.max(most, ends.filter((end) => end >= at).length);
  }
  return most;
}

/**
 * Whether a body leaves a register for a repeated number and one for the next, beside its variables,
 * those that wait for it to end included, and what it loads. Behind it, where the variables still are,
 * stores need two registers for the moment.
 */
function hasRoom(
  body: readonly Instruction[],
  lastRead: ReadonlyMap<Register, number>,
  waiting: ReadonlySet<Register>,
  { repeatingRegisters = Number.POSITIVE_INFINITY, scratchFor }: PrepareOptions,
): boolean {
  const variables = new Set(waiting);
  let scratch = 0;
  for (const i of body) {
    if (i.kind === "loop") continue;
    if (i.kind === "compute" && i.op === "multiplyAdd") variables.add(i.to);
    scratch = Math.max(scratch, scratchFor(i));
  }
  const inside = mostLoaded(body, lastRead) + 2 + scratch;
  const behind = 2;
  return variables.size + Math.max(inside, behind) <= repeatingRegisters;
}

/**
 * Repeated loads whose every use is a multiply-add of the same body, before any store. A register that
 * holds the number saves loads; where none is left, multiply-adds read memory.
 */
function foldRepeated(
  body: readonly Instruction[],
  uses: ReadonlyMap<Register, number>,
  options: PrepareOptions,
  folded: Map<Register, Load>,
  outer: ReadonlySet<Register> = new Set(),
): void {
  const lastRead = lastReads(body);
  const fits = hasRoom(body, lastRead, outer, options);
  const assigned = new Set<Register>();
  for (const [at, load] of body.entries()) {
    if (load.kind === "assign" && load.to.vector) assigned.add(load.to);
    if (load.kind === "loop") {
      const waiting = [...assigned].filter((register) => (lastRead.get(register) ?? -1) >= at);
      foldRepeated(load.body, uses, options, folded, new Set([...outer, ...waiting]));
    }
    if (fits) continue;
    if (load.kind !== "load" || !load.to.vector || load.stride !== 0) continue;
    if (load.from.buffer.dtype !== "f32" || load.from.bounded.length > 0) continue;
    let left = uses.get(load.to) ?? 0;
    if (left === 0 || left > mostFolds) continue;
    for (const i of body.slice(at + 1)) {
      if (i.kind === "store" || i.kind === "loop") break;
      if (i.kind !== "compute" || !i.args.includes(load.to)) continue;
      const plain = i.op === "multiplyAdd" && i.args[0] === load.to && i.args[1] !== load.to;
      if (!plain || i.args[2] === load.to || i.to !== i.args[2]) break;
      left--;
    }
    if (left === 0) folded.set(load.to, load);
  }
}

/**
 * Loads of whole vectors whose only use is a computation of the same body, before any store: one for
 * each, as an address may need a register for the moment.
 */
function foldSingle(
  body: readonly Instruction[],
  uses: ReadonlyMap<Register, number>,
  lanes: number,
  folded: Map<Register, Load>,
): void {
  const waiting = new Map<Register, Load>();
  for (const i of body) {
    if (i.kind === "store" || i.kind === "loop") waiting.clear();
    if (i.kind === "loop") foldSingle(i.body, uses, lanes, folded);
    if (i.kind === "load" && i.to.vector && i.stride === 1 && i.lanes === lanes) {
      const isPlain = i.from.buffer.dtype !== "u8" && i.from.bounded.length === 0;
      if (isPlain && uses.get(i.to) === 1) waiting.set(i.to, i);
    }
    if (i.kind !== "compute" || i.args.some((arg) => folded.has(arg))) continue;
    const found = i.args.map((arg) => waiting.get(arg)).find((load) => load !== undefined);
    if (found !== undefined) folded.set(found.to, found);
  }
}

/** Spans of positions that are alike, said one position after another. */
class Spans {
  readonly found: { first: number; last: number }[] = [];
  #goesOn = false;

  say(position: number, belongs: boolean): void {
    const last = this.found.at(-1);
    if (belongs && this.#goesOn && last !== undefined) last.last = position;
    else if (belongs) this.found.push({ first: position, last: position });
    this.#goesOn = belongs;
  }
}

/** Prepares a kernel. */
export function prepare(kernel: Kernel, streams: Streams, options: PrepareOptions): Prepared {
  const { repeatingRegisters, scratchFor } = options;
  const uses = new Map<Register, number>();
  countUses(kernel.body, uses);
  const constants = new Map<Register, number>();
  findConstants(kernel.body, constants);
  const merged = mergeAssigns(kernel.body, uses);
  const folded = new Map<Register, Load>();
  if (repeatingRegisters !== undefined) foldRepeated(merged, uses, options, folded);
  foldSingle(merged, uses, kernel.lanes, folded);
  const body = splitLoops(merged, kernel.variables);

  const vectors = new Map<Register, Lifetime<Register>>();
  const integers = new Map<Stream | LoopIndex, Lifetime<Stream | LoopIndex>>();
  const loops: { first: number; last: number }[] = [];
  const scratchNeeded = { 2: new Spans(), 3: new Spans() };
  let position = 0;
  const touch = (register: Register, weight: number, madeOf: readonly Register[] = []) => {
    if (constants.has(register) || folded.has(register)) return;
    const known = vectors.get(register);
    if (known === undefined) {
      vectors.set(register, { value: register, first: position, last: position, weight, madeOf });
      return;
    }
    known.last = Math.max(known.last, position);
    known.weight += weight;
  };
  const useInteger = (value: Stream | LoopIndex | undefined, weight: number) => {
    const known = value === undefined ? undefined : integers.get(value);
    if (known !== undefined) known.weight += weight;
  };
  const addIntegers = (values: readonly (Stream | LoopIndex)[], last: number, weight: number) => {
    for (const value of values) integers.set(value, { value, first: position, last, weight });
  };

  const visit = (instructions: readonly Instruction[], depth: number) => {
    const weight = perDepth ** depth;
    for (const i of instructions) {
      position++;
      if (i.kind === "loop") {
        const loop = { first: position, last: Number.POSITIVE_INFINITY };
        const moving = [i.index, ...streams.movedBy(i.index)];
        for (const stream of streams.movedBy(i.index)) useInteger(stream.outer, weight);
        addIntegers(moving, 0, weight * perDepth);
        loops.push(loop);
        visit(i.body, depth + 1);
        loop.last = ++position;
        for (const value of moving) {
          (integers.get(value) as Lifetime<unknown>).last = position;
        }
        continue;
      }
      const readsConstants = i.kind === "compute" && i.args.some((arg) => constants.has(arg));
      const scratch = readsConstants ? Math.max(2, scratchFor(i)) : scratchFor(i);
      scratchNeeded[2].say(position, scratch >= 2);
      scratchNeeded[3].say(position, scratch === 3);
      for (const register of inputsOf(i)) touch(register, weight);
      const inMemory = i.kind === "compute" ? i.args.find((arg) => folded.has(arg)) : undefined;
      if (inMemory !== undefined) {
        useInteger(streams.of((folded.get(inMemory) as Load).from), weight);
      }
      if (i.kind === "load" && !folded.has(i.to)) useInteger(streams.of(i.from), weight);
      if (i.kind === "prefetch") useInteger(streams.of(i.from), weight);
      if (i.kind === "store") useInteger(streams.of(i.into), weight);
      if ("to" in i) touch(i.to, weight, inputsOf(i));
    }
  };
  const end = Number.MAX_SAFE_INTEGER;
  addIntegers(streams.movedBy(undefined), end, 1);
  for (const index of kernel.parallel) {
    addIntegers([index, ...streams.movedBy(index)], end, 1);
  }
  visit(body, 0);
  // What a loop uses from outside must outlive all of its rounds.
  // Both are in the order of their first positions.
  let next = 0;
  for (const lifetime of vectors.values()) {
    while (next < loops.length && loops[next].first <= lifetime.first) next++;
    for (let l = next; l < loops.length && loops[l].first <= lifetime.last; l++) {
      lifetime.last = Math.max(lifetime.last, Math.min(loops[l].last, end));
    }
  }
  return {
    body,
    constants,
    folded,
    vectors: [...vectors.values()],
    integers: [...integers.values()],
    scratchNeeded: { 2: scratchNeeded[2].found, 3: scratchNeeded[3].found },
  };
}
