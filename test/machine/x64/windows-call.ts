// Calls code by the Windows convention from a system that has the other one: a function of our own
// that Linux can call marks every register that Windows wants back, calls, and looks at what it finds.

import { Assembler, gpr } from "../../../src/machine/x64/assembler.ts";
import { type Convention, conventions, enter, leave } from "../../../src/machine/x64/convention.ts";
import type { NativeFunction } from "../../../src/machine/x64/koffi.ts";
import type { Native } from "../../../src/machine/x64/native.ts";

/** What Windows wants back, whatever the convention under test promises. */
const generalRegisters = ["rbx", "rbp", "rdi", "rsi", "r12", "r13", "r14", "r15"] as const;
const vectorRegisters = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/** What a function may leave in any state. */
const volatileRegisters = [gpr.rcx, gpr.rdx, gpr.r8, gpr.r9, gpr.r10, gpr.r11];

/** The area: marks before the call, at 0, and what is found after it, here. */
const foundAt = 512;
const vectorsAt = 128;
const stackAt = 64;
const aboveAt = 72;
const shadowBytes = 32;
/** Room for the callee to use, then one number of ours, which it may not touch. */
const frame = shadowBytes + 8;

const place = (base: number, displacement: number) => ({ base, displacement });

/** A function that Linux can call, and that calls `target` as Windows would. */
function callerCode(target: number, area: number): Uint8Array {
  const a = new Assembler(256);
  enter(a, conventions.systemV, frame);
  const [first, second, third] = conventions.systemV.parameters;
  const [toFirst, toSecond, toThird] = conventions.windows.parameters;
  // In this order no move overwrites what the next one reads.
  a.move(toFirst, first);
  a.move(toThird, third);
  a.move(toSecond, second);
  a.constant(gpr.rax, BigInt(area));
  a.storeRegister(place(gpr.rax, stackAt), gpr.rsp);
  a.load(gpr.r11, place(gpr.rax, aboveAt));
  a.storeRegister(place(gpr.rsp, shadowBytes), gpr.r11);
  generalRegisters.forEach((name, i) => {
    a.load(gpr[name], place(gpr.rax, 8 * i));
  });
  vectorRegisters.forEach((register, i) => {
    a.loadLow(register, place(gpr.rax, vectorsAt + 16 * i));
  });
  a.constant(gpr.rax, BigInt(target));
  a.callRegister(gpr.rax);
  a.constant(gpr.rax, BigInt(area + foundAt));
  generalRegisters.forEach((name, i) => {
    a.storeRegister(place(gpr.rax, 8 * i), gpr[name]);
  });
  vectorRegisters.forEach((register, i) => {
    a.storeLow(place(gpr.rax, vectorsAt + 16 * i), register);
  });
  a.storeRegister(place(gpr.rax, stackAt), gpr.rsp);
  a.load(gpr.r11, place(gpr.rsp, shadowBytes));
  a.storeRegister(place(gpr.rax, aboveAt), gpr.r11);
  leave(a, conventions.systemV, frame);
  return a.finish();
}

/** A way to call the code at `target`, and to hear which registers it left changed. */
export function windowsCaller(native: Native, target: number) {
  const memory = native.reserve(4096);
  memory.commit(4096);
  const words = new BigUint64Array(memory.buffer, 0, 128);
  words.forEach((_, i) => {
    words[i] = 0x9e3779b97f4a7c15n * BigInt(i + 1);
  });
  const code = native.install(callerCode(target, memory.address));
  const wordsOf = (at: number, count: number) =>
    [at, foundAt + at].map((from) => words.subarray(from / 8, from / 8 + count).join());
  const differs = (at: number, count: number) => {
    const [before, after] = wordsOf(at, count);
    return before !== after;
  };
  const call: NativeFunction = native.callable(code.address);
  return {
    call,
    changed: () => [
      ...generalRegisters.filter((_, i) => differs(8 * i, 1)),
      ...vectorRegisters
        .filter((_, i) => differs(vectorsAt + 16 * i, 2))
        .map((register) => `xmm${register}`),
      ...(differs(stackAt, 1) ? ["rsp"] : []),
      ...(differs(aboveAt, 1) ? ["the caller's frame"] : []),
    ],
    release: () => {
      code.release();
      memory.retire();
    },
  };
}

/**
 * A function as Windows has them, in place of SwitchToThread: it uses all that it may use, notes how
 * often it was called and with which stack, and at the third call tells threads to stop.
 */
export function windowsYield(native: Native) {
  const memory = native.reserve(4096);
  memory.commit(4096);
  const a = new Assembler(256);
  a.constant(gpr.rax, BigInt(memory.address));
  a.storeRegister(place(gpr.rax, 0), gpr.rsp);
  a.addConstantTo(place(gpr.rax, 8), 1);
  a.load(gpr.r11, place(gpr.rax, 8));
  a.compareConstant(gpr.r11, 3);
  const goOn = a.label();
  a.jumpIf("below", goOn);
  a.load(gpr.r11, place(gpr.rax, 16));
  a.store32(place(gpr.r11, 0), gpr.rsp);
  a.bind(goOn);
  for (let at = 0; at < shadowBytes; at += 8) {
    a.storeRegister(place(gpr.rsp, 8 + at), gpr.rax);
  }
  for (const register of volatileRegisters) a.constant(register, 0xdeadn);
  for (let register = 0; register < 6; register++) a.loadLow(register, place(gpr.rax, 0));
  a.return();
  const code = native.install(a.finish());
  const words = new BigUint64Array(memory.buffer, 0, 3);
  return {
    address: code.address,
    /** Where threads look whether to stop. */
    stopsAt: (stop: number) => {
      words[2] = BigInt(stop);
    },
    calls: () => Number(words[1]),
    /** How far the stack was from a multiple of 16 when the function began. */
    stackOffset: () => Number(words[0] % 16n),
    release: () => {
      code.release();
      memory.retire();
    },
  };
}

/** How a program is called, and what it calls when it waits. */
export interface Calls {
  readonly convention: Convention;
  readonly letOthersRun: number;
}
