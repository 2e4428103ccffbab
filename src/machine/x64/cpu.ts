// What the processor can do, by its own word: CPUID, and whether the system saves wide registers.

import { Assembler, gpr, type VectorWidth } from "./assembler.ts";
import type { Convention } from "./convention.ts";
import type { Native } from "./native.ts";

/** Runs CPUID: (leaf, subleaf, where eax, ebx, ecx and edx go). */
function cpuidCode({ parameters }: Convention): Uint8Array {
  const a = new Assembler(256);
  const [leaf, subleaf, into] = parameters;
  a.push(gpr.rbx);
  // In this order no move overwrites what the next one reads, in either convention.
  a.move(gpr.r8, into);
  a.move(gpr.rax, leaf);
  a.move(gpr.rcx, subleaf);
  a.cpuid();
  [gpr.rax, gpr.rbx, gpr.rcx, gpr.rdx].forEach((register, i) => {
    a.store32({ base: gpr.r8, displacement: 4 * i }, register);
  });
  a.pop(gpr.rbx);
  a.return();
  return a.finish();
}

/** Reads extended control register 0 into the same place. */
function controlCode({ parameters }: Convention): Uint8Array {
  const a = new Assembler(256);
  a.move(gpr.r8, parameters[2]);
  a.zero(gpr.rcx);
  a.readExtendedControl();
  a.store32({ base: gpr.r8, displacement: 0 }, gpr.rax);
  a.return();
  return a.finish();
}

const bit = (word: number, number: number) => ((word >>> number) & 1) === 1;

/** The widths that can be used here, widest first; none without AVX2 and fused multiply-add. */
export function findWidths(native: Native): VectorWidth[] {
  const answer = native.reserve(64);
  answer.commit(64);
  const words = new Uint32Array(answer.buffer, 0, 4);
  const code = [cpuidCode, controlCode].map((write) => native.install(write(native.convention)));
  const [cpuid, control] = code.map(({ address }) => native.callable(address));
  const ask = (leaf: number) => {
    cpuid(leaf, 0, answer.address);
    return [...words];
  };
  const [highest] = ask(0);
  const [, , features] = ask(1);
  const [, extended] = highest >= 7 ? ask(7) : [0, 0];
  const saves = bit(features, 27);
  if (saves) control(0, 0, answer.address);
  const saved = saves ? words[0] : 0;
  for (const { release } of code) release();
  answer.retire();
  const avx2 = bit(features, 12) && bit(features, 28) && bit(extended, 5) && (saved & 6) === 6;
  // AVX-512: foundation, doubleword and quadword, and the three states that hold its registers.
  const avx512 = avx2 && bit(extended, 16) && bit(extended, 17) && (saved & 0xe6) === 0xe6;
  return [...(avx512 ? [512 as const] : []), ...(avx2 ? [256 as const] : [])];
}
