// A whole program as machine code: its kernels, a barrier, and `run(thread, threads, steps)`, which every
// thread calls once for any number of steps.

import { bytesPerElement } from "../../core/dtype.ts";
import type { Storage } from "../../kernel/draft.ts";
import { type Kernel, type KernelBuffer, taskCount } from "../../kernel/language.ts";
import type { Program } from "../../kernel/program.ts";
import type { Layout, StagedCopy } from "../layout.ts";
import { type Share, sharesOf } from "../shares.ts";
import { Assembler, gpr, type Label, type Place, type VectorWidth } from "./assembler.ts";
import { ConstantPool } from "./constant-pool.ts";
import { type Convention, callSystem, enter, leave } from "./convention.ts";
import { emitKernel } from "./kernel.ts";

/** Bytes that a barrier needs: arrivals and rounds, each on a cache line of its own. */
export const barrierBytes = 2 * 64;
/**
 * How often a thread looks before it lets others run: for some microseconds. Where a core is free,
 * letting others run costs less than one; where none is, looking longer keeps others from coming.
 */
const looks = 100;
/** The frame of `run`: thread, threads, steps and the number of the step. */
const [threadSlot, threadsSlot, stepsSlot, stepSlot] = [0, 8, 16, 24];
const frame = 32;
/** Bytes of the widest vector. */
const vectorBytes = 64;

/** Where a program finds what lies outside of it. */
export interface Surroundings {
  readonly convention: Convention;
  /** The address of a function of the system's that lets other threads run. */
  readonly letOthersRun: number;
  /** The address of `barrierBytes` bytes of the program's own, all 0. */
  readonly barrier: number;
  /** The address of 32 bits; when they are no longer 0, threads leave at their next barrier. */
  readonly stop: number;
  /** The address of `bytes` bytes of a block. */
  addressOf(block: number, bytes: number): number;
  /** Keeps addresses, and says where they lie. */
  table(addresses: readonly number[]): number;
}

class ProgramEmitter {
  readonly #a: Assembler;
  readonly #layout: Layout;
  readonly #pool: ConstantPool;
  readonly #around: Surroundings;
  readonly #barrier: Label;
  /** Where `run` ends. */
  readonly #end: Label;
  readonly #kernels = new Map<Kernel, Label>();
  /** Buffers of kernels that some launch binds to where no vector's worth of bytes begins. */
  readonly #misaligned = new Set<KernelBuffer>();

  constructor(width: VectorWidth, layout: Layout, surroundings: Surroundings) {
    this.#a = new Assembler(width);
    this.#layout = layout;
    this.#pool = new ConstantPool(this.#a);
    this.#around = surroundings;
    this.#barrier = this.#a.label();
    this.#end = this.#a.label();
  }

