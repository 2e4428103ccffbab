// An assembler for the x86-64 instructions that Fovea uses: vectors, beside the instructions on whole
// numbers that it builds on. It knows no kernel. Source: Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 2.

import { GeneralAssembler, type Place } from "./general-assembler.ts";

export { type Condition, gpr, type Label, type Place } from "./general-assembler.ts";

/** The encoding of a vector instruction: opcode map, mandatory prefix, opcode, and its W bit. */
interface VectorCode {
  readonly map: 1 | 2 | 3;
  readonly prefix: 0 | 1 | 2 | 3;
  readonly opcode: number;
  /** W where the instruction is encoded with EVEX; VEX ignores it or wants 0. */
  readonly wide?: 1;
  /** How many times the vector's bytes are those in memory: EVEX counts displacements by them. */
  readonly share?: 1 | 4 | 16;
}

const code = (
  map: 1 | 2 | 3,
  prefix: 0 | 1 | 2 | 3,
  opcode: number,
  share: 1 | 4 | 16 = 1,
): VectorCode => ({ map, prefix, opcode, share });

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
  vbroadcastss: code(2, 1, 0x18, 16),
  vpbroadcastd: code(2, 1, 0x58, 16),
  vpmovzxbd: code(2, 1, 0x31, 4),
} as const satisfies Record<string, VectorCode>;

export type UnaryName = keyof typeof unaryCodes;

/** Vector registers hold 512 bits and are encoded with EVEX, or 256 bits with VEX. */
export type VectorWidth = 512 | 256;

/** What the prefix of a vector instruction says beside registers. */
interface PrefixOptions {
  readonly memory: boolean;
  readonly repeat?: boolean;
  readonly k?: number;
  readonly clear?: boolean;
  readonly width?: VectorWidth | 128;
  /** VEX in any case, for registers below 16: EVEX has 128 bits only with one more extension. */
  readonly short?: boolean;
}

export class Assembler extends GeneralAssembler {
  readonly width: VectorWidth;

  constructor(width: VectorWidth) {
    super();
    this.width = width;
  }

