// An assembler for the x86-64 instructions that Fovea uses. Floor 3: bytes, registers and labels; it
// knows no kernel. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.

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

/** The encoding of a vector instruction: opcode map, mandatory prefix, opcode, and its W bit. */
interface VectorCode {
  readonly map: 1 | 2 | 3;
  readonly prefix: 0 | 1 | 2 | 3;
  readonly opcode: number;
  /** W where the instruction is encoded with EVEX; VEX ignores it or wants 0. */
  readonly wide?: 1;
}

const code = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number): VectorCode => ({
  map,
  prefix,
  opcode,
});

/** Vector instructions with one encoding at every width: (to, first, second or memory). */
export const vectorCodes = {
  vaddps: code(1, 0, 0x58),
  vmulps: code(1, 0, 0x59),
  vsubps: code(1, 0, 0x5c),
  vminps: code(1, 0, 0x5d),
  vdivps: code(1, 0, 0x5e),
  vmaxps: code(1, 0, 0x5f),
  vpand: code(1, 1, 0xdb),
  vpor: code(1, 1, 0xeb),
  vpxor: code(1, 1, 0xef),
  vpaddd: code(1, 1, 0xfe),
  vpsubd: code(1, 1, 0xfa),
  vpmulld: code(2, 1, 0x40),
  vpminsd: code(2, 1, 0x39),
  vpmaxsd: code(2, 1, 0x3d),
  vpsllvd: code(2, 1, 0x47),
  vpsrlvd: code(2, 1, 0x45),
  vpmuludq: { map: 1, prefix: 1, opcode: 0xf4, wide: 1 },
  vfmadd213ps: code(2, 1, 0xa8),
  vfmadd231ps: code(2, 1, 0xb8),
} as const satisfies Record<string, VectorCode>;

export type VectorName = keyof typeof vectorCodes;

/** Vector instructions of one argument. */
export const unaryCodes = {
  vsqrtps: code(1, 0, 0x51),
  vcvtdq2ps: code(1, 0, 0x5b),
  vcvttps2dq: code(1, 2, 0x5b),
  vmovups: code(1, 0, 0x10),
  vbroadcastss: code(2, 1, 0x18),
  vpbroadcastd: code(2, 1, 0x58),
  vpmovzxbd: code(2, 1, 0x31),
} as const satisfies Record<string, VectorCode>;

export type UnaryName = keyof typeof unaryCodes;

/** Conditions of jumps and moves, as the low bits of their opcodes. */
const conditions = { below: 2, aboveEqual: 3, equal: 4, notEqual: 5, less: 12, greater: 15 };
export type Condition = keyof typeof conditions;

/** A place in the code, to jump to. */
export interface Label {
  at: number | undefined;
}

/** Vector registers hold 512 bits and are encoded with EVEX, or 256 bits with VEX. */
export type VectorWidth = 512 | 256;

export class Assembler {
  readonly width: VectorWidth;
  readonly #bytes = new Bytes();
  readonly #jumps: { at: number; label: Label }[] = [];

  constructor(width: VectorWidth) {
    this.width = width;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The finished code, with all jumps in place. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.finish();
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
    this.#bytes.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
  }

  // General-purpose instructions, on 64 bits unless their names say otherwise.

