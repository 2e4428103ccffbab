// A whole program as machine code: its kernels, a barrier, and `run(thread, threads, steps)`, which
// every thread calls once for any number of steps. Floor 3.

import type { Storage } from "../../kernel/draft.ts";
import { type Kernel, taskCount } from "../../kernel/language.ts";
import type { Program } from "../../kernel/program.ts";
import type { Layout, StagedCopy } from "../layout.ts";
import { type Share, sharesOf } from "../shares.ts";
import { Assembler, gpr, type Label, type Place, type VectorWidth } from "./assembler.ts";
import type { ConstantPool } from "./constant-pool.ts";
import { emitKernel } from "./kernel.ts";

/** Bytes that a barrier needs: arrivals and rounds, each on a cache line of its own. */
export const barrierBytes = 2 * 64;
/** How often a thread looks before it lets others run. */
const looks = 4000;
/** Linux's call that lets others run. */
const schedYield = 24;

/** The frame of `run`: thread, threads, steps and the number of the step. */
const [threadSlot, threadsSlot, stepsSlot, stepSlot] = [0, 8, 16, 24];
const frame = 32;
const saved = [gpr.rbx, gpr.rbp, gpr.r12, gpr.r13, gpr.r14, gpr.r15];

/** What a program is told of the device's memory: its address, and places within. */
export interface ProgramAddresses {
  readonly memory: number;
  readonly barrier: number;
  /** A number of 32 bits; when it is no longer 0, threads leave at their next barrier. */
  readonly stop: number;
}

class ProgramEmitter {
  readonly #a: Assembler;
  readonly #layout: Layout;
  readonly #pool: ConstantPool;
  readonly #memory: number;
  readonly #barrierAddress: number;
  readonly #stopAddress: number;
  readonly #barrier: Label;
  /** Where `run` ends. */
  readonly #end: Label;
  readonly #kernels = new Map<Kernel, Label>();

  constructor(
    width: VectorWidth,
    layout: Layout,
    pool: ConstantPool,
    { memory, barrier, stop }: ProgramAddresses,
  ) {
    this.#a = new Assembler(width);
    this.#layout = layout;
    this.#pool = pool;
    this.#memory = memory;
    this.#barrierAddress = barrier;
    this.#stopAddress = stop;
    this.#barrier = this.#a.label();
    this.#end = this.#a.label();
  }

  /** `run` comes first. Tables of addresses are written by `table`, which says where each lies. */
  run(program: Program, table: (addresses: readonly number[]) => number): Uint8Array {
    const a = this.#a;
    for (const register of saved) a.push(register);
    a.addConstant(gpr.rsp, -frame);
    a.storeRegister(this.#slot(threadSlot), gpr.rdi);
    a.storeRegister(this.#slot(threadsSlot), gpr.rsi);
    a.storeRegister(this.#slot(stepsSlot), gpr.rdx);
    a.zero(gpr.rax);
    a.storeRegister(this.#slot(stepSlot), gpr.rax);
    const next = a.label();
    a.bind(next);
    this.#copies(this.#layout.copiesIn, "in");
    a.call(this.#barrier);
    for (const stage of program.stages) {
      const shares = sharesOf(stage, this.#layout.threads);
      for (const [i, { kernel, bindings }] of stage.entries()) {
        const skip = a.label();
        this.#tasks(shares[i], taskCount(kernel), skip);
        this.#table(bindings, table);
        a.call(this.#kernel(kernel));
        a.bind(skip);
      }
      a.call(this.#barrier);
    }
    this.#copies(this.#layout.copiesOut, "out");
    a.addConstantTo(this.#slot(stepSlot), 1);
    a.load(gpr.rax, this.#slot(stepSlot));
    a.compareWith(gpr.rax, this.#slot(stepsSlot));
    a.jumpIf("below", next);
    a.bind(this.#end);
    a.addConstant(gpr.rsp, frame);
    for (const register of [...saved].reverse()) a.pop(register);
    a.zeroUpper();
    a.return();
    this.#emitBarrier();
    for (const [kernel, label] of this.#kernels) {
      a.bind(label);
      emitKernel(kernel, a, this.#pool);
    }
    return a.finish();
  }

  #slot(displacement: number): Place {
    return { base: gpr.rsp, displacement };
  }

  /** rdi: the addresses that a kernel is handed. With a workspace each thread has its own table. */
  #table(bindings: readonly Storage[], table: (addresses: readonly number[]) => number): void {
    const a = this.#a;
    const { addressOf, workspaceBytes, threads } = this.#layout;
    const own = bindings.some(({ isWorkspace }) => isWorkspace);
    const tables = Array.from({ length: own ? threads : 1 }, (_, thread) =>
      bindings.map((storage) => {
        const address = this.#memory + (addressOf.get(storage) as number);
        return storage.isWorkspace ? address + thread * workspaceBytes : address;
      }),
    );
    a.constant(gpr.rdi, BigInt(table(tables.flat())));
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
    for (const { address, staging, stride, bytes } of copies) {
      const [value, waiting] = way === "in" ? [gpr.rdi, gpr.rsi] : [gpr.rsi, gpr.rdi];
      a.load(gpr.rax, this.#slot(stepSlot));
      a.multiplyConstant(gpr.rax, gpr.rax, stride);
      a.constant(waiting, BigInt(this.#memory + staging));
      a.add(waiting, gpr.rax);
      a.constant(value, BigInt(this.#memory + address));
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
    const [arrivals, rounds] = [0, 64].map((displacement) => ({ base: gpr.r8, displacement }));
    // The call put its return address on the stack: the frame lies eight bytes further up.
    const threads = this.#slot(8 + threadsSlot);
    const [done, leave] = [a.label(), a.label()];
    const lookWhetherToStop = () => {
      a.load32(gpr.rax, { base: gpr.rdx, displacement: 0 });
      a.compareConstant(gpr.rax, 0);
      a.jumpIf("notEqual", leave);
    };
    a.bind(this.#barrier);
    a.constant(gpr.rdx, BigInt(this.#memory + this.#stopAddress));
    lookWhetherToStop();
    a.load(gpr.r9, threads);
    a.compareConstant(gpr.r9, 1);
    a.jumpIf("equal", done);
    a.constant(gpr.r8, BigInt(this.#memory + this.#barrierAddress));
    a.load32(gpr.r10, rounds);
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
    a.compare(gpr.rax, gpr.r10);
    a.jumpIf("notEqual", done);
    a.pause();
    a.addConstant(gpr.r11, -1);
    a.jumpIf("notEqual", look);
    if (process.platform === "linux") {
      // A system call changes rcx and r11 only; the result in rax does not matter.
      a.constant32(gpr.rax, schedYield);
      a.systemCall();
    }
    lookWhetherToStop();
    a.jump(wait);
    a.bind(done);
    a.return();
    a.bind(leave);
    a.addConstant(gpr.rsp, 8);
    a.jump(this.#end);
  }
}

/** The code of a program whose blocks lie where `layout` says, in memory that begins at `memory`. */
export function emitProgram(
  program: Program,
  width: VectorWidth,
  layout: Layout,
  pool: ConstantPool,
  addresses: ProgramAddresses,
  table: (addresses: readonly number[]) => number,
): Uint8Array {
  return new ProgramEmitter(width, layout, pool, addresses).run(program, table);
}
