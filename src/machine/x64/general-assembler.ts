// The instructions on whole numbers: bytes, registers, labels, jumps. It knows no kernel. Source: Intel
// 64 and IA-32 Architectures Software Developer's Manual, volume 2.

import { VerificationError } from "../../core/errors.ts";
import { Bytes } from "../wasm/encode.ts";

/** General-purpose registers by their numbers. */
export const gpr = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

/** A place in memory: a register and a displacement; `repeat` fills all lanes with one element. */
export interface Place {
  readonly base: number;
  readonly displacement: number;
  readonly repeat?: boolean;
}

/** Conditions of jumps and moves, as the low bits of their opcodes. */
const conditions = { below: 2, aboveEqual: 3, equal: 4, notEqual: 5, less: 12, greater: 15 };
export type Condition = keyof typeof conditions;

/** Instructions of 1 to 9 bytes that do nothing, as the manual recommends them. */
const emptyInstructions = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/** A place in the code, to jump to. */
export interface Label {
  at: number | undefined;
}

function fitsByte(value: number): boolean {
  return value >= -128 && value < 128 && Number.isInteger(value);
}

export class GeneralAssembler {
  protected readonly bytes = new Bytes();
  readonly #jumps: { at: number; label: Label }[] = [];

  get length(): number {
    return this.bytes.length;
  }

  /** The finished code, with all jumps in place. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes.finish();
    const view = new DataView(bytes.buffer);
    for (const { at, label } of this.#jumps) {
      if (label.at === undefined) throw new Error("a jump leads nowhere");
      view.setInt32(at, label.at - (at + 4), true);
    }
    return bytes;
  }

  label(): Label {
    return { at: undefined };
  }

  /** The label is here. */
  bind(label: Label): void {
    label.at = this.length;
  }

  /** Goes on at a multiple of `bytes`; what lies between is never run. */
  align(bytes: number): void {
    while (this.length % bytes !== 0) this.bytes.push(0xcc);
  }

  /** Goes on at a multiple of `bytes`; what lies between does nothing. */
  pad(bytes: number): void {
    for (let rest = -this.length & (bytes - 1); rest > 0; ) {
      const size = Math.min(rest, 9);
      this.bytes.push(...emptyInstructions[size - 1]);
      rest -= size;
    }
  }

  /** Data, as it is. */
  append(data: Uint8Array): void {
    this.bytes.append(data);
  }

