// Where a kernel keeps what it works on, and how code gets at it: values in vector registers or in the
// frame, pointers and counters in general-purpose registers or in the frame, constants in the pool,
// elements in buffers.

import type { Access, Kernel, LoopIndex, Register } from "../../kernel/language.ts";
import { type Stream, Streams } from "../streams.ts";
import { allocate, joinSpans, type Location } from "./allocate.ts";
import { type Assembler, gpr, type Place } from "./assembler.ts";
import type { ConstantPool } from "./constant-pool.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { scratchFor } from "./rules.ts";

/** Registers for pointers and counters. rax, rcx and rdx are for the moment; r15 is the pool. */
const integerRegisters = [
  gpr.rbx,
  gpr.rsi,
  gpr.rdi,
  gpr.r8,
  gpr.r9,
  gpr.r10,
  gpr.r11,
  gpr.r12,
  gpr.r13,
  gpr.r14,
];

/** The frame, at rbp: room for lanes one by one, three integers of the kernel's own, then slots. */
const laneRoom = 192;
export const [fromSlot, toSlot, tableSlot] = [laneRoom, laneRoom + 8, laneRoom + 16];
const slotsFrom = laneRoom + 64;
const vectorBytes = 64;

/** Displacements up to here stay within 32 bits after the lanes of a strided load. */
const furthest = 2 ** 30;

export class Places {
  readonly kernel: Kernel;
  readonly streams: Streams;
  readonly prepared: Prepared;
  /** Bytes that the frame needs. */
  readonly frameBytes: number;
  /** Vector registers for the moment. */
  readonly scratch: readonly number[];
  readonly #a: Assembler;
  readonly #pool: ConstantPool;
  readonly #vectors: Map<Register, Location>;
  readonly #integers: Map<Stream | LoopIndex, Location>;
  readonly #integerSlots: number;
  /** Where constants lie that were asked for. */
  readonly #constants = new Map<Register, Place>();

  constructor(kernel: Kernel, assembler: Assembler, pool: ConstantPool) {
    this.kernel = kernel;
    this.#a = assembler;
    this.#pool = pool;
    this.streams = new Streams(kernel);
    const count = assembler.width === 512 ? 32 : 16;
    this.scratch = [count - 2, count - 1, count - 3];
    this.prepared = prepare(kernel, this.streams, {
      ...(assembler.width === 512 ? { repeatingRegisters: count } : {}),
      scratchFor: (i) => scratchFor(i, assembler.width),
    });
    const vectors = this.#placeVectors(count);
    const integers = allocate(this.prepared.integers, integerRegisters);
    this.#vectors = vectors.locations;
    this.#integers = integers.locations;
    this.#integerSlots = slotsFrom + vectors.slots * vectorBytes;
    this.frameBytes = this.#integerSlots + integers.slots * 8;
  }

