// Proves of a kernel, before anything is emitted, that every load and store stays inside of its buffer,
// and that the rest follows the language's rules. Loops count constants and addresses are affine, so the
// largest and smallest address of each access are known exactly.

import { bytesPerElement } from "../core/dtype.ts";
import { VerificationError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Slices } from "../core/slices.ts";
import type { Launch } from "./draft.ts";
import {
  type Access,
  type Instruction,
  isScattered,
  type Kernel,
  kernelOps,
  type LoopIndex,
  opTypes,
  type Position,
  type Register,
  rangeOf,
  resultTypeOf,
  type ValueType,
} from "./language.ts";
import { allStages, type Program } from "./program.ts";

/** What an element of a buffer is in a register. */
function registerType({ buffer }: Access): ValueType {
  return buffer.dtype === "f32" ? "f32" : "i32";
}

class Verifier {
  readonly #kernel: Kernel;
  readonly #defined = new Set<Register>();
  readonly #indices = new Set<LoopIndex>();
  readonly #variables: Set<Register>;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#variables = new Set(kernel.variables);
  }

  run(): void {
    for (const index of this.#kernel.parallel) this.#open(index);
    this.#body(this.#kernel.body);
  }

  #fail(what: string, expected: string, received: string): never {
    throw new VerificationError({
      what: `Kernel ${this.#kernel.name}: ${what}`,
      expected,
      received,
      fix: "this is a fault in Fovea; nothing was run: please report it with the model",
    });
  }

  #open(index: LoopIndex): void {
    if (!Number.isSafeInteger(index.count) || index.count < 1) {
      this.#fail("a loop has no count.", "a whole number of at least 1", String(index.count));
    }
    if (this.#indices.has(index)) this.#fail("an index is used twice.", "one loop", "two");
    this.#indices.add(index);
  }

  #body(body: readonly Instruction[]): void {
    for (const instruction of body) this.#instruction(instruction);
  }

  #instruction(instruction: Instruction): void {
    switch (instruction.kind) {
      case "constant":
        if (instruction.to.type === "mask") this.#fail("a mask is constant.", "a number", "mask");
        this.#define(instruction.to);
        return;
      case "compute":
        this.#compute(instruction);
        return;
      case "position": {
        const { to, at, step } = instruction;
        this.#position(at);
        this.#same("a position", { type: "i32", vector: to.vector }, to);
        if (!Number.isSafeInteger(step) || (step !== 0 && !to.vector)) {
          this.#fail("one position has a step.", "0, or a whole number in a vector", String(step));
        }
        this.#define(to);
        return;
      }
      case "load":
        this.#load(instruction);
        return;
      case "store":
        this.#store(instruction);
        return;
      case "prefetch":
        this.#buffer(instruction.from);
        this.#position(instruction.from.at);
        if (instruction.from.bounded.length > 0) {
          this.#fail("a place ahead is looked up.", "one known from loops", "another");
        }
        return;
      case "splat":
        this.#use(instruction.value);
        this.#same("a splat", { type: instruction.value.type, vector: true }, instruction.to);
        this.#same("a splat", { type: instruction.to.type, vector: false }, instruction.value);
        this.#define(instruction.to);
        return;
      case "joinLanes":
        this.#use(instruction.value);
        this.#same("a join", { type: instruction.to.type, vector: true }, instruction.value);
        this.#same("a join", { type: instruction.value.type, vector: false }, instruction.to);
        this.#define(instruction.to);
        return;
      case "assign":
        this.#use(instruction.value);
        this.#same("an assignment", instruction.to, instruction.value);
        if (!this.#variables.has(instruction.to)) {
          this.#fail("a value is assigned twice.", "a variable", `register ${instruction.to.id}`);
        }
        this.#defined.add(instruction.to);
        return;
      case "loop":
        this.#open(instruction.index);
        this.#body(instruction.body);
        this.#indices.delete(instruction.index);
        return;
      default:
        instruction satisfies never;
    }
  }

  #compute({ op, to, args }: Extract<Instruction, { kind: "compute" }>): void {
    if (args.length !== kernelOps[op]) {
      this.#fail(`${op} has the wrong number of arguments.`, `${kernelOps[op]}`, `${args.length}`);
    }
    for (const arg of args) {
      this.#use(arg);
      if (arg.vector !== to.vector) {
        this.#fail(`${op} mixes vectors and numbers.`, "one kind", "both");
      }
    }
    const types = args.map((arg) => arg.type);
    if (resultTypeOf(op, types) !== to.type) {
      this.#fail(`${op} has no such meaning.`, opTypes[op].takes.join(" or "), types.join(", "));
    }
    this.#define(to);
  }

  #load({ to, from, lanes, stride }: Extract<Instruction, { kind: "load" }>): void {
    if (!Number.isSafeInteger(stride) || stride < 0) {
      this.#fail("a load goes backwards.", "a stride of at least 0", String(stride));
    }
    if (!to.vector && (lanes !== 1 || stride !== 0)) {
      this.#fail("one number is loaded as several.", "1 lane", String(lanes));
    }
    this.#same("a load", { type: registerType(from), vector: to.vector }, to);
    if (isScattered(from) && (!to.vector || stride !== 0 || from.buffer.dtype === "u8")) {
      this.#fail(
        "lanes are loaded from places of their own.",
        "f32 or i32 into a vector",
        "others",
      );
    }
    this.#access(from, lanes, stride);
    this.#define(to);
  }

  #store({ into, value, lanes, stride }: Extract<Instruction, { kind: "store" }>): void {
    this.#use(value);
    if (!Number.isSafeInteger(stride) || stride < 1) {
      this.#fail("a store puts lanes into one place.", "a stride of at least 1", String(stride));
    }
    if (!value.vector && lanes !== 1) {
      this.#fail("one number is stored as several.", "1 lane", String(lanes));
    }
    this.#same("a store", { type: registerType(into), vector: value.vector }, value);
    if (isScattered(into)) this.#fail("lanes are stored to places of their own.", "one", "several");
    this.#access(into, lanes, stride);
  }

  /** Throws where `what` changes a type, or makes one number of several. */
  #same(what: string, expected: Omit<Register, "id">, received: Omit<Register, "id">): void {
    if (expected.type === received.type && expected.vector === received.vector) return;
    const name = ({ type, vector }: Omit<Register, "id">) => `${vector ? "vector of " : ""}${type}`;
    this.#fail(`${what} changes the type.`, name(expected), name(received));
  }

  #define(register: Register): void {
    if (this.#defined.has(register) || this.#variables.has(register)) {
      this.#fail("a register is defined twice.", "one definition", `register ${register.id}`);
    }
    this.#defined.add(register);
  }

  #use(register: Register): void {
    if (!this.#defined.has(register)) {
      this.#fail("a register is used before it has a value.", "a value", `${register.id}`);
    }
  }

  #position(at: Position): void {
    let whole = Number.isSafeInteger(at.offset);
    for (const { index, factor } of at.terms) {
      whole &&= Number.isSafeInteger(factor);
      if (!this.#indices.has(index)) {
        this.#fail("a position uses an index outside of its loop.", "an open loop", `${index.id}`);
      }
    }
    if (!whole) this.#fail("a position lies between elements.", "whole numbers", "others");
  }

  #buffer({ buffer }: Access): void {
    if (this.#kernel.buffers.includes(buffer)) return;
    this.#fail("an access goes to a foreign buffer.", "a buffer of the kernel", buffer.name);
  }

  #access(access: Access, lanes: number, stride: number): void {
    const { buffer, at, bounded } = access;
    this.#buffer(access);
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > this.#kernel.lanes) {
      this.#fail("an access has no lanes.", `1 to ${this.#kernel.lanes} lanes`, String(lanes));
    }
    this.#position(at);
    let [low, high] = rangeOf(at);
    for (const { value, limit, factor } of bounded) {
      this.#use(value);
      const counts = [limit, factor].every(Number.isSafeInteger) && limit >= 1;
      if (value.type !== "i32" || !counts) {
        this.#fail("a looked-up place is not a whole number.", "an i32 below a limit", value.type);
      }
      low += Math.min(0, factor * (limit - 1));
      high += Math.max(0, factor * (limit - 1));
    }
    high += (lanes - 1) * stride;
    if (low >= 0 && high < buffer.size) return;
    this.#fail(
      "an access could leave its buffer.",
      `elements 0 to ${buffer.size - 1} of ${buffer.name}`,
      `elements ${low} to ${high}`,
    );
  }
}