  /** A signed number of 32 bits, or an unsigned one where the processor does not extend it. */
  #int32(value: number, limit = 2 ** 31): void {
    if (!Number.isInteger(value) || value < -(2 ** 31) || value >= limit) {
      throw new VerificationError({
        what: "A number in machine code does not fit its 32 bits.",
        expected: `a whole number from ${-(2 ** 31)} to ${limit - 1}`,
        received: String(value),
        fix: "use --target wasm, and please report it with the model",
      });
    }
    this.bytes.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
  }

  // On 64 bits unless their names say otherwise.

  #rex(wide: 0 | 1, reg: number, rm: number): void {
    const prefix = 0x40 | (wide << 3) | ((reg >> 3) << 2) | (rm >> 3);
    if (prefix !== 0x40) this.bytes.push(prefix);
  }

  protected modRegister(reg: number, rm: number): void {
    this.bytes.push(0xc0 | ((reg & 7) << 3) | (rm & 7));
  }

  /** A displacement of few `unit`s takes one byte. */
  protected modMemory(reg: number, { base, displacement }: Place, unit = 1): void {
    const needsSib = (base & 7) === 4;
    const units = displacement / unit;
    const size = displacement === 0 && (base & 7) !== 5 ? 0 : fitsByte(units) ? 1 : 2;
    this.bytes.push((size << 6) | ((reg & 7) << 3) | (base & 7));
    if (needsSib) this.bytes.push(0x24);
    if (size === 1) this.bytes.push(units & 255);
    if (size === 2) this.#int32(displacement);
  }

  /** Four times a vector of indices behind a base. */
  protected modIndexed(reg: number, base: number, index: number, displacement: number): void {
    const fourTimes = 2 << 6;
    this.bytes.push((2 << 6) | ((reg & 7) << 3) | 4);
    this.bytes.push(fourTimes | ((index & 7) << 3) | (base & 7));
    this.#int32(displacement);
  }

  #onRegister(wide: 0 | 1, opcode: readonly number[], reg: number, rm: number): void {
    this.#rex(wide, reg, rm);
    this.bytes.push(...opcode);
    this.modRegister(reg, rm);
  }

  /** An instruction with a constant, which takes one byte where it fits, and then has another opcode. */
  #withConstant(wide: 0 | 1, digit: number, to: number | Place, value: number): void {
    const opcode = [fitsByte(value) ? 0x83 : 0x81];
    if (typeof to === "number") this.#onRegister(wide, opcode, digit, to);
    else this.#onMemory(wide, opcode, digit, to);
    this.#shortest(value);
  }

  #shortest(value: number): void {
    if (fitsByte(value)) this.bytes.push(value & 255);
    else this.#int32(value);
  }

  #onMemory(wide: 0 | 1, opcode: readonly number[], reg: number, place: Place): void {
    this.#rex(wide, reg, place.base);
    this.bytes.push(...opcode);
    this.modMemory(reg, place);
  }

  move(to: number, from: number): void {
    if (to !== from) this.#onRegister(1, [0x8b], to, from);
  }

  load(to: number, from: Place): void {
    this.#onMemory(1, [0x8b], to, from);
  }

  load32(to: number, from: Place): void {
    this.#onMemory(0, [0x8b], to, from);
  }

  loadByte(to: number, from: Place): void {
    this.#onMemory(0, [0x0f, 0xb6], to, from);
  }

  /** Asks for the cache line of a place. */
  prefetch(from: Place): void {
    this.#onMemory(0, [0x0f, 0x18], 1, from);
  }

  storeRegister(into: Place, from: number): void {
    this.#onMemory(1, [0x89], from, into);
  }

  store32(into: Place, from: number): void {
    this.#onMemory(0, [0x89], from, into);
  }

  storeByte(into: Place, from: number): void {
    // Without any prefix, the numbers of rsp to rdi would mean other bytes.
    if (from >= gpr.rsp && from < gpr.r8 && into.base < gpr.r8) this.bytes.push(0x40);
    this.#onMemory(0, [0x88], from, into);
  }

  /** A constant of 64 bits. */
  constant(to: number, value: bigint): void {
    this.#rex(1, 0, to);
    this.bytes.push(0xb8 | (to & 7));
    for (let i = 0n; i < 8n; i++) this.bytes.push(Number((value >> (8n * i)) & 255n));
  }

  /** A constant of 32 bits; the upper half becomes 0. */
  constant32(to: number, value: number): void {
    this.#rex(0, 0, to);
    this.bytes.push(0xb8 | (to & 7));
    this.#int32(value, 2 ** 32);
  }

  add(to: number, from: number): void {
    this.#onRegister(1, [0x03], to, from);
  }

  addConstant(to: number, value: number): void {
    this.#withConstant(1, 0, to, value);
  }

  addConstantTo(into: Place, value: number): void {
    this.#withConstant(1, 0, into, value);
  }

  multiplyConstant(to: number, from: number, value: number): void {
    this.#onRegister(1, [fitsByte(value) ? 0x6b : 0x69], to, from);
    this.#shortest(value);
  }

  multiply(to: number, from: number): void {
    this.#onRegister(1, [0x0f, 0xaf], to, from);
  }

  /** rdx:rax / from: the quotient into rax, the rest into rdx. */
  divide(from: number): void {
    this.#onRegister(1, [0xf7], 6, from);
  }

  compare(a: number, b: number): void {
    this.#onRegister(1, [0x3b], a, b);
  }

  compareWith(a: number, b: Place): void {
    this.#onMemory(1, [0x3b], a, b);
  }

  compareConstant(a: number, value: number): void {
    this.#withConstant(1, 7, a, value);
  }

  compare32Constant(a: number, value: number): void {
    this.#withConstant(0, 7, a, value);
  }

  moveIf32(condition: Condition, to: number, from: number): void {
    this.#onRegister(0, [0x0f, 0x40 | conditions[condition]], to, from);
  }

  zero(to: number): void {
    this.#onRegister(0, [0x33], to, to);
  }

  push(register: number): void {
    this.#rex(0, 0, register);
    this.bytes.push(0x50 | (register & 7));
  }

  pop(register: number): void {
    this.#rex(0, 0, register);
    this.bytes.push(0x58 | (register & 7));
  }

  return(): void {
    this.bytes.push(0xc3);
  }

  jump(label: Label): void {
    const back = this.#wayBack(label);
    if (back !== undefined) {
      this.bytes.push(0xeb, back);
      return;
    }
    this.bytes.push(0xe9);
    this.#target(label);
  }

  jumpIf(condition: Condition, label: Label): void {
    const back = this.#wayBack(label);
    if (back !== undefined) {
      this.bytes.push(0x70 | conditions[condition], back);
      return;
    }
    this.bytes.push(0x0f, 0x80 | conditions[condition]);
    this.#target(label);
  }

  /** The byte of a jump of two bytes to a place that came already and is near. */
  #wayBack(label: Label): number | undefined {
    if (label.at === undefined) return undefined;
    const distance = label.at - (this.length + 2);
    return fitsByte(distance) ? distance & 255 : undefined;
  }

  call(label: Label): void {
    this.bytes.push(0xe8);
    this.#target(label);
  }

  callRegister(register: number): void {
    this.#rex(0, 0, register);
    this.bytes.push(0xff);
    this.modRegister(2, register);
  }

  /** Where a label's code or data lies in memory. */
  addressOf(to: number, label: Label): void {
    this.#rex(1, to, 0);
    this.bytes.push(0x8d, ((to & 7) << 3) | 5);
    this.#target(label);
  }

  #target(label: Label): void {
    this.#jumps.push({ at: this.length, label });
    this.#int32(0);
  }

  /** to = memory; memory += to, as one indivisible step; 32 bits. */
  exchangeAdd32(into: Place, to: number): void {
    this.bytes.push(0xf0);
    this.#onMemory(0, [0x0f, 0xc1], to, into);
  }

  /** Copies rcx bytes from rsi to rdi. */
  copyBytes(): void {
    this.bytes.push(0xf3, 0xa4);
  }

  pause(): void {
    this.bytes.push(0xf3, 0x90);
  }

  cpuid(): void {
    this.bytes.push(0x0f, 0xa2);
  }

  /** The processor state that the system saves, of number ecx, into edx:eax. */
  readExtendedControl(): void {
    this.bytes.push(0x0f, 0x01, 0xd0);
  }

  /** Makes the upper halves of vector registers cheap for code of other kinds. */
  zeroUpper(): void {
    this.bytes.push(0xc5, 0xf8, 0x77);
  }
}
