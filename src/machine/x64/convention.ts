// How code is called by the system, and how it calls the system: which registers hold what is handed
// over, and which ones the caller wants back as they were. Only `run` and what runs beside it answer to
// this; the kernels inside of a program keep one convention of their own everywhere. Sources: System V
// Application Binary Interface, AMD64 supplement, 3.2; Microsoft, x64 calling convention.

import { type Assembler, gpr } from "./assembler.ts";
import { pageBytes } from "./page.ts";

export interface Convention {
  /** Registers of the first three whole numbers. */
  readonly parameters: readonly [number, number, number];
  /** General-purpose registers, beside rsp, that the caller finds unchanged; an even number of them. */
  readonly preserved: readonly number[];
  /** Vector registers of which the caller finds the lowest 128 bits unchanged. */
  readonly preservedVectors: readonly number[];
  /** Bytes above its return address that a function may use as it likes. */
  readonly shadowBytes: number;
}

const { rbx, rbp, r12, r13, r14, r15 } = gpr;

export const conventions = {
  systemV: {
    parameters: [gpr.rdi, gpr.rsi, gpr.rdx],
    preserved: [rbx, rbp, r12, r13, r14, r15],
    preservedVectors: [],
    shadowBytes: 0,
  },
  windows: {
    parameters: [gpr.rcx, gpr.rdx, gpr.r8],
    preserved: [rbx, rbp, gpr.rdi, gpr.rsi, r12, r13, r14, r15],
    preservedVectors: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shadowBytes: 32,
  },
} as const satisfies Record<string, Convention>;

const lowBytes = 16;

/** Windows grows a stack by one page at a time, and only when that page is met before the next. */
export function lowerStack(a: Assembler, bytes: number): void {
  let left = bytes;
  for (; left >= pageBytes; left -= pageBytes) {
    a.addConstant(gpr.rsp, -pageBytes);
    a.storeRegister({ base: gpr.rsp, displacement: 0 }, gpr.rsp);
  }
  a.addConstant(gpr.rsp, -left);
}

/**
 * The begin of a function that may use every register: `frame` bytes lie at rsp, and the parameters
 * are where they were. The stack is aligned so that, with a frame of whole sixteens, whatever the
 * function calls finds rsp at a multiple of 16, from where the system can be called in turn.
 */
export function enter(a: Assembler, convention: Convention, frame: number): void {
  const { preserved, preservedVectors } = convention;
  for (const register of preserved) a.push(register);
  a.addConstant(gpr.rsp, -(frame + lowBytes * preservedVectors.length));
  preservedVectors.forEach((register, i) => {
    a.storeLow({ base: gpr.rsp, displacement: frame + lowBytes * i }, register);
  });
}

/** The end of what `enter` began. */
export function leave(a: Assembler, convention: Convention, frame: number): void {
  const { preserved, preservedVectors } = convention;
  preservedVectors.forEach((register, i) => {
    a.loadLow(register, { base: gpr.rsp, displacement: frame + lowBytes * i });
  });
  a.addConstant(gpr.rsp, frame + lowBytes * preservedVectors.length);
  for (const register of [...preserved].reverse()) a.pop(register);
  a.zeroUpper();
  a.return();
}

/**
 * Calls a function of the system, without arguments, from where rsp is a multiple of 16. Only what
 * the convention preserves outlives it.
 */
export function callSystem(a: Assembler, { shadowBytes }: Convention, address: number): void {
  a.zeroUpper();
  if (shadowBytes > 0) a.addConstant(gpr.rsp, -shadowBytes);
  a.constant(gpr.rax, BigInt(address));
  a.callRegister(gpr.rax);
  if (shadowBytes > 0) a.addConstant(gpr.rsp, shadowBytes);
}
