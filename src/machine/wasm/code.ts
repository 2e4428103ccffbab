// The instructions of WebAssembly that Fovea uses, by their names in the specification, and a writer that
// puts them into a function.

import { Bytes, type WasmFunction, type WasmType } from "./encode.ts";

/** Instructions without immediates: one byte, or a prefix and a number. */
export const plain = {
  "i32.eqz": [0x45],
  "i32.eq": [0x46],
  "i32.ne": [0x47],
  "i32.lt_s": [0x48],
  "i32.lt_u": [0x49],
  "i32.gt_s": [0x4a],
  "i32.le_s": [0x4c],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.div_u": [0x6e],
  "i32.rem_u": [0x70],
  "i32.and": [0x71],
  "i32.or": [0x72],
  "i32.xor": [0x73],
  "i32.shl": [0x74],
  "i32.shr_u": [0x76],
  "f32.eq": [0x5b],
  "f32.ne": [0x5c],
  "f32.lt": [0x5d],
  "f32.le": [0x5f],
  "f32.abs": [0x8b],
  "f32.neg": [0x8c],
  "f32.floor": [0x8e],
  "f32.nearest": [0x90],
  "f32.sqrt": [0x91],
  "f32.add": [0x92],
  "f32.sub": [0x93],
  "f32.mul": [0x94],
  "f32.div": [0x95],
  "i32.wrap_i64": [0xa7],
  "i64.extend_i32_u": [0xad],
  "i64.mul": [0x7e],
  "i64.div_u": [0x80],
  "i64.shr_u": [0x88],
  "f32.convert_i32_s": [0xb2],
  "i32.reinterpret_f32": [0xbc],
  "f32.reinterpret_i32": [0xbe],
  "i32.trunc_sat_f32_s": [0xfc, 0x00],
  "memory.copy": [0xfc, 0x0a, 0x00, 0x00],
  select: [0x1b],
  drop: [0x1a],
  return: [0x0f],
  end: [0x0b],
  else: [0x05],
  "i32x4.splat": [0xfd, 0x11],
  "f32x4.splat": [0xfd, 0x13],
  "i32x4.eq": [0xfd, 0x37],
  "i32x4.lt_s": [0xfd, 0x39],
  "i32x4.le_s": [0xfd, 0x3d],
  "f32x4.eq": [0xfd, 0x41],
  "f32x4.ne": [0xfd, 0x42],
  "f32x4.lt": [0xfd, 0x43],
  "f32x4.le": [0xfd, 0x45],
  "v128.and": [0xfd, 0x4e],
  "v128.or": [0xfd, 0x50],
  "v128.xor": [0xfd, 0x51],
  "v128.bitselect": [0xfd, 0x52],
  "f32x4.floor": [0xfd, 0x68],
  "f32x4.nearest": [0xfd, 0x6a],
  "i8x16.narrow_i16x8_u": [0xfd, 0x66],
  "i16x8.narrow_i32x4_s": [0xfd, 0x85, 0x01],
  "i16x8.extend_low_i8x16_u": [0xfd, 0x89, 0x01],
  "i16x8.extend_high_i8x16_u": [0xfd, 0x8a, 0x01],
  "i32x4.extend_low_i16x8_u": [0xfd, 0xa9, 0x01],
  "i32x4.extend_high_i16x8_u": [0xfd, 0xaa, 0x01],
  "i32x4.shl": [0xfd, 0xab, 0x01],
  "i32x4.shr_s": [0xfd, 0xac, 0x01],
  "i32x4.shr_u": [0xfd, 0xad, 0x01],
  "i32x4.add": [0xfd, 0xae, 0x01],
  "i32x4.sub": [0xfd, 0xb1, 0x01],
  "i32x4.mul": [0xfd, 0xb5, 0x01],
  "i32x4.min_s": [0xfd, 0xb6, 0x01],
  "i32x4.max_s": [0xfd, 0xb8, 0x01],
  "i64x2.extmul_low_i32x4_u": [0xfd, 0xde, 0x01],
  "i64x2.extmul_high_i32x4_u": [0xfd, 0xdf, 0x01],
  "f32x4.abs": [0xfd, 0xe0, 0x01],
  "f32x4.neg": [0xfd, 0xe1, 0x01],
  "f32x4.sqrt": [0xfd, 0xe3, 0x01],
  "f32x4.add": [0xfd, 0xe4, 0x01],
  "f32x4.sub": [0xfd, 0xe5, 0x01],
  "f32x4.mul": [0xfd, 0xe6, 0x01],
  "f32x4.div": [0xfd, 0xe7, 0x01],
  "f32x4.pmin": [0xfd, 0xea, 0x01],
  "f32x4.pmax": [0xfd, 0xeb, 0x01],
  "i32x4.trunc_sat_f32x4_s": [0xfd, 0xf8, 0x01],
  "f32x4.convert_i32x4_s": [0xfd, 0xfa, 0x01],
  "f32x4.relaxed_madd": [0xfd, 0x85, 0x02],
} as const satisfies Record<string, readonly number[]>;

export type Plain = keyof typeof plain;