  /** The prefix of a vector instruction. `k` is a mask register, `clear` zeroes unmasked lanes. */
  #vectorPrefix(
    { map, prefix, wide }: VectorCode,
    reg: number,
    first: number,
    rm: number,
    options: PrefixOptions,
  ): void {
    const notReg = (~reg >> 3) & 1;
    const notBase = (~rm >> 3) & 1;
    const width = options.width ?? this.width;
    if (this.width === 256 || options.short) {
      const long = width === 256 ? 1 : 0;
      const rest = ((~first & 15) << 3) | (long << 2) | prefix;
      if (map === 1 && notBase === 1) this.bytes.push(0xc5, (notReg << 7) | rest);
      else this.bytes.push(0xc4, (notReg << 7) | (1 << 6) | (notBase << 5) | map, rest);
      return;
    }
    const notRegHigh = (~reg >> 4) & 1;
    const notIndex = options.memory ? 1 : (~rm >> 4) & 1;
    this.bytes.push(0x62);
    this.bytes.push((notReg << 7) | (notIndex << 6) | (notBase << 5) | (notRegHigh << 4) | map);
    this.bytes.push(((wide ?? 0) << 7) | ((~first & 15) << 3) | 4 | prefix);
    const length = width === 512 ? 2 : width === 256 ? 1 : 0;
    this.bytes.push(
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
    options: Omit<PrefixOptions, "memory" | "repeat"> = {},
  ): void {
    if (typeof operand === "number") {
      this.#vectorPrefix(encoding, reg, first, operand, { ...options, memory: false });
      this.bytes.push(encoding.opcode);
      this.modRegister(reg, operand);
      return;
    }
    const repeat = operand.repeat === true;
    this.#vectorPrefix(encoding, reg, first, operand.base, { ...options, memory: true, repeat });
    this.bytes.push(encoding.opcode);
    this.modMemory(reg, operand, this.#unitOf(encoding, options, repeat));
  }

  /** By how many bytes a displacement of one byte counts. */
  #unitOf(
    { wide, share }: VectorCode,
    { width, short }: Pick<PrefixOptions, "width" | "short">,
    repeat: boolean,
  ): number {
    if (this.width === 256 || short) return 1;
    if (repeat) return wide ? 8 : 4;
    return (width ?? this.width) / 8 / (share ?? 1);
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

  /** A store that leaves no line in a cache; the address is a multiple of the vector's bytes. */
  storeAround(into: Place, from: number): void {
    this.#vector(code(1, 0, 0x2b), from, 0, into);
  }

  /** The lowest 128 bits, of registers below 16. */
  storeLow(into: Place, from: number): void {
    this.#vector(code(1, 0, 0x11), from, 0, into, { width: 128, short: true });
  }

  /** The same back; the bits above become 0. */
  loadLow(to: number, from: Place): void {
    this.#vector(code(1, 0, 0x10), to, 0, from, { width: 128, short: true });
  }

  /** The first lane alone. */
  storeFirst(into: Place, from: number): void {
    this.#vector(code(1, 2, 0x11, 4), from, 0, into, { width: 128 });
  }

  /** Lanes that mask register `k` names; the others become 0. */
  loadMasked(to: number, from: Place, k: number): void {
    this.#vector(code(1, 0, 0x10), to, 0, from, { k, clear: true });
  }

  storeMasked(into: Place, from: number, k: number): void {
    this.#vector(code(1, 0, 0x11), from, 0, into, { k });
  }

  /**
   * Elements of 32 bits, `index` of them behind `from`, a lane each. `mask` is a mask register, with 256
   * bits a vector; it says which lanes, and is 0 afterwards. All registers differ.
   */
  gather(to: number, { base, displacement }: Place, index: number, mask: number): void {
    const isWide = this.width === 512;
    const map = 2;
    const [notTo, notIndex, notBase] = [to, index, base].map((number) => (~number >> 3) & 1);
    if (isWide) {
      const [notToHigh, notIndexHigh] = [to, index].map((number) => (~number >> 4) & 1);
      this.bytes.push(0x62);
      this.bytes.push((notTo << 7) | (notIndex << 6) | (notBase << 5) | (notToHigh << 4) | map);
      this.bytes.push(0x7d, (2 << 5) | (notIndexHigh << 3) | mask);
    } else {
      this.bytes.push(0xc4, (notTo << 7) | (notIndex << 6) | (notBase << 5) | map);
      this.bytes.push(((~mask & 15) << 3) | 5);
    }
    this.bytes.push(0x92);
    this.modIndexed(to, base, index, displacement);
  }

  /** All lanes into mask register `k`; 512 bits only. */
  fullMask(k: number): void {
    this.bytes.push(0xc5, 0x84 | ((~k & 15) << 3), 0x46, 0xc0 | (k << 3) | k);
  }

  /** The first two lanes; 256 bits only, as all of the next three. */
  storePair(into: Place, from: number): void {
    this.#vector(code(1, 0, 0x13), from, 0, into, { width: 128 });
  }

  /** Lane 0, 1, 2 or 3 alone. */
  storeLane(into: Place, from: number, lane: number): void {
    this.#vector(code(3, 1, 0x17), from, 0, into, { width: 128 });
    this.bytes.push(lane);
  }

  /** The upper four lanes, as the lower ones of `to`. */
  upperHalf(to: number, from: number): void {
    this.#vector(code(3, 1, 0x19), from, 0, to);
    this.bytes.push(1);
  }

  /** Lanes whose bits in register `mask` are set; the others become 0. */
  loadByMask(to: number, mask: number, from: Place): void {
    this.#vector(code(2, 1, 0x2c), to, mask, from);
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
    this.bytes.push(8 | way);
  }

  /** Shifts every 64 bits. */
  shift64(way: "left" | "right", to: number, from: number, count: number): void {
    const encoding: VectorCode = { map: 1, prefix: 1, opcode: 0x73, wide: 1 };
    this.#vectorPrefix(encoding, 0, to, from, { memory: false });
    this.bytes.push(encoding.opcode);
    this.modRegister(way === "left" ? 6 : 2, from);
    this.bytes.push(count);
  }

  /** f32 comparison; with 256 bits into a vector, else into mask register `to`. */
  compareFloats(
    way: "equal" | "less" | "lessEqual" | "unordered",
    to: number,
    a: number,
    b: number | Place,
  ) {
    this.#vector(code(1, 0, 0xc2), to, a, b);
    this.bytes.push({ equal: 0, less: 1, lessEqual: 2, unordered: 3 }[way]);
  }

  /** i32 comparison into mask register `to`; 512 bits only. */
  compareInts(way: "equal" | "less" | "lessEqual", to: number, a: number, b: number | Place) {
    this.#vector(code(3, 1, 0x1f), to, a, b);
    this.bytes.push({ equal: 0, less: 1, lessEqual: 2 }[way]);
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
    this.bytes.push(mask << 4);
  }

  /** Bits of a register into mask register `k`. */
  setMask(k: number, from: number): void {
    this.bytes.push(0xc5, 0xf8, 0x92, 0xc0 | ((k & 7) << 3) | (from & 7));
  }
}