  /** `run` comes first, then the barrier, the kernels and their constants. */
  run(program: Program): Uint8Array {
    const a = this.#a;
    const { convention } = this.#around;
    const [thread, threads, steps] = convention.parameters;
    enter(a, convention, frame);
    a.storeRegister(this.#slot(threadSlot), thread);
    a.storeRegister(this.#slot(threadsSlot), threads);
    a.storeRegister(this.#slot(stepsSlot), steps);
    a.zero(gpr.rax);
    a.storeRegister(this.#slot(stepSlot), gpr.rax);
    if (program.preparation.length > 0) this.#prepare(program.preparation);
    const next = a.label();
    a.bind(next);
    this.#copies(this.#layout.copiesIn, "in");
    a.call(this.#barrier);
    this.#stages(program.stages);
    this.#copies(this.#layout.copiesOut, "out");
    a.addConstantTo(this.#slot(stepSlot), 1);
    a.load(gpr.rax, this.#slot(stepSlot));
    a.compareWith(gpr.rax, this.#slot(stepsSlot));
    a.jumpIf("below", next);
    a.bind(this.#end);
    leave(a, convention, frame);
    this.#emitBarrier();
    for (const [kernel, label] of this.#kernels) {
      a.bind(label);
      emitKernel(kernel, a, this.#pool, this.#misaligned);
    }
    this.#pool.write(a);
    return a.finish();
  }

  /** What is to be done once, where the flag says so. */
  #prepare(preparation: Program["preparation"]): void {
    const a = this.#a;
    const prepared = a.label();
    a.constant(gpr.rcx, BigInt(this.#around.addressOf(this.#layout.preparationFlag, 4)));
    a.load32(gpr.rax, { base: gpr.rcx, displacement: 0 });
    a.compareConstant(gpr.rax, 0);
    a.jumpIf("equal", prepared);
    this.#stages(preparation);
    a.bind(prepared);
  }

  /** Calls the kernels, with a barrier behind each stage. */
  #stages(stages: Program["stages"]): void {
    const a = this.#a;
    for (const stage of stages) {
      const shares = sharesOf(stage, this.#layout.threads);
      for (const [i, { kernel, bindings }] of stage.entries()) {
        const skip = a.label();
        this.#tasks(shares[i], taskCount(kernel), skip);
        this.#table(kernel, bindings);
        a.call(this.#kernel(kernel));
        a.bind(skip);
      }
      a.call(this.#barrier);
    }
  }

  #slot(displacement: number): Place {
    return { base: gpr.rsp, displacement };
  }

  /** rdi: the addresses that a kernel is handed. With a workspace each thread has its own table. */
  #table({ buffers }: Kernel, bindings: readonly Storage[]): void {
    const a = this.#a;
    const { addressOf, workspaceBytes, threads } = this.#layout;
    const own = bindings.some(({ isWorkspace }) => isWorkspace);
    const tables = Array.from({ length: own ? threads : 1 }, (_, thread) =>
      bindings.map((storage, i) => {
        const own = storage.isWorkspace ? thread * workspaceBytes : 0;
        const bytes = storage.size * bytesPerElement[storage.dtype];
        const address = this.#around.addressOf((addressOf.get(storage) as number) + own, bytes);
        if (address % vectorBytes !== 0) this.#misaligned.add(buffers[i]);
        return address;
      }),
    );
    a.constant(gpr.rdi, BigInt(this.#around.table(tables.flat())));
    if (!own) return;
    a.load(gpr.rax, this.#slot(threadSlot));
    a.multiplyConstant(gpr.rax, gpr.rax, 8 * bindings.length);
    a.add(gpr.rdi, gpr.rax);
  }

  #kernel(kernel: Kernel): Label {
    const label = this.#kernels.get(kernel) ?? this.#a.label();
    this.#kernels.set(kernel, label);
    return label;
  }

  /** rsi and rdx: this thread's tasks, from tasks · thread / threads on, or all; `skip` without any. */
  #tasks(share: Share, tasks: number, skip: Label): void {
    const a = this.#a;
    if (share !== "all") {
      a.load(gpr.rax, this.#slot(threadSlot));
      a.compareConstant(gpr.rax, share.thread);
      a.jumpIf("notEqual", skip);
      a.zero(gpr.rsi);
      a.constant32(gpr.rdx, tasks);
      return;
    }
    for (const [next, to] of [
      [0, gpr.rsi],
      [1, gpr.r8],
    ] as const) {
      a.load(gpr.rax, this.#slot(threadSlot));
      a.addConstant(gpr.rax, next);
      a.multiplyConstant(gpr.rax, gpr.rax, tasks);
      a.zero(gpr.rdx);
      a.load(gpr.rcx, this.#slot(threadsSlot));
      a.divide(gpr.rcx);
      a.move(to, gpr.rax);
    }
    a.move(gpr.rdx, gpr.r8);
  }

  #copies(copies: readonly StagedCopy[], way: "in" | "out"): void {
    const a = this.#a;
    const skip = a.label();
    a.load(gpr.rax, this.#slot(threadSlot));
    a.compareConstant(gpr.rax, 0);
    a.jumpIf("notEqual", skip);
    const { stepsAtOnce } = this.#layout;
    for (const { address, staging, stride, bytes } of copies) {
      const [value, waiting] = way === "in" ? [gpr.rdi, gpr.rsi] : [gpr.rsi, gpr.rdi];
      a.load(gpr.rax, this.#slot(stepSlot));
      a.multiplyConstant(gpr.rax, gpr.rax, stride);
      const room = stride * (stepsAtOnce - 1) + bytes;
      a.constant(waiting, BigInt(this.#around.addressOf(staging, room)));
      a.add(waiting, gpr.rax);
      a.constant(value, BigInt(this.#around.addressOf(address, bytes)));
      a.constant(gpr.rcx, BigInt(bytes));
      a.copyBytes();
    }
    a.bind(skip);
  }

  /**
   * Waits until all threads have come; the last one opens the next round. A device that closes may
   * have ended a thread before it came, so those that wait look whether to stop.
   */
  #emitBarrier(): void {
    const a = this.#a;
    const { convention, letOthersRun, barrier, stop } = this.#around;
    // These registers outlive a call of the system, in either convention.
    const [base, round, stopAt] = [gpr.rbx, gpr.r12, gpr.r13];
    const [arrivals, rounds] = [0, 64].map((displacement) => ({ base, displacement }));
    // The call put its return address on the stack: the frame lies eight bytes further up.
    const threads = this.#slot(8 + threadsSlot);
    const [done, leave] = [a.label(), a.label()];
    const lookWhetherToStop = () => {
      a.load32(gpr.rax, { base: stopAt, displacement: 0 });
      a.compareConstant(gpr.rax, 0);
      a.jumpIf("notEqual", leave);
    };
    a.bind(this.#barrier);
    a.constant(stopAt, BigInt(stop));
    lookWhetherToStop();
    a.load(gpr.r9, threads);
    a.compareConstant(gpr.r9, 1);
    a.jumpIf("equal", done);
    a.constant(base, BigInt(barrier));
    a.load32(round, rounds);
    a.constant32(gpr.rax, 1);
    a.exchangeAdd32(arrivals, gpr.rax);
    a.addConstant(gpr.rax, 1);
    const wait = a.label();
    a.compare(gpr.rax, gpr.r9);
    a.jumpIf("notEqual", wait);
    a.zero(gpr.rax);
    a.store32(arrivals, gpr.rax);
    a.constant32(gpr.rax, 1);
    a.exchangeAdd32(rounds, gpr.rax);
    a.jump(done);
    a.bind(wait);
    const look = a.label();
    a.constant32(gpr.r11, looks);
    a.bind(look);
    a.load32(gpr.rax, rounds);
    a.compare(gpr.rax, round);
    a.jumpIf("notEqual", done);
    a.pause();
    a.addConstant(gpr.r11, -1);
    a.jumpIf("notEqual", look);
    callSystem(a, convention, letOthersRun);
    lookWhetherToStop();
    a.jump(wait);
    a.bind(done);
    a.return();
    a.bind(leave);
    a.addConstant(gpr.rsp, 8);
    a.jump(this.#end);
  }
}

/** The code of a program whose blocks lie where `layout` says. */
export function emitProgram(
  program: Program,
  width: VectorWidth,
  layout: Layout,
  surroundings: Surroundings,
): Uint8Array {
  return new ProgramEmitter(width, layout, surroundings).run(program);
}