/** Loads and stores: bytes, and the power of two their address is a multiple of. */
const memoryOps = {
  "i32.load": [[0x28], 2],
  "f32.load": [[0x2a], 2],
  "i32.load8_u": [[0x2d], 0],
  "i32.store": [[0x36], 2],
  "f32.store": [[0x38], 2],
  "i32.store8": [[0x3a], 0],
  "v128.load": [[0xfd, 0x00], 2],
  "v128.load32_splat": [[0xfd, 0x09], 2],
  "v128.load32_zero": [[0xfd, 0x5c], 0],
  "v128.load64_zero": [[0xfd, 0x5d], 0],
  "v128.store": [[0xfd, 0x0b], 2],
  "memory.atomic.notify": [[0xfe, 0x00], 2],
  "memory.atomic.wait32": [[0xfe, 0x01], 2],
  "i32.atomic.load": [[0xfe, 0x10], 2],
  "i32.atomic.store": [[0xfe, 0x17], 2],
  "i32.atomic.rmw.add": [[0xfe, 0x1e], 2],
} as const satisfies Record<string, readonly [readonly number[], number]>;

export type MemoryOp = keyof typeof memoryOps;

/** Loads and stores of one lane. */
const laneOps = {
  "v128.load32_lane": [[0xfd, 0x56], 2],
  "v128.store8_lane": [[0xfd, 0x58], 0],
  "v128.store32_lane": [[0xfd, 0x5a], 2],
  "v128.store64_lane": [[0xfd, 0x5b], 2],
} as const satisfies Record<string, readonly [readonly number[], number]>;

export type LaneMemoryOp = keyof typeof laneOps;

/** Instructions on one lane of a vector. */
const lanes = {
  "i32x4.extract_lane": [0xfd, 0x1b],
  "i32x4.replace_lane": [0xfd, 0x1c],
  "f32x4.extract_lane": [0xfd, 0x1f],
} as const satisfies Record<string, readonly number[]>;

/** Writes one function; locals are numbered as they are asked for. */
export class CodeWriter {
  readonly #bytes = new Bytes();
  readonly #parameters: readonly WasmType[];
  readonly #locals: WasmType[] = [];

  constructor(parameters: readonly WasmType[]) {
    this.#parameters = parameters;
  }

  local(type: WasmType): number {
    return this.#parameters.length + this.#locals.push(type) - 1;
  }

  op(...names: readonly Plain[]): this {
    for (const name of names) this.#bytes.push(...plain[name]);
    return this;
  }

  get(...locals: readonly number[]): this {
    for (const local of locals) this.#bytes.push(0x20).unsigned(local);
    return this;
  }

  set(local: number): this {
    this.#bytes.push(0x21).unsigned(local);
    return this;
  }

  tee(local: number): this {
    this.#bytes.push(0x22).unsigned(local);
    return this;
  }

  i32(value: number): this {
    this.#bytes.push(0x41).signed(value);
    return this;
  }

  /** A small number of 64 bits. */
  i64(value: number): this {
    this.#bytes.push(0x42).signed(value);
    return this;
  }

  f32(value: number): this {
    this.#bytes.push(0x43).f32(value);
    return this;
  }

  /** Sixteen bytes. */
  v128(bytes: Uint8Array): this {
    this.#bytes.push(0xfd, 0x0c).append(bytes);
    return this;
  }

  shuffle(...order: readonly number[]): this {
    this.#bytes.push(0xfd, 0x0d, ...order);
    return this;
  }

  memory(name: MemoryOp, offset = 0): this {
    const [code, align] = memoryOps[name];
    this.#bytes
      .push(...code)
      .unsigned(align)
      .unsigned(offset);
    return this;
  }

  memoryLane(name: LaneMemoryOp, offset: number, lane: number): this {
    const [code, align] = laneOps[name];
    this.#bytes
      .push(...code)
      .unsigned(align)
      .unsigned(offset)
      .push(lane);
    return this;
  }

  lane(name: keyof typeof lanes, lane: number): this {
    this.#bytes.push(...lanes[name], lane);
    return this;
  }

  call(index: number): this {
    this.#bytes.push(0x10).unsigned(index);
    return this;
  }

  /** A block that `branchIf(0)` leaves. */
  block(body: () => void): this {
    this.#bytes.push(0x02, 0x40);
    body();
    return this.op("end");
  }

  /** A block that `branchIf(0)` begins again. */
  loop(body: () => void): this {
    this.#bytes.push(0x03, 0x40);
    body();
    return this.op("end");
  }

  /** Runs `body` where the number on the stack is not 0. */
  when(body: () => void, otherwise?: () => void): this {
    this.#bytes.push(0x04, 0x40);
    body();
    if (otherwise !== undefined) {
      this.op("else");
      otherwise();
    }
    return this.op("end");
  }

  branchIf(depth: number): this {
    this.#bytes.push(0x0d).unsigned(depth);
    return this;
  }

  branch(depth: number): this {
    this.#bytes.push(0x0c).unsigned(depth);
    return this;
  }

  finish(exportName?: string): WasmFunction {
    const common = {
      parameters: this.#parameters,
      locals: this.#locals,
      body: this.#bytes.finish(),
    };
    return exportName === undefined ? common : { ...common, exportName };
  }
}
