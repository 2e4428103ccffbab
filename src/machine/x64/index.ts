// The target that emits x86-64 machine code: AVX-512, or AVX2 with fused multiply-add. Floor 3.

import { type DType, viewOf } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import { Allocator } from "../allocator.ts";
import type { Device, Executable } from "../device.ts";
import { Layout } from "../layout.ts";
import { Team } from "../team.ts";
import type { VectorWidth } from "./assembler.ts";
import { ConstantPool } from "./constant-pool.ts";
import { findWidths } from "./cpu.ts";
import { type Native, openNative } from "./native.ts";
import { barrierBytes, emitProgram } from "./program.ts";

/**
 * Address space that is set aside: the largest that one ArrayBuffer of Node 20 shows. Memory is only
 * taken when it is touched.
 */
const reservedBytes = 4 * 2 ** 30;
/** Distinct constants of a program, at most, and bytes for the addresses that kernels are handed. */
const poolBytes = 1 << 16;
const tableBytes = 1 << 18;

/** Tiles fill the register file, less what code needs for the moment. */
const machines: Record<VectorWidth, MachineDescription> = {
  512: { lanes: 16, registers: 31, foldsBroadcast: true, bodySteps: 1, cacheBytes: 32 << 10 },
  256: { lanes: 8, registers: 14, foldsBroadcast: true, bodySteps: 1, cacheBytes: 32 << 10 },
};

/**
 * What a worker does with the payload of a program. Loading a library, any library, is what makes
 * koffi ready in a thread; without it the first call crashes.
 */
const prepare = `(() => {
  let koffi;
  let signature;
  return ({ address, koffiPath }) => {
    if (koffi === undefined) {
      koffi = require(koffiPath);
      koffi.load(null);
      signature = koffi.proto("void run(int64_t a, int64_t b, int64_t c)");
    }
    return koffi.decode(BigInt(address), signature);
  };
})()`;

export interface X64Options {
  /** Threads that compute. */
  readonly threads: number;
  /** Bits of a vector; the widest that the processor has unless told. */
  readonly width?: VectorWidth;
}

export class X64Device implements Device {
  readonly target: string;
  readonly machine: MachineDescription;
  readonly threads: number;
  readonly #width: VectorWidth;
  readonly #native: Native;
  readonly #team: Team;
  readonly #allocator = new Allocator(2 ** 16, reservedBytes);
  readonly #memory: { readonly address: number; readonly buffer: ArrayBuffer };
  readonly #koffiPath: string;

  private constructor(native: Native, width: VectorWidth, team: Team, koffiPath: string) {
    this.#native = native;
    this.#width = width;
    this.#team = team;
    this.#koffiPath = koffiPath;
    this.threads = team.threads;
    this.target = width === 512 ? "x64-avx512" : "x64-avx2";
    this.machine = machines[width];
    this.#memory = native.reserve(reservedBytes);
  }

  /** @throws TargetError where machine code cannot be run here. */
  static async open({ threads, width }: X64Options): Promise<X64Device> {
    const native = await openNative();
    const widths = findWidths(native);
    const chosen = width ?? widths.at(0);
    if (chosen === undefined || !widths.includes(chosen)) {
      throw new TargetError({
        what: "The processor lacks what the x64 target needs.",
        expected: chosen === 512 ? "AVX-512 (F, DQ)" : "AVX2 and FMA",
        received: widths.length === 0 ? "neither" : `vectors of ${widths.join(" and ")} bits`,
        fix: "use --target wasm",
      });
    }
    const { createRequire } = await import("node:module");
    const koffiPath = createRequire(import.meta.url).resolve("koffi");
    return new X64Device(native, chosen, await Team.start(threads, prepare), koffiPath);
  }

  allocate(bytes: number): number {
    const address = this.#allocator.allocate(bytes);
    this.view("u8", address, bytes).fill(0);
    return address;
  }

  free(address: number): void {
    this.#allocator.free(address);
  }

  view(dtype: DType, address: number, length: number) {
    return viewOf(dtype, this.#memory.buffer, address, length);
  }

  async load(
    program: Program,
    states: ReadonlyMap<string, number>,
    { stepsAtOnce = 1 } = {},
  ): Promise<Executable> {
    const layout = new Layout(this, program, states, stepsAtOnce);
    const barrier = this.allocate(barrierBytes);
    const poolAddress = this.allocate(poolBytes);
    const tables = this.allocate(tableBytes);
    const memory = this.#memory.address;
    const pool = new ConstantPool(memory + poolAddress, poolBytes);
    let used = 0;
    const table = (addresses: readonly number[]) => {
      const at = tables + used;
      used += 8 * addresses.length;
      if (used > tableBytes) throw new Error("a program calls too many kernels");
      new BigInt64Array(this.#memory.buffer, at, addresses.length).set(addresses.map(BigInt));
      return memory + at;
    };
    const places = { memory, barrier };
    const code = emitProgram(program, this.#width, layout, pool, places, table);
    this.view("u8", poolAddress, pool.bytes.length).set(pool.bytes);
    const { address } = this.#native.install(code);
    const id = await this.#team.load({ address, koffiPath: this.#koffiPath });
    const dispose = () => {
      layout.dispose();
      for (const block of [barrier, poolAddress, tables]) this.free(block);
      void this.#team
        .drop(id)
        .catch(() => {})
        .then(() => this.#native.release(address, code.length));
    };
    return {
      stepsAtOnce,
      dispose,
      run: async (steps) => {
        layout.stage(steps);
        if (steps.length > 0) await this.#team.run(id, steps.length);
        return layout.collect(steps.length);
      },
    };
  }

  async close(): Promise<void> {
    await this.#team.end();
    this.#native.release(this.#memory.address, reservedBytes);
  }
}
