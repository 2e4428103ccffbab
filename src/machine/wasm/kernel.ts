// One kernel as one WebAssembly function (address of each buffer, first task, task behind the last).
// Affine addresses become one moving pointer a stream, with constant displacements: a loop adds to its
// pointers and multiplies nothing.

import { bytesPerElement } from "../../core/dtype.ts";
import {
  type Access,
  type Instruction,
  isScattered,
  type Kernel,
  type LoopIndex,
  type Register,
} from "../../kernel/language.ts";
import { type Stream, Streams } from "../streams.ts";
import { CodeWriter } from "./code.ts";
import type { WasmFunction, WasmType } from "./encode.ts";
import { type Features, ruleFor } from "./rules.ts";

function wasmType(register: Register): WasmType {
  if (register.vector) return "v128";
  return register.type === "f32" ? "f32" : "i32";
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #features: Features;
  readonly #code: CodeWriter;
  readonly #locals = new Map<Register, number>();
  /** The locals of constants that are numbers. */
  readonly #numbers = new Set<number>();
  readonly #counters = new Map<LoopIndex, number>();
  readonly #streams: Streams;
  readonly #pointers = new Map<Stream, number>();

  constructor(kernel: Kernel, features: Features) {
    this.#kernel = kernel;
    this.#features = features;
    this.#streams = new Streams(kernel);
    const parameters = [...kernel.buffers, "from", "to"].map((): WasmType => "i32");
    this.#code = new CodeWriter(parameters);
  }

  run(): WasmFunction {
    const { parallel, body, buffers } = this.#kernel;
    const code = this.#code;
    const [task, to] = [buffers.length, buffers.length + 1];
    for (const index of parallel) this.#counters.set(index, code.local("i32"));
    const rest = code.local("i32");
    for (const stream of this.#streams.movedBy(undefined)) this.#start(stream);
    const constants = body.filter((instruction) => instruction.kind === "constant");
    this.#body(constants);
    code.block(() => {
      code.get(task, to).op("i32.lt_u", "i32.eqz").branchIf(0);
      code.loop(() => {
        this.#splitTask(task, rest);
        for (const index of parallel) {
          for (const stream of this.#streams.movedBy(index)) this.#start(stream);
        }
        this.#body(body.filter((instruction) => instruction.kind !== "constant"));
        code.get(task).i32(1).op("i32.add").tee(task).get(to).op("i32.lt_u").branchIf(0);
      });
    });
    return code.finish();
  }

  /** Sets a stream's pointer to where it begins: at the outer one's place, or a task's. */
  #start(stream: Stream): void {
    const code = this.#code;
    const { buffer, bytes, terms, origin, outer } = stream;
    const last = terms.at(-1);
    const base = outer === undefined ? this.#kernel.buffers.indexOf(buffer) : this.#pointer(outer);
    if (last === undefined && origin === 0) {
      this.#pointers.set(stream, base);
      return;
    }
    if (!this.#pointers.has(stream)) this.#pointers.set(stream, code.local("i32"));
    code.get(base);
    if (origin !== 0) code.i32(origin * bytes).op("i32.add");
    if (last !== undefined && this.#kernel.parallel.includes(last.index)) {
      code.get(this.#counters.get(last.index) as number);
      code.i32(last.factor * bytes).op("i32.mul", "i32.add");
    }
    code.set(this.#pointer(stream));
  }

  #pointer(stream: Stream): number {
    return this.#pointers.get(stream) as number;
  }

  #splitTask(task: number, rest: number): void {
    const { parallel } = this.#kernel;
    const code = this.#code;
    if (parallel.length === 0) return;
    code.get(task).set(rest);
    for (let i = parallel.length - 1; i >= 0; i--) {
      const counter = this.#counters.get(parallel[i]) as number;
      if (i === 0) {
        code.get(rest).set(counter);
        return;
      }
      code.get(rest).i32(parallel[i].count).op("i32.rem_u").set(counter);
      code.get(rest).i32(parallel[i].count).op("i32.div_u").set(rest);
    }
  }

  #local(register: Register): number {
    const known = this.#locals.get(register);
    if (known !== undefined) return known;
    const local = this.#code.local(wasmType(register));
    this.#locals.set(register, local);
    return local;
  }

  #body(body: readonly Instruction[]): void {
    for (const instruction of body) this.#instruction(instruction);
  }

  #instruction(i: Instruction): void {
    const code = this.#code;
    switch (i.kind) {
      case "constant":
        this.#constant(i.to, i.value);
        code.set(this.#local(i.to));
        if (!Number.isNaN(i.value)) this.#numbers.add(this.#local(i.to));
        return;
      case "compute": {
        const [first] = i.args;
        const emit = ruleFor(i.op, first.type, first.vector);
        const args = i.args.map((arg) => this.#local(arg));
        emit(code, args, this.#features, this.#numbers);
        code.set(this.#local(i.to));
        return;
      }
      case "position":
        this.#position(i);
        return;
      case "load":
        this.#load(i);
        return;
      case "store":
        this.#store(i);
        return;
      case "prefetch":
        return;
      case "splat":
        this.#splat(i);
        return;
      case "joinLanes":
        this.#joinLanes(i);
        return;
      case "assign":
        code.get(this.#local(i.value)).set(this.#local(i.to));
        return;
      case "loop":
        this.#loop(i);
        return;
      default:
        i satisfies never;
    }
  }

  #constant(to: Register, value: number): void {
    const bytes = new DataView(new ArrayBuffer(16));
    for (let lane = 0; lane < 4; lane++) {
      if (to.type === "f32") bytes.setFloat32(4 * lane, value, true);
      else bytes.setInt32(4 * lane, value | 0, true);
    }
    if (to.vector) this.#code.v128(new Uint8Array(bytes.buffer));
    else if (to.type === "f32") this.#code.f32(value);
    else this.#code.i32(value | 0);
  }

  #splat({ to, value }: Extract<Instruction, { kind: "splat" }>): void {
    const code = this.#code;
    const single = this.#local(value);
    if (to.type === "f32") code.get(single).op("f32x4.splat");
    else if (to.type === "i32") code.get(single).op("i32x4.splat");
    // A single mask is 0 or 1, a lane's is all zeros or all ones: 0 or −1.
    else code.i32(0).get(single).op("i32.sub", "i32x4.splat");
    code.set(this.#local(to));
  }

  #position({ to, at, step }: Extract<Instruction, { kind: "position" }>): void {
    const code = this.#code;
    code.i32(at.offset);
    for (const { index, factor } of at.terms) {
      code.get(this.#counters.get(index) as number);
      if (factor !== 1) code.i32(factor).op("i32.mul");
      code.op("i32.add");
    }
    if (to.vector) {
      const lanes = new Int32Array([0, step, 2 * step, 3 * step]);
      code.op("i32x4.splat").v128(new Uint8Array(lanes.buffer)).op("i32x4.add");
    }
    code.set(this.#local(to));
  }

  /** Leaves an access's pointer on the stack; what is constant about it is returned, in bytes. */
  #address(access: Access): number {
    const code = this.#code;
    const stream = this.#streams.of(access);
    code.get(this.#pointer(stream));
    for (const { value, limit, factor } of access.bounded) {
      if (value.vector) continue;
      const place = this.#local(value);
      const clamped = code.local("i32");
      code.get(place).i32(0).get(place).i32(0).op("i32.gt_s", "select").tee(clamped);
      code
        .i32(limit - 1)
        .get(clamped)
        .i32(limit - 1)
        .op("i32.lt_s", "select");
      code.i32(factor * stream.bytes).op("i32.mul", "i32.add");
    }
    return this.#streams.displacement(access);
  }

  #load({ to, from, lanes, stride }: Extract<Instruction, { kind: "load" }>): void {
    const code = this.#code;
    const { dtype } = from.buffer;
    if (!to.vector) {
      const offset = this.#address(from);
      code.memory(dtype === "u8" ? "i32.load8_u" : `${dtype}.load`, offset).set(this.#local(to));
      return;
    }
    const offset = this.#address(from);
    if (isScattered(from)) this.#loadScattered(from, offset);
    else if (dtype === "u8") this.#loadBytes(offset, lanes, stride);
    else if (stride === 0) code.memory("v128.load32_splat", offset);
    else if (stride === 1 && lanes === 4) code.memory("v128.load", offset);
    else if (stride === 1 && lanes === 2) code.memory("v128.load64_zero", offset);
    else if (lanes === 1) code.memory("v128.load32_zero", offset);
    else this.#loadLanes(offset, lanes, stride);
    code.set(this.#local(to));
  }

  /** Lanes one by one; the address is on the stack. */
  #loadLanes(offset: number, lanes: number, stride: number): void {
    const code = this.#code;
    const address = code.local("i32");
    const value = code.local("v128");
    code.tee(address).memory("v128.load32_zero", offset).set(value);
    for (let lane = 1; lane < lanes; lane++) {
      code.get(address, value).memoryLane("v128.load32_lane", offset + 4 * lane * stride, lane);
      code.set(value);
    }
    code.get(value);
  }

  /** Each lane from its own place; the address that they share is on the stack. */
  #loadScattered({ buffer, bounded }: Access, offset: number): void {
    const code = this.#code;
    const shared = code.local("i32");
    const places = code.local("v128");
    const value = code.local("v128");
    code.set(shared);
    const repeated = (number: number) => new Uint8Array(new Int32Array(4).fill(number).buffer);
    const scattered = bounded.filter(({ value }) => value.vector);
    for (const [n, { value, limit, factor }] of scattered.entries()) {
      code.get(this.#local(value)).v128(repeated(0)).op("i32x4.max_s");
      code.v128(repeated(limit - 1)).op("i32x4.min_s");
      code.v128(repeated(factor * bytesPerElement[buffer.dtype])).op("i32x4.mul");
      if (n > 0) code.op("i32x4.add");
    }
    code.set(places);
    for (let lane = 0; lane < 4; lane++) {
      code.get(places).lane("i32x4.extract_lane", lane).get(shared).op("i32.add");
      if (lane === 0) code.memory("v128.load32_zero", offset);
      else code.get(value).memoryLane("v128.load32_lane", offset, lane);
      code.set(value);
    }
    code.get(value);
  }

  #loadBytes(offset: number, lanes: number, stride: number): void {
    const code = this.#code;
    if (stride === 0) {
      code.memory("i32.load8_u", offset).op("i32x4.splat");
      return;
    }
    if (stride === 1 && lanes === 4) {
      code.memory("v128.load32_zero", offset);
      code.op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
      return;
    }
    const address = code.local("i32");
    code.set(address).v128(new Uint8Array(16));
    for (let lane = 0; lane < lanes; lane++) {
      code.get(address).memory("i32.load8_u", offset + lane * stride);
      code.lane("i32x4.replace_lane", lane);
    }
  }

  #store({ into, value, lanes, stride }: Extract<Instruction, { kind: "store" }>): void {
    const code = this.#code;
    const { dtype } = into.buffer;
    const from = this.#local(value);
    const offset = this.#address(into);
    if (!value.vector) {
      code.get(from).memory(dtype === "u8" ? "i32.store8" : `${dtype}.store`, offset);
      return;
    }
    if (dtype !== "u8" && lanes === 4 && stride === 1) {
      code.get(from).memory("v128.store", offset);
      return;
    }
    const address = code.local("i32");
    code.set(address);
    if (dtype === "u8") {
      for (let lane = 0; lane < lanes; lane++) {
        const at = offset + lane * stride;
        code.get(address, from).memoryLane("v128.store8_lane", at, 4 * lane);
      }
      return;
    }
    if (stride !== 1) {
      for (let lane = 0; lane < lanes; lane++) {
        code.get(address, from).memoryLane("v128.store32_lane", offset + 4 * lane * stride, lane);
      }
      return;
    }
    if (lanes >= 2) code.get(address, from).memoryLane("v128.store64_lane", offset, 0);
    if (lanes === 1) code.get(address, from).memoryLane("v128.store32_lane", offset, 0);
    if (lanes === 3) code.get(address, from).memoryLane("v128.store32_lane", offset + 8, 2);
  }

  #joinLanes({ op, to, value }: Extract<Instruction, { kind: "joinLanes" }>): void {
    const code = this.#code;
    const wide = this.#local(value);
    const halves = code.local("v128");
    const moved = code.local("v128");
    const emit = ruleFor(op, value.type, true);
    code.get(wide, wide).shuffle(8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    code.set(moved);
    emit(code, [wide, moved], this.#features, this.#numbers);
    code.set(halves);
    code.get(halves, halves).shuffle(4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7).set(moved);
    emit(code, [halves, moved], this.#features, this.#numbers);
    code.lane(value.type === "f32" ? "f32x4.extract_lane" : "i32x4.extract_lane", 0);
    code.set(this.#local(to));
  }

  #loop({ index, body }: Extract<Instruction, { kind: "loop" }>): void {
    const code = this.#code;
    const counter = code.local("i32");
    this.#counters.set(index, counter);
    const moving = this.#streams.movedBy(index);
    for (const stream of moving) this.#start(stream);
    code.i32(0).set(counter);
    code.loop(() => {
      this.#body(body);
      for (const stream of moving) {
        const { factor } = stream.terms[stream.terms.length - 1];
        const pointer = this.#pointer(stream);
        code
          .get(pointer)
          .i32(factor * stream.bytes)
          .op("i32.add")
          .set(pointer);
      }
      code.get(counter).i32(1).op("i32.add").tee(counter);
      code.i32(index.count).op("i32.lt_u").branchIf(0);
    });
  }
}

/** Emits a verified kernel. */
export function emitKernel(kernel: Kernel, features: Features): WasmFunction {
  return new KernelEmitter(kernel, features).run();
}
