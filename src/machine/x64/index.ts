// The target that emits x86-64 machine code: AVX-512, or AVX2 with fused multiply-add. Floor 3.

import type { DType } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import type { Device, Executable } from "../device.ts";
import { Layout } from "../layout.ts";
import { Team } from "../team.ts";
import type { VectorWidth } from "./assembler.ts";
import { findWidths } from "./cpu.ts";
import { installProgram } from "./install.ts";
import { runPrototype } from "./koffi.ts";
import { DeviceMemory } from "./memory.ts";
import { type Native, type NativeCode, openNative } from "./native.ts";

/** Tiles fill the register file, less what code needs for the moment. */
const machines: Record<VectorWidth, MachineDescription> = {
  512: { lanes: 16, registers: 31, foldsBroadcast: true, bodySteps: 1, cacheBytes: 32 << 10 },
  256: { lanes: 8, registers: 16, foldsBroadcast: true, bodySteps: 1, cacheBytes: 32 << 10 },
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
      signature = koffi.proto("${runPrototype}");
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

const openDevices = new Set<X64Device>();

/** A process that exits waits for its threads, so they must not wait for each other. */
function stopAll(): void {
  for (const device of openDevices) device.stopThreads();
}

export class X64Device implements Device {
  readonly target: string;
  readonly machine: MachineDescription;
  readonly threads: number;
  readonly #width: VectorWidth;
  readonly #native: Native;
  readonly #team: Team;
  readonly #memory: DeviceMemory;
  readonly #koffiPath: string;
  /** Where threads look whether to stop. */
  readonly #stop: number;
  /** What is installed; it goes with the device at the latest. */
  readonly #codes = new Set<NativeCode>();
  #ended: Promise<void> | undefined;

  private constructor(
    native: Native,
    width: VectorWidth,
    team: Team,
    memory: DeviceMemory,
    koffiPath: string,
  ) {
    this.#native = native;
    this.#width = width;
    this.#team = team;
    this.#memory = memory;
    this.#koffiPath = koffiPath;
    this.threads = team.threads;
    this.target = width === 512 ? "x64-avx512" : "x64-avx2";
    this.machine = machines[width];
    this.#stop = this.allocate(4);
    if (openDevices.size === 0) process.on("exit", stopAll);
    openDevices.add(this);
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
    const memory = new DeviceMemory(native);
    return new X64Device(native, chosen, await Team.start(threads, prepare), memory, koffiPath);
  }

  allocate(bytes: number): number {
    this.#refuseClosed();
    return this.#memory.allocate(bytes);
  }

  free(address: number): void {
    this.#memory.free(address);
  }

  view(dtype: DType, address: number, length: number) {
    this.#refuseClosed();
    return this.#memory.view(dtype, address, length);
  }

  async load(
    program: Program,
    states: ReadonlyMap<string, number>,
    { stepsAtOnce = 1 } = {},
  ): Promise<Executable> {
    this.#refuseClosed();
    const layout = new Layout(this, program, states, stepsAtOnce);
    let code: NativeCode | undefined;
    try {
      code = this.#install(program, layout);
      const id = await this.#team.load({ address: code.address, koffiPath: this.#koffiPath });
      return this.#executable(id, layout, code);
    } catch (error) {
      layout.dispose();
      // No thread runs what was never loaded everywhere.
      if (code !== undefined) this.#release(code);
      throw error;
    }
  }

  #install(program: Program, layout: Layout): NativeCode {
    const code = installProgram(this.#native, program, {
      width: this.#width,
      layout,
      memory: this.#memory,
      stop: this.#stop,
    });
    this.#codes.add(code);
    return code;
  }

  #release(code: NativeCode): void {
    if (this.#codes.delete(code)) code.release();
  }

  /** A program on all threads. */
  #executable(id: number, layout: Layout, code: NativeCode): Executable {
    let running = 0;
    let disposed = false;
    const dispose = () => {
      layout.dispose();
      // Code goes when no thread can be in it: all have dropped it, or all have ended.
      void this.#team
        .drop(id)
        .catch(() => this.#end())
        .then(() => this.#release(code));
    };
    return {
      stepsAtOnce: layout.stepsAtOnce,
      run: async (steps) => {
        this.#refuseClosed();
        running++;
        try {
          return await layout.inTurn(async () => {
            layout.stage(steps);
            if (steps.length > 0) {
              await this.#team.run(id, steps.length).catch((error) => {
                this.stopThreads();
                throw this.#ended === undefined ? error : closedError();
              });
            }
            return layout.collect(steps.length);
          });
        } finally {
          running--;
          if (disposed && running === 0) dispose();
        }
      },
      dispose: () => {
        if (disposed) return;
        disposed = true;
        if (running === 0) dispose();
      },
    };
  }

  #refuseClosed(): void {
    if (this.#ended !== undefined) throw closedError();
  }

  /** Threads leave their program at the next barrier, for good. */
  stopThreads(): void {
    this.#memory.view("i32", this.#stop, 1)[0] = 1;
  }

  /** Ends the threads; resolves when none is left. */
  #end(): Promise<void> {
    this.stopThreads();
    return this.#team.end();
  }

  close(): Promise<void> {
    this.#ended ??= (async () => {
      openDevices.delete(this);
      if (openDevices.size === 0) process.off("exit", stopAll);
      await this.#end();
      for (const code of this.#codes) this.#release(code);
      this.#memory.retire();
    })();
    return this.#ended;
  }
}

function closedError(): TargetError {
  return new TargetError({ what: "The device was closed.", fix: "open another one" });
}
