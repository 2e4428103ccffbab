// Proves of a kernel, before anything is emitted, that every load and store stays inside of its
// buffer, and that the rest follows the language's rules. Floor 2. Loops count constants and addresses
// are affine, so the largest and smallest address of each access are known exactly.

import { VerificationError } from "../core/errors.ts";
import type { Launch } from "./draft.ts";
import {
  type Access,
  type Instruction,
  type Kernel,
  kernelOps,
  type LoopIndex,
  type Position,
  type Register,
  rangeOf,
} from "./language.ts";

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
        this.#define(instruction.to);
        return;
      case "compute":
        this.#compute(instruction);
        return;
      case "position":
        this.#position(instruction.at);
        this.#define(instruction.to);
        return;
      case "load":
        this.#access(instruction.from, instruction.lanes, instruction.stride);
        if (!instruction.to.vector && (instruction.lanes !== 1 || instruction.stride !== 0)) {
          this.#fail("one number is loaded as several.", "1 lane", String(instruction.lanes));
        }
        this.#define(instruction.to);
        return;
      case "store": {
        const { into, value, lanes } = instruction;
        this.#use(value);
        if (!value.vector && lanes !== 1) {
          this.#fail("one number is stored as several.", "1 lane", String(lanes));
        }
        const stored = into.buffer.dtype === "u8" ? "i32" : into.buffer.dtype;
        if (stored !== value.type) {
          this.#fail("a store changes the type.", into.buffer.dtype, value.type);
        }
        this.#access(into, lanes, 1);
        return;
      }
      case "splat":
      case "joinLanes":
        this.#use(instruction.value);
        this.#define(instruction.to);
        return;
      case "assign":
        this.#use(instruction.value);
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
    this.#define(to);
  }

  #define(register: Register): void {
    if (this.#defined.has(register)) {
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
    for (const { index } of at.terms) {
      if (!this.#indices.has(index)) {
        this.#fail("a position uses an index outside of its loop.", "an open loop", `${index.id}`);
      }
    }
  }

  #access({ buffer, at, bounded }: Access, lanes: number, stride: number): void {
    if (!this.#kernel.buffers.includes(buffer)) {
      this.#fail("an access goes to a foreign buffer.", "a buffer of the kernel", buffer.name);
    }
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > this.#kernel.lanes) {
      this.#fail("an access has no lanes.", `1 to ${this.#kernel.lanes} lanes`, String(lanes));
    }
    this.#position(at);
    let [low, high] = rangeOf(at);
    for (const { value, limit, factor } of bounded) {
      this.#use(value);
      if (value.type !== "i32" || value.vector || limit < 1) {
        this.#fail("a looked-up place is not a whole number.", "one i32 below a limit", value.type);
      }
      low += Math.min(0, factor * (limit - 1));
      high += Math.max(0, factor * (limit - 1));
    }
    const reach = (lanes - 1) * stride;
    low += Math.min(0, reach);
    high += Math.max(0, reach);
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

/** The same, and that its buffers are no larger than the storages they stand for. */
export function verifyLaunch({ kernel, bindings }: Launch): void {
  verifyKernel(kernel);
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