  #rex(wide: 0 | 1, reg: number, rm: number): void {
    this.#bytes.push(0x40 | (wide << 3) | ((reg >> 3) << 2) | (rm >> 3));
  }

  #modRegister(reg: number, rm: number): void {
    this.#bytes.push(0xc0 | ((reg & 7) << 3) | (rm & 7));
  }

  #modMemory(reg: number, { base, displacement }: Place): void {
    const needsSib = (base & 7) === 4;
    this.#bytes.push(0x80 | ((reg & 7) << 3) | (base & 7));
    if (needsSib) this.#bytes.push(0x24);
    this.#int32(displacement);
  }

  #onRegister(wide: 0 | 1, opcode: readonly number[], reg: number, rm: number): void {
    this.#rex(wide, reg, rm);
    this.#bytes.push(...opcode);
    this.#modRegister(reg, rm);
  }

  #onMemory(wide: 0 | 1, opcode: readonly number[], reg: number, place: Place): void {
    this.#rex(wide, reg, place.base);
    this.#bytes.push(...opcode);
    this.#modMemory(reg, place);
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

  storeRegister(into: Place, from: number): void {
    this.#onMemory(1, [0x89], from, into);
  }

  store32(into: Place, from: number): void {
    this.#onMemory(0, [0x89], from, into);
  }

  storeByte(into: Place, from: number): void {
    this.#onMemory(0, [0x88], from, into);
  }

  /** A constant of 64 bits. */
  constant(to: number, value: bigint): void {
    this.#rex(1, 0, to);
    this.#bytes.push(0xb8 | (to & 7));
    for (let i = 0n; i < 8n; i++) this.#bytes.push(Number((value >> (8n * i)) & 255n));
  }

  /** A constant of 32 bits; the upper half becomes 0. */
  constant32(to: number, value: number): void {
    this.#rex(0, 0, to);
    this.#bytes.push(0xb8 | (to & 7));
    this.#int32(value, 2 ** 32);
  }

  add(to: number, from: number): void {
    this.#onRegister(1, [0x03], to, from);
  }

  addConstant(to: number, value: number): void {
    this.#onRegister(1, [0x81], 0, to);
    this.#int32(value);
  }

  addConstantTo(into: Place, value: number): void {
    this.#onMemory(1, [0x81], 0, into);
    this.#int32(value);
  }

  multiplyConstant(to: number, from: number, value: number): void {
    this.#onRegister(1, [0x69], to, from);
    this.#int32(value);
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
    this.#onRegister(1, [0x81], 7, a);
    this.#int32(value);
  }

  compareConstantWith(a: Place, value: number): void {
    this.#onMemory(1, [0x81], 7, a);
    this.#int32(value);
  }

  compare32Constant(a: number, value: number): void {
    this.#onRegister(0, [0x81], 7, a);
    this.#int32(value);
  }

  moveIf32(condition: Condition, to: number, from: number): void {
    this.#onRegister(0, [0x0f, 0x40 | conditions[condition]], to, from);
  }

  zero(to: number): void {
    this.#onRegister(0, [0x33], to, to);
  }

  push(register: number): void {
    this.#rex(0, 0, register);
    this.#bytes.push(0x50 | (register & 7));
  }

  pop(register: number): void {
    this.#rex(0, 0, register);
    this.#bytes.push(0x58 | (register & 7));
  }

  return(): void {
    this.#bytes.push(0xc3);
  }

  jump(label: Label): void {
    this.#bytes.push(0xe9);
    this.#target(label);
  }

  jumpIf(condition: Condition, label: Label): void {
    this.#bytes.push(0x0f, 0x80 | conditions[condition]);
    this.#target(label);
  }

  call(label: Label): void {
    this.#bytes.push(0xe8);
    this.#target(label);
  }

  #target(label: Label): void {
    this.#jumps.push({ at: this.length, label });
    this.#int32(0);
  }

  /** to = memory; memory += to, as one indivisible step; 32 bits. */
  exchangeAdd32(into: Place, to: number): void {
    this.#bytes.push(0xf0);
    this.#onMemory(0, [0x0f, 0xc1], to, into);
  }

  /** Copies rcx bytes from rsi to rdi. */
  copyBytes(): void {
    this.#bytes.push(0xf3, 0xa4);
  }

  pause(): void {
    this.#bytes.push(0xf3, 0x90);
  }

  systemCall(): void {
    this.#bytes.push(0x0f, 0x05);
  }

  cpuid(): void {
    this.#bytes.push(0x0f, 0xa2);
  }

  /** The processor state that the system saves, of number ecx, into edx:eax. */
  readExtendedControl(): void {
    this.#bytes.push(0x0f, 0x01, 0xd0);
  }

  /** Makes the upper halves of vector registers cheap for code of other kinds. */
  zeroUpper(): void {
    this.#bytes.push(0xc5, 0xf8, 0x77);
  }

  // Vector instructions.

  /** The prefix of a vector instruction. `k` is a mask register, `clear` zeroes unmasked lanes. */
  #vectorPrefix(
    { map, prefix, wide }: VectorCode,
    reg: number,
    first: number,
    rm: number,
    options: { memory: boolean; repeat?: boolean; k?: number; clear?: boolean; width?: number },
  ): void {
    const notReg = (~reg >> 3) & 1;
    const notBase = (~rm >> 3) & 1;
    const width = options.width ?? this.width;
    if (this.width === 256) {
      const long = width === 256 ? 1 : 0;
      this.#bytes.push(0xc4, (notReg << 7) | (1 << 6) | (notBase << 5) | map);
      this.#bytes.push(((~first & 15) << 3) | (long << 2) | prefix);
      return;
    }
    const notRegHigh = (~reg >> 4) & 1;
    const notIndex = options.memory ? 1 : (~rm >> 4) & 1;
    this.#bytes.push(0x62);
    this.#bytes.push((notReg << 7) | (notIndex << 6) | (notBase << 5) | (notRegHigh << 4) | map);
    this.#bytes.push(((wide ?? 0) << 7) | ((~first & 15) << 3) | 4 | prefix);
    const length = width === 512 ? 2 : width === 256 ? 1 : 0;
    this.#bytes.push(
      ((options.clear ? 1 : 0) << 7) |
        (length << 5) |
        ((options.repeat ? 1 : 0) << 4) |
        (((~first >> 4) & 1) << 3) |
        (options.k ?? 0),
    );
  }

  #vector(
    encoding: VectorCode,
    reg: number,
    first: number,
    operand: number | Place,
    options: { k?: number; clear?: boolean; width?: number } = {},
  ): void {
    if (typeof operand === "number") {
      this.#vectorPrefix(encoding, reg, first, operand, { ...options, memory: false });
      this.#bytes.push(encoding.opcode);
      this.#modRegister(reg, operand);
      return;
    }
    const repeat = operand.repeat === true;
    this.#vectorPrefix(encoding, reg, first, operand.base, { ...options, memory: true, repeat });
    this.#bytes.push(encoding.opcode);
    this.#modMemory(reg, operand);
  }

  /** `to = name(first, second)`; fused multiply-adds also read `to`. */
  vector(name: VectorName, to: number, first: number, second: number | Place): void {
    this.#vector(vectorCodes[name], to, first, second);
  }

  /** `to = name(from)`. */
  unary(name: UnaryName, to: number, from: number | Place): void {
    this.#vector(unaryCodes[name], to, 0, from);
  }

  storeVector(into: Place, from: number): void {
    this.#vector(code(1, 0, 0x11), from, 0, into);
  }

  /** The first lane alone. */
  storeFirst(into: Place, from: number): void {
    this.#vector(code(1, 2, 0x11), from, 0, into, { width: 128 });
  }

  /** Lanes that mask register `k` names; the others become 0. */
  loadMasked(to: number, from: Place, k: number): void {
    this.#vector(code(1, 0, 0x10), to, 0, from, { k, clear: true });
  }

  storeMasked(into: Place, from: number, k: number): void {
    this.#vector(code(1, 0, 0x11), from, 0, into, { k });
  }

  /** With 256 bits, lanes whose bits in register `mask` are set. */
  loadByMask(to: number, mask: number, from: Place): void {
    this.#vector(code(2, 1, 0x2c), to, mask, from);
  }

  storeByMask(into: Place, mask: number, from: number): void {
    this.#vector(code(2, 1, 0x2e), from, mask, into);
  }

  /** A number of 32 bits into the first lane. */
  moveToVector(to: number, from: number): void {
    this.#vector(code(1, 1, 0x6e), to, 0, from, { width: 128 });
  }

  /** The first lane as a number of 32 bits. */
  moveFromVector(to: number, from: number): void {
    this.#vector(code(1, 1, 0x7e), from, 0, to, { width: 128 });
  }

  /** Rounds to whole numbers: 0 to the nearest, ties to even; 1 downwards. */
  round(to: number, from: number | Place, way: 0 | 1): void {
    this.#vector(code(3, 1, 0x08), to, 0, from);
    this.#bytes.push(8 | way);
  }

  /** Shifts every 64 bits. */
  shift64(way: "left" | "right", to: number, from: number, count: number): void {
    const encoding: VectorCode = { map: 1, prefix: 1, opcode: 0x73, wide: 1 };
    this.#vectorPrefix(encoding, 0, to, from, { memory: false });
    this.#bytes.push(encoding.opcode);
    this.#modRegister(way === "left" ? 6 : 2, from);
    this.#bytes.push(count);
  }

  /** f32 comparison; with 256 bits into a vector, else into mask register `to`. */
  compareFloats(way: "equal" | "less" | "lessEqual", to: number, a: number, b: number | Place) {
    this.#vector(code(1, 0, 0xc2), to, a, b);
    this.#bytes.push({ equal: 0, less: 1, lessEqual: 2 }[way]);
  }

  /** i32 comparison into mask register `to`; 512 bits only. */
  compareInts(way: "equal" | "less" | "lessEqual", to: number, a: number, b: number | Place) {
    this.#vector(code(3, 1, 0x1f), to, a, b);
    this.#bytes.push({ equal: 0, less: 1, lessEqual: 2 }[way]);
  }

  /** i32 comparisons of 256 bits: all bits of a lane where it holds. */
  equalInts(to: number, a: number, b: number | Place): void {
    this.#vector(code(1, 1, 0x76), to, a, b);
  }

  greaterInts(to: number, a: number, b: number | Place): void {
    this.#vector(code(1, 1, 0x66), to, a, b);
  }

  /** A mask register's bits as lanes of all ones or zeros. */
  maskToVector(to: number, k: number): void {
    this.#vector(code(2, 2, 0x38), to, 0, k);
  }

  vectorToMask(k: number, from: number): void {
    this.#vector(code(2, 2, 0x39), k, 0, from);
  }

  /** `to` = `yes` in lanes that `k` names, else `no`; 512 bits only. */
  blendMasked(to: number, no: number, yes: number | Place, k: number): void {
    this.#vector(code(2, 1, 0x65), to, no, yes, { k });
  }

  /** `to` = `yes` where the highest bit of `mask`'s lane is set, else `no`; 256 bits only. */
  blend(to: number, no: number, yes: number | Place, mask: number): void {
    this.#vector(code(3, 1, 0x4a), to, no, yes);
    this.#bytes.push(mask << 4);
  }

  /** Bits of a register into mask register `k`. */
  setMask(k: number, from: number): void {
    this.#bytes.push(0xc5, 0xf8, 0x92, 0xc0 | ((k & 7) << 3) | (from & 7));
  }
}