  /** Registers are for values where nothing needs them for the moment, as a value in memory does. */
  #placeVectors(count: number): ReturnType<typeof allocate<Register>> {
    const { vectors, scratchNeeded } = this.prepared;
    const [first, second, third] = this.scratch;
    const registers = Array.from({ length: count }, (_, i) => i);
    let two = scratchNeeded[2];
    for (;;) {
      const reserved = [
        { register: first, spans: two },
        { register: second, spans: two },
        { register: third, spans: scratchNeeded[3] },
      ];
      const placed = allocate(vectors, registers, reserved);
      const inMemory = vectors.filter(({ value }) => placed.locations.get(value)?.kind === "slot");
      const bare = inMemory.filter(
        ({ first, last }) => !two.some((span) => span.first <= first && last <= span.last),
      );
      if (bare.length === 0) return placed;
      two = joinSpans([...two, ...bare]);
    }
  }

  /** A place in the frame; lanes one by one begin at 0. */
  slot(displacement: number): Place {
    return { base: gpr.rbp, displacement };
  }

  /** Sixteen values in memory. */
  constant(values: readonly number[], type: "f32" | "i32"): Place {
    return { base: gpr.r15, displacement: this.#pool.offsetOf(values, type) };
  }

  // Integers.

  #integerPlace(value: Stream | LoopIndex): Location {
    return this.#integers.get(value) as Location;
  }

  #integerSlot(number: number): Place {
    return this.slot(this.#integerSlots + 8 * number);
  }

  /** The integer in a register: its own, or `into`. */
  integer(value: Stream | LoopIndex, into: number): number {
    const at = this.#integerPlace(value);
    if (at.kind === "register") return at.number;
    this.#a.load(into, this.#integerSlot(at.number));
    return into;
  }

  setInteger(value: Stream | LoopIndex, from: number): void {
    const at = this.#integerPlace(value);
    if (at.kind === "register") this.#a.move(at.number, from);
    else this.#a.storeRegister(this.#integerSlot(at.number), from);
  }

  /** Lets `write` make an integer in its own register, or in rax, and keeps it where it belongs. */
  makeInteger(value: Stream | LoopIndex, write: (to: number) => void): void {
    const at = this.#integerPlace(value);
    if (at.kind === "register") {
      write(at.number);
      return;
    }
    write(gpr.rax);
    this.#a.storeRegister(this.#integerSlot(at.number), gpr.rax);
  }

  addToInteger(value: Stream | LoopIndex, amount: number): void {
    const at = this.#integerPlace(value);
    if (at.kind === "register") {
      this.#addLarge(at.number, amount);
    } else if (Math.abs(amount) < 2 ** 31) {
      this.#a.addConstantTo(this.#integerSlot(at.number), amount);
    } else {
      this.#a.load(gpr.rax, this.#integerSlot(at.number));
      this.#addLarge(gpr.rax, amount);
      this.#a.storeRegister(this.#integerSlot(at.number), gpr.rax);
    }
  }

  /** Sets a stream's pointer to where it begins: at the outer one's place, or a task's. */
  start(stream: Stream): void {
    const a = this.#a;
    const { buffer, bytes, terms, origin, outer } = stream;
    const last = terms.at(-1);
    this.makeInteger(stream, (to) => {
      if (outer === undefined) {
        a.load(to, this.slot(tableSlot));
        a.load(to, { base: to, displacement: 8 * this.kernel.buffers.indexOf(buffer) });
      } else {
        a.move(to, this.integer(outer, to));
      }
      if (origin !== 0) this.#addLarge(to, origin * bytes);
      if (last !== undefined && this.kernel.parallel.includes(last.index)) {
        this.multiplyLarge(gpr.rcx, this.integer(last.index, gpr.rcx), last.factor * bytes);
        a.add(to, gpr.rcx);
      }
    });
  }

  #addLarge(to: number, value: number): void {
    if (Math.abs(value) < 2 ** 31) {
      this.#a.addConstant(to, value);
      return;
    }
    this.#a.constant(gpr.rdx, BigInt(value));
    this.#a.add(to, gpr.rdx);
  }

  /** to = from · value. Uses rdx for values beyond 32 bits, as does adding them. */
  multiplyLarge(to: number, from: number, value: number): void {
    if (Math.abs(value) < 2 ** 31) {
      this.#a.multiplyConstant(to, from, value);
      return;
    }
    this.#a.constant(gpr.rdx, BigInt(value));
    this.#a.move(to, from);
    this.#a.multiply(to, gpr.rdx);
  }

  // Values.

  /** Whether anything reads a value. */
  has(register: Register): boolean {
    return this.#vectors.has(register);
  }

  /** Where a value can be read: a register's number, or memory. */
  operand(register: Register): number | Place {
    const constant = this.prepared.constants.get(register);
    if (constant !== undefined) {
      const known = this.#constants.get(register);
      if (known !== undefined) return known;
      const type = register.type === "f32" ? "f32" : "i32";
      const place = this.constant(new Array<number>(16).fill(constant), type);
      this.#constants.set(register, place);
      return place;
    }
    const load = this.prepared.folded.get(register);
    if (load !== undefined) return { ...this.address(load.from), repeat: load.stride === 0 };
    const at = this.#vectors.get(register) as Location;
    return at.kind === "register" ? at.number : this.#vectorSlot(at.number);
  }

  #vectorSlot(number: number): Place {
    return this.slot(slotsFrom + vectorBytes * number);
  }

  /** The value in a register: its own, or `into`. */
  value(register: Register, into: number): number {
    const operand = this.operand(register);
    if (typeof operand === "number") return operand;
    this.#a.unary("vmovups", into, operand);
    return into;
  }

  /** Lets `write` make a value in a register, and keeps it where it belongs. */
  make(register: Register, write: (to: number) => void): void {
    const at = this.#vectors.get(register);
    if (at === undefined) return;
    if (at.kind === "register") {
      write(at.number);
      return;
    }
    write(this.scratch[0]);
    this.#a.storeVector(this.#vectorSlot(at.number), this.scratch[0]);
  }

  /**
   * The place of an access; of lanes with places of their own, what they share. Uses rax and rcx where
   * it is looked up.
   */
  address(access: Access): Place {
    const a = this.#a;
    const stream = this.streams.of(access);
    let displacement = this.streams.displacement(access);
    let base = this.integer(stream, gpr.rax);
    const large = Math.abs(displacement) >= furthest;
    const single = access.bounded.filter(({ value }) => !value.vector);
    if (single.length > 0 || large) {
      a.move(gpr.rax, base);
      base = gpr.rax;
    }
    if (large) {
      this.#addLarge(gpr.rax, displacement);
      displacement = 0;
    }
    for (const { value, limit, factor } of single) {
      a.moveFromVector(gpr.rcx, this.value(value, this.scratch[0]));
      a.zero(gpr.rdx);
      a.compare32Constant(gpr.rcx, 0);
      a.moveIf32("less", gpr.rcx, gpr.rdx);
      a.constant32(gpr.rdx, limit - 1);
      a.compare32Constant(gpr.rcx, limit - 1);
      a.moveIf32("greater", gpr.rcx, gpr.rdx);
      this.multiplyLarge(gpr.rcx, gpr.rcx, factor * stream.bytes);
      a.add(gpr.rax, gpr.rcx);
    }
    return { base, displacement };
  }
}
