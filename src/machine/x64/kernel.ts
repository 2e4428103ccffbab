// One kernel as x86-64 code: (rdi: addresses of its buffers, rsi: first task, rdx: task behind the
// last). Floor 3. A single number lives in all lanes of a vector register, so one set of instructions
// serves numbers and vectors alike. Integers are pointers, counters and nothing else.

import { TargetError, VerificationError } from "../../core/errors.ts";
import type {
  Access,
  Instruction,
  Kernel,
  KernelOp,
  LoopIndex,
  Register,
} from "../../kernel/language.ts";
import { type Stream, Streams } from "../streams.ts";
import { allocate, type Location } from "./allocate.ts";
import { type Assembler, gpr, type Label, type Place } from "./assembler.ts";
import type { ConstantPool } from "./constant-pool.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type RuleContext, rules } from "./rules.ts";

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

/** The frame: room for lanes one by one, three integers of the kernel's own, then slots. */
const laneRoom = 192;
const [fromSlot, toSlot, tableSlot] = [laneRoom, laneRoom + 8, laneRoom + 16];
const slotsFrom = laneRoom + 64;
const vectorBytes = 64;

/** A frame may be no larger: the thread's stack has room for it without asking. */
const largestFrame = 2 ** 18;
/** Displacements up to here stay within 32 bits after the lanes of a strided load. */
const furthest = 2 ** 30;