/** @throws VerificationError where a kernel could touch memory that is not its own. */
export function verifyKernel(kernel: Kernel): void {
  new Verifier(kernel).run();
}

/**
 * The same of a whole program, in slices, and that each of its blocks has a place: what it places itself in its
 * arena or in a workspace, inputs and states as large as their shapes. A device asks for this before it
 * emits anything.
 *
 * @throws VerificationError
 */
export function* verifyProgram(program: Program): Slices<void> {
  const stages = allStages(program);
  yield* verifyStages(stages);
  const { inputs, states, outputs } = program;
  for (const { name, storage, dtype, shape } of [...inputs, ...states, ...outputs]) {
    if (storage.dtype === dtype && storage.size === sizeOf(shape)) continue;
    throw new VerificationError({
      what: `Program ${program.name}: the block of "${name}" is not as large as its shape.`,
      expected: `${dtype}, ${sizeOf(shape)} elements`,
      received: `${storage.dtype}, ${storage.size} elements`,
    });
  }
  const placed = new Set(program.offsets.keys());
  for (const { storage } of [...inputs, ...states]) placed.add(storage);
  const used = stages.flat().flatMap(({ bindings }) => bindings);
  const shown = outputs.map(({ storage }) => storage);
  const lost = [...used, ...shown].find((storage) => !placed.has(storage));
  if (lost !== undefined) {
    throw new VerificationError({
      what: `Program ${program.name}: block ${lost.name} has no place.`,
      expected: "an offset, or an input or state that it belongs to",
      received: "neither",
    });
  }
  for (const [storage, offset] of program.offsets) {
    const room = storage.isWorkspace ? program.workspaceBytes : program.arenaBytes;
    const end = offset + storage.size * bytesPerElement[storage.dtype];
    if (Number.isSafeInteger(offset) && offset >= 0 && end <= room) continue;
    throw new VerificationError({
      what: `Program ${program.name}: block ${storage.name} lies outside of its memory.`,
      expected: `within ${room} bytes`,
      received: `bytes ${offset} to ${end}`,
    });
  }
}

/** The same of all kernels, each once, and that no buffer is larger than its storage. */
export function* verifyStages(stages: readonly (readonly Launch[])[]): Slices<void> {
  const launches = stages.flat();
  for (const kernel of new Set(launches.map(({ kernel }) => kernel))) {
    verifyKernel(kernel);
    yield;
  }
  for (const launch of launches) verifyBindings(launch);
}

function verifyBindings({ kernel, bindings }: Launch): void {
  kernel.buffers.forEach((buffer, i) => {
    const storage = bindings[i];
    if (storage?.dtype === buffer.dtype && buffer.size <= storage.size) return;
    throw new VerificationError({
      what: `Kernel ${kernel.name}: buffer ${buffer.name} is bound to a block that does not fit.`,
      expected: `${buffer.dtype}, ${buffer.size} elements`,
      received: storage ? `${storage.dtype}, ${storage.size} elements` : "nothing",
    });
  });
}
