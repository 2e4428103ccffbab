// One kernel as x86-64 code: (rdi: addresses of its buffers, rsi: first task, rdx: task behind the last).
// A single number lives in all lanes of a vector register, so one set of instructions serves numbers and
// vectors alike. Integers are pointers, counters and nothing else.

import { TargetError, VerificationError } from "../../core/errors.ts";
import type { Instruction, Kernel, KernelBuffer } from "../../kernel/language.ts";
import { Accesses } from "./accesses.ts";
import { type Assembler, gpr, type Label } from "./assembler.ts";
import type { ConstantPool } from "./constant-pool.ts";
import { lowerStack } from "./convention.ts";
import { fromSlot, Places, tableSlot, toSlot } from "./places.ts";
import { type RuleContext, rules } from "./rules.ts";

/** A frame may be no larger: the thread's stack has room for it without asking. */
const largestFrame = 2 ** 18;

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #a: Assembler;
  readonly #pool: ConstantPool;
  readonly #places: Places;
  readonly #accesses: Accesses;
  readonly #rules: RuleContext;

  constructor(
    kernel: Kernel,
    assembler: Assembler,
    pool: ConstantPool,
    misaligned: ReadonlySet<KernelBuffer>,
  ) {
    this.#kernel = kernel;
    this.#a = assembler;
    this.#pool = pool;
    this.#places = new Places(kernel, assembler, pool);
    this.#accesses = new Accesses(assembler, this.#places, misaligned);
    this.#check();
    this.#rules = {
      a: assembler,
      lanes: kernel.lanes,
      constant: (values, type) => this.#places.constant(values, type),
      scratch: this.#places.scratch,
    };
  }

  /** Code touches whole vectors, so a kernel for other vectors would leave its buffers. */
  #check(): void {
    const { name, lanes } = this.#kernel;
    if (32 * lanes !== this.#a.width) {
      throw new VerificationError({
        what: `Kernel ${name} is for another machine.`,
        expected: `vectors of ${this.#a.width / 32} lanes`,
        received: `${lanes} lanes`,
        fix: "compile the program for the device that loads it",
      });
    }
    if (this.#places.frameBytes > largestFrame) {
      throw new TargetError({
        what: `Kernel ${name} keeps more values at a time than the x64 target has room for.`,
        expected: `at most ${largestFrame} bytes of them`,
        received: `${this.#places.frameBytes} bytes`,
        fix: "use --target wasm",
      });
    }
  }

  run(): void {
    const a = this.#a;
    a.push(gpr.rbp);
    lowerStack(a, this.#places.frameBytes);
    a.move(gpr.rbp, gpr.rsp);
    a.storeRegister(this.#places.slot(fromSlot), gpr.rsi);
    a.storeRegister(this.#places.slot(toSlot), gpr.rdx);
    a.storeRegister(this.#places.slot(tableSlot), gpr.rdi);
    const done = a.label();
    a.compare(gpr.rsi, gpr.rdx);
    a.jumpIf("aboveEqual", done);
    a.addressOf(gpr.r15, this.#pool.start);
    this.#accesses.begin();
    for (const stream of this.#places.streams.movedBy(undefined)) this.#places.start(stream);
    const next = a.label();
    a.bind(next);
    this.#splitTask();
    this.#body(this.#places.prepared.body);
    a.addConstantTo(this.#places.slot(fromSlot), 1);
    a.load(gpr.rax, this.#places.slot(fromSlot));
    a.compareWith(gpr.rax, this.#places.slot(toSlot));
    a.jumpIf("below", next);
    a.bind(done);
    a.addConstant(gpr.rsp, this.#places.frameBytes);
    a.pop(gpr.rbp);
    a.return();
  }

  #splitTask(): void {
    const a = this.#a;
    const { parallel } = this.#kernel;
    a.load(gpr.rax, this.#places.slot(fromSlot));
    for (let i = parallel.length - 1; i > 0; i--) {
      a.constant32(gpr.rcx, parallel[i].count);
      a.zero(gpr.rdx);
      a.divide(gpr.rcx);
      this.#places.setInteger(parallel[i], gpr.rdx);
    }
    if (parallel.length > 0) this.#places.setInteger(parallel[0], gpr.rax);
    for (const index of parallel) {
      for (const stream of this.#places.streams.movedBy(index)) this.#places.start(stream);
    }
  }

  #body(body: readonly Instruction[]): void {
    for (const instruction of body) this.#instruction(instruction);
  }

  #instruction(i: Instruction): void {
    const a = this.#a;
    switch (i.kind) {
      case "constant":
        return;
      case "compute":
        this.#compute(i);
        return;
      case "position":
        this.#position(i);
        return;
      case "load":
        if (!this.#places.prepared.folded.has(i.to)) this.#accesses.load(i);
        return;
      case "store":
        this.#accesses.store(i);
        return;
      case "prefetch":
        a.prefetch(this.#places.address(i.from));
        return;
      case "splat":
        this.#places.make(i.to, (to) => a.unary("vmovups", to, this.#places.operand(i.value)));
        return;
      case "joinLanes":
        this.#joinLanes(i);
        return;
      case "assign": {
        const constant = this.#places.prepared.constants.get(i.value);
        this.#places.make(i.to, (to) => {
          const from = this.#places.operand(i.value);
          if (Object.is(constant, 0)) a.vector("vpxor", to, to, to);
          else if (from !== to) a.unary("vmovups", to, from);
        });
        return;
      }
      case "loop":
        this.#loop(i);
        return;
      default:
        i satisfies never;
    }
  }

  #compute({ op, to, args }: Extract<Instruction, { kind: "compute" }>): void {
    const rule = rules[op];
    const type = args[0].type;
    this.#places.make(to, (target) => {
      const operands = args.map((arg) => this.#places.operand(arg));
      const constants = args.map((arg) => this.#places.prepared.constants.get(arg));
      rule(this.#rules, target, operands, type, constants);
    });
  }

  #position({ to, at, step }: Extract<Instruction, { kind: "position" }>): void {
    const a = this.#a;
    let { offset } = at;
    // A loop's counter holds the rounds that are left, a task's index its number.
    const terms = at.terms.map(({ index, factor }) => {
      if (this.#kernel.parallel.includes(index)) return { index, factor };
      offset += factor * index.count;
      return { index, factor: -factor };
    });
    a.constant32(gpr.rax, offset | 0);
    for (const { index, factor } of terms) {
      this.#places.multiplyLarge(gpr.rcx, this.#places.integer(index, gpr.rcx), factor);
      a.add(gpr.rax, gpr.rcx);
    }
    this.#places.make(to, (target) => {
      a.moveToVector(target, gpr.rax);
      a.unary("vpbroadcastd", target, target);
      if (step === 0) return;
      const lanes = Array.from({ length: 16 }, (_, lane) => lane * step);
      a.vector("vpaddd", target, target, this.#places.constant(lanes, "i32"));
    });
  }

  /** By way of the frame: a vector with itself, moved down by half of what is left each time. */
  #joinLanes({ op, to, value }: Extract<Instruction, { kind: "joinLanes" }>): void {
    const a = this.#a;
    const [sum] = this.#places.scratch;
    a.unary("vmovups", sum, this.#places.operand(value));
    for (let half = this.#kernel.lanes / 2; half >= 1; half /= 2) {
      a.storeVector(this.#places.slot(0), sum);
      rules[op](this.#rules, sum, [sum, this.#places.slot(4 * half)], value.type);
    }
    a.storeVector(this.#places.slot(0), sum);
    this.#places.make(to, (target) => a.unary("vbroadcastss", target, this.#places.slot(0)));
  }

  #loop({ index, body }: Extract<Instruction, { kind: "loop" }>): void {
    const a = this.#a;
    const moving = this.#places.streams.movedBy(index);
    for (const stream of moving) this.#places.start(stream);
    this.#places.makeInteger(index, (to) => a.constant32(to, index.count));
    const top: Label = a.label();
    if (!body.some(({ kind }) => kind === "loop")) a.pad(64);
    a.bind(top);
    this.#body(body);
    for (const stream of moving) {
      const { factor } = stream.terms[stream.terms.length - 1];
      this.#places.addToInteger(stream, factor * stream.bytes);
    }
    this.#places.addToInteger(index, -1);
    a.jumpIf("notEqual", top);
  }
}

/** Emits a verified kernel at the assembler's place; `misaligned` buffers lie anywhere. */
export function emitKernel(
  kernel: Kernel,
  assembler: Assembler,
  pool: ConstantPool,
  misaligned: ReadonlySet<KernelBuffer>,
): void {
  new KernelEmitter(kernel, assembler, pool, misaligned).run();
}