/** Vector registers kept for the moment, beside those that values live in. */
const scratchCount = 3;

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #a: Assembler;
  readonly #pool: ConstantPool;
  readonly #streams: Streams;
  readonly #prepared: Prepared;
  readonly #vectors: Map<Register, Location>;
  readonly #integers: Map<Stream | LoopIndex, Location>;
  readonly #integerSlots: number;
  readonly #frame: number;
  readonly #scratch: readonly number[];
  readonly #rules: RuleContext;

  constructor(kernel: Kernel, assembler: Assembler, pool: ConstantPool) {
    this.#kernel = kernel;
    this.#a = assembler;
    this.#pool = pool;
    this.#streams = new Streams(kernel);
    this.#prepared = prepare(kernel, this.#streams, assembler.width === 512);
    const count = assembler.width === 512 ? 32 : 16;
    const few = isUndemanding(kernel.body, assembler.width) ? 2 : scratchCount;
    this.#scratch = Array.from({ length: few }, (_, i) => count - few + i);
    const registers = Array.from({ length: count - few }, (_, i) => i);
    const vectors = allocate(this.#prepared.vectors, registers);
    const integers = allocate(this.#prepared.integers, integerRegisters);
    this.#vectors = vectors.locations;
    this.#integers = integers.locations;
    this.#integerSlots = slotsFrom + vectors.slots * vectorBytes;
    this.#frame = this.#integerSlots + integers.slots * 8;
    this.#check();
    this.#rules = {
      a: assembler,
      lanes: kernel.lanes,
      constant: (values, type) => this.#poolPlace(values, type),
      scratch: this.#scratch,
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
    if (this.#frame > largestFrame) {
      throw new TargetError({
        what: `Kernel ${name} keeps more values at a time than the x64 target has room for.`,
        expected: `at most ${largestFrame} bytes of them`,
        received: `${this.#frame} bytes`,
        fix: "use --target wasm",
      });
    }
  }

  run(): void {
    const a = this.#a;
    a.push(gpr.rbp);
    a.addConstant(gpr.rsp, -this.#frame);
    a.move(gpr.rbp, gpr.rsp);
    a.storeRegister(this.#slot(fromSlot), gpr.rsi);
    a.storeRegister(this.#slot(toSlot), gpr.rdx);
    a.storeRegister(this.#slot(tableSlot), gpr.rdi);
    const done = a.label();
    a.compare(gpr.rsi, gpr.rdx);
    a.jumpIf("aboveEqual", done);
    a.addressOf(gpr.r15, this.#pool.start);
    for (const stream of this.#streams.movedBy(undefined)) this.#start(stream);
    const next = a.label();
    a.bind(next);
    this.#splitTask();
    this.#body(this.#prepared.body);
    a.addConstantTo(this.#slot(fromSlot), 1);
    a.load(gpr.rax, this.#slot(fromSlot));
    a.compareWith(gpr.rax, this.#slot(toSlot));
    a.jumpIf("below", next);
    a.bind(done);
    a.addConstant(gpr.rsp, this.#frame);
    a.pop(gpr.rbp);
    a.return();
  }

  #slot(displacement: number): Place {
    return { base: gpr.rbp, displacement };
  }

  #poolPlace(values: readonly number[], type: "f32" | "i32"): Place {
    return { base: gpr.r15, displacement: this.#pool.offsetOf(values, type) };
  }

  // Integers.

  #integerPlace(value: Stream | LoopIndex): Location {
    return this.#integers.get(value) as Location;
  }

  #integerSlot(number: number): Place {
    return this.#slot(this.#integerSlots + 8 * number);
  }

  /** The integer in a register: its own, or `into`. */
  #integer(value: Stream | LoopIndex, into: number): number {
    const at = this.#integerPlace(value);
    if (at.kind === "register") return at.number;
    this.#a.load(into, this.#integerSlot(at.number));
    return into;
  }

  #setInteger(value: Stream | LoopIndex, from: number): void {
    const at = this.#integerPlace(value);
    if (at.kind === "register") this.#a.move(at.number, from);
    else this.#a.storeRegister(this.#integerSlot(at.number), from);
  }

  #addToInteger(value: Stream | LoopIndex, amount: number): void {
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
  #start(stream: Stream): void {
    const a = this.#a;
    const { buffer, bytes, terms, origin, outer } = stream;
    const last = terms.at(-1);
    if (outer === undefined) {
      a.load(gpr.rax, this.#slot(tableSlot));
      const displacement = 8 * this.#kernel.buffers.indexOf(buffer);
      a.load(gpr.rax, { base: gpr.rax, displacement });
    } else {
      a.move(gpr.rax, this.#integer(outer, gpr.rax));
    }
    if (origin !== 0) this.#addLarge(gpr.rax, origin * bytes);
    if (last !== undefined && this.#kernel.parallel.includes(last.index)) {
      this.#multiplyLarge(gpr.rcx, this.#integer(last.index, gpr.rcx), last.factor * bytes);
      a.add(gpr.rax, gpr.rcx);
    }
    this.#setInteger(stream, gpr.rax);
  }

  #addLarge(to: number, value: number): void {
    if (Math.abs(value) < 2 ** 31) {
      this.#a.addConstant(to, value);
      return;
    }
    this.#a.constant(gpr.rdx, BigInt(value));
    this.#a.add(to, gpr.rdx);
  }

  #multiplyLarge(to: number, from: number, value: number): void {
    if (Math.abs(value) < 2 ** 31) {
      this.#a.multiplyConstant(to, from, value);
      return;
    }
    this.#a.constant(gpr.rdx, BigInt(value));
    this.#a.move(to, from);
    this.#a.multiply(to, gpr.rdx);
  }

  #splitTask(): void {
    const a = this.#a;
    const { parallel } = this.#kernel;
    a.load(gpr.rax, this.#slot(fromSlot));
    for (let i = parallel.length - 1; i > 0; i--) {
      a.constant32(gpr.rcx, parallel[i].count);
      a.zero(gpr.rdx);
      a.divide(gpr.rcx);
      this.#setInteger(parallel[i], gpr.rdx);
    }
    if (parallel.length > 0) this.#setInteger(parallel[0], gpr.rax);
    for (const index of parallel) {
      for (const stream of this.#streams.movedBy(index)) this.#start(stream);
    }
  }

  // Values.

  /** Where a value can be read: a register's number, or memory. */
  #operand(register: Register): number | Place {
    const constant = this.#prepared.constants.get(register);
    if (constant !== undefined) {
      const type = register.type === "f32" ? "f32" : "i32";
      return this.#poolPlace(new Array<number>(16).fill(constant), type);
    }
    const access = this.#prepared.folded.get(register);
    if (access !== undefined) return { ...this.#address(access), repeat: true };
    const at = this.#vectors.get(register) as Location;
    return at.kind === "register" ? at.number : this.#vectorSlot(at.number);
  }

  #vectorSlot(number: number): Place {
    return this.#slot(slotsFrom + vectorBytes * number);
  }

  /** The value in a register: its own, or `into`. */
  #value(register: Register, into: number): number {
    const operand = this.#operand(register);
    if (typeof operand === "number") return operand;
    this.#a.unary("vmovups", into, operand);
    return into;
  }

  /** Lets `write` make a value in a register, and keeps it where it belongs. */
  #make(register: Register, write: (to: number) => void): void {
    const at = this.#vectors.get(register);
    if (at === undefined) return;
    if (at.kind === "register") {
      write(at.number);
      return;
    }
    write(this.#scratch[0]);
    this.#a.storeVector(this.#vectorSlot(at.number), this.#scratch[0]);
  }

  /** The place of an access. Uses rax and rcx where it is looked up. */
  #address(access: Access): Place {
    const a = this.#a;
    const stream = this.#streams.of(access);
    let displacement = this.#streams.displacement(access);
    let base = this.#integer(stream, gpr.rax);
    const large = Math.abs(displacement) >= furthest;
    if (access.bounded.length > 0 || large) {
      a.move(gpr.rax, base);
      base = gpr.rax;
    }
    if (large) {
      this.#addLarge(gpr.rax, displacement);
      displacement = 0;
    }
    for (const { value, limit, factor } of access.bounded) {
      a.moveFromVector(gpr.rcx, this.#value(value, this.#scratch[0]));
      a.zero(gpr.rdx);
      a.compare32Constant(gpr.rcx, 0);
      a.moveIf32("less", gpr.rcx, gpr.rdx);
      a.constant32(gpr.rdx, limit - 1);
      a.compare32Constant(gpr.rcx, limit - 1);
      a.moveIf32("greater", gpr.rcx, gpr.rdx);
      this.#multiplyLarge(gpr.rcx, gpr.rcx, factor * stream.bytes);
      a.add(gpr.rax, gpr.rcx);
    }
    return { base, displacement };
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
        if (!this.#prepared.folded.has(i.to)) this.#load(i);
        return;
      case "store":
        this.#store(i);
        return;
      case "splat":
        this.#make(i.to, (to) => a.unary("vmovups", to, this.#operand(i.value)));
        return;
      case "joinLanes":
        this.#joinLanes(i);
        return;
      case "assign": {
        const constant = this.#prepared.constants.get(i.value);
        this.#make(i.to, (to) => {
          if (Object.is(constant, 0)) a.vector("vpxor", to, to, to);
          else a.unary("vmovups", to, this.#operand(i.value));
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
    this.#make(to, (target) => {
      const operands = args.map((arg) => this.#operand(arg));
      rule(this.#rules, target, operands, type);
    });
  }

  #position({ to, at, step }: Extract<Instruction, { kind: "position" }>): void {
    const a = this.#a;
    a.constant32(gpr.rax, at.offset | 0);
    for (const { index, factor } of at.terms) {
      this.#multiplyLarge(gpr.rcx, this.#integer(index, gpr.rcx), factor);
      a.add(gpr.rax, gpr.rcx);
    }
    this.#make(to, (target) => {
      a.moveToVector(target, gpr.rax);
      a.unary("vpbroadcastd", target, target);
      if (step === 0) return;
      const lanes = Array.from({ length: 16 }, (_, lane) => lane * step);
      a.vector("vpaddd", target, target, this.#poolPlace(lanes, "i32"));
    });
  }

  #load({ to, from, lanes, stride }: Extract<Instruction, { kind: "load" }>): void {
    const a = this.#a;
    if (!this.#vectors.has(to)) return;
    const place = this.#address(from);
    const { dtype } = from.buffer;
    if (dtype === "u8") {
      this.#loadBytes(to, place, lanes, stride);
      return;
    }
    if (!to.vector || stride === 0) {
      this.#make(to, (target) => a.unary("vbroadcastss", target, place));
      return;
    }
    if (stride !== 1) {
      this.#gatherLanes(place, lanes, stride, 4);
      this.#make(to, (target) => a.unary("vmovups", target, this.#slot(0)));
      return;
    }
    if (lanes === this.#kernel.lanes) {
      this.#make(to, (target) => a.unary("vmovups", target, place));
      return;
    }
    this.#make(to, (target) => {
      if (a.width === 512) {
        this.#setLaneMask(lanes);
        a.loadMasked(target, place, 1);
      } else {
        const [, mask] = this.#scratch;
        a.unary("vmovups", mask, this.#laneMask(lanes));
        a.loadByMask(target, mask, place);
      }
    });
  }

  /** The first `lanes` bits into mask register 1. Leaves rax alone: it may hold an address. */
  #setLaneMask(lanes: number): void {
    this.#a.constant32(gpr.rcx, 2 ** lanes - 1);
    this.#a.setMask(1, gpr.rcx);
  }

  #laneMask(lanes: number): Place {
    const values = Array.from({ length: 16 }, (_, lane) => (lane < lanes ? -1 : 0));
    return this.#poolPlace(values, "i32");
  }

  /** Elements of `bytes`, `stride` apart, into the frame one after another, as 32 bits each. */
  #gatherLanes(place: Place, lanes: number, stride: number, bytes: 1 | 4): void {
    const a = this.#a;
    a.zero(gpr.rcx);
    for (let lane = 0; lane < this.#kernel.lanes; lane++) {
      const from = { ...place, displacement: place.displacement + lane * stride * bytes };
      if (lane < lanes && bytes === 4) a.load32(gpr.rcx, from);
      if (lane < lanes && bytes === 1) a.loadByte(gpr.rcx, from);
      if (lane === lanes) a.zero(gpr.rcx);
      a.store32(this.#slot(4 * lane), gpr.rcx);
    }
  }

  #loadBytes(to: Register, place: Place, lanes: number, stride: number): void {
    const a = this.#a;
    if (!to.vector || stride === 0) {
      a.loadByte(gpr.rcx, place);
      this.#make(to, (target) => {
        a.moveToVector(target, gpr.rcx);
        a.unary("vpbroadcastd", target, target);
      });
    } else if (stride === 1 && lanes === this.#kernel.lanes) {
      this.#make(to, (target) => a.unary("vpmovzxbd", target, place));
    } else {
      this.#gatherLanes(place, lanes, stride, 1);
      this.#make(to, (target) => a.unary("vmovups", target, this.#slot(0)));
    }
  }

  #store({ into, value, lanes, stride }: Extract<Instruction, { kind: "store" }>): void {
    const a = this.#a;
    const [first, second] = this.#scratch;
    const from = this.#value(value, second);
    const place = this.#address(into);
    if (into.buffer.dtype === "u8") {
      a.storeVector(this.#slot(0), from);
      for (let lane = 0; lane < lanes; lane++) {
        a.load32(gpr.rcx, this.#slot(4 * lane));
        a.storeByte({ ...place, displacement: place.displacement + lane * stride }, gpr.rcx);
      }
      return;
    }
    if (lanes > 1 && stride !== 1) {
      a.storeVector(this.#slot(0), from);
      for (let lane = 0; lane < lanes; lane++) {
        a.load32(gpr.rcx, this.#slot(4 * lane));
        a.store32({ ...place, displacement: place.displacement + 4 * lane * stride }, gpr.rcx);
      }
      return;
    }
    if (!value.vector || lanes === 1) a.storeFirst(place, from);
    else if (lanes === this.#kernel.lanes) a.storeVector(place, from);
    else if (a.width === 512) {
      this.#setLaneMask(lanes);
      a.storeMasked(place, from, 1);
    } else {
      a.unary("vmovups", first, this.#laneMask(lanes));
      a.storeByMask(place, first, from);
    }
  }

  /** By way of the frame: a vector with itself, moved down by half of what is left each time. */
  #joinLanes({ op, to, value }: Extract<Instruction, { kind: "joinLanes" }>): void {
    const a = this.#a;
    const [sum] = this.#scratch;
    a.unary("vmovups", sum, this.#operand(value));
    for (let half = this.#kernel.lanes / 2; half >= 1; half /= 2) {
      a.storeVector(this.#slot(0), sum);
      rules[op](this.#rules, sum, [sum, this.#slot(4 * half)], value.type);
    }
    a.storeVector(this.#slot(0), sum);
    this.#make(to, (target) => a.unary("vbroadcastss", target, this.#slot(0)));
  }

  #loop({ index, body }: Extract<Instruction, { kind: "loop" }>): void {
    const a = this.#a;
    const moving = this.#streams.movedBy(index);
    for (const stream of moving) this.#start(stream);
    a.zero(gpr.rax);
    this.#setInteger(index, gpr.rax);
    const top: Label = a.label();
    a.bind(top);
    this.#body(body);
    for (const stream of moving) {
      const { factor } = stream.terms[stream.terms.length - 1];
      this.#addToInteger(stream, factor * stream.bytes);
    }
    this.#addToInteger(index, 1);
    const counter = this.#integerPlace(index);
    if (counter.kind === "register") a.compareConstant(counter.number, index.count);
    else a.compareConstantWith(this.#integerSlot(counter.number), index.count);
    a.jumpIf("below", top);
  }
}

/** Operations that need more than two registers for the moment, by the width of vectors. */
const demanding: Record<512 | 256, ReadonlySet<KernelOp>> = {
  512: new Set(["multiplyHigh", "toI32"]),
  256: new Set(["multiplyHigh", "toI32", "select", "equal", "less", "lessEqual"]),
};

/** Whether two registers for the moment are enough for all operations of a kernel. */
function isUndemanding(body: readonly Instruction[], width: 512 | 256): boolean {
  return body.every((i) => {
    if (i.kind === "loop") return isUndemanding(i.body, width);
    return i.kind !== "compute" || !demanding[width].has(i.op);
  });
}

/** Emits a verified kernel at the assembler's place. */
export function emitKernel(kernel: Kernel, assembler: Assembler, pool: ConstantPool): void {
  new KernelEmitter(kernel, assembler, pool).run();
}
