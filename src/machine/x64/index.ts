// The target that emits x86-64 machine code: AVX-512, or AVX2 with fused multiply-add.

import { platform } from "#platform";
import type { DType } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import { inSlices } from "../../core/slices.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import type { DeviceBuffer, DeviceView, Executable, LoadOptions } from "../device.ts";
import { HostDevice } from "../host-device.ts";
import { InlineTeam } from "../inline-team.ts";
import { Layout } from "../layout.ts";
import { type ComputeTeam, closedError, startTeam, Team } from "../team.ts";
import { Use } from "../use.ts";
import type { VectorWidth } from "./assembler.ts";
import { findWidths } from "./cpu.ts";
import { type InstalledProgram, installProgram } from "./install.ts";
import { nativeHost, runPrototype } from "./koffi.ts";
import { DeviceMemory } from "./memory.ts";
import { type Native, openNative } from "./native.ts";
import { placeBytes, spreadSource } from "./spread.ts";

const core = {
  execution: "vectors",
  foldsBroadcast: true,
  bodySteps: 1,
  prefetches: true,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
} as const;

/** Tiles fill the register file, less what code needs for the moment. */
const machines: Record<VectorWidth, MachineDescription> = {
  512: { ...core, lanes: 16, registers: 31 },
  256: { ...core, lanes: 8, registers: 16 },
};

interface Payload {
  readonly address: number;
  readonly koffiPath: string;
  /** Where each thread of the team is. */
  readonly places: SharedArrayBuffer;
}

/**
 * What a worker does with the payload of a program. Loading a library, any library, is what makes
 * koffi ready in a thread; without it the first call crashes.
 */
const prepare = `(() => {
  let koffi;
  let signature;
  let takePlace;
  return ({ address, koffiPath, places }) => {
    if (koffi === undefined) {
      koffi = require(koffiPath);
      koffi.load(null);
      signature = koffi.proto("${runPrototype}");
      takePlace = (${spreadSource})(koffi, places);
    }
    const at = BigInt(address);
    return (thread, threads, steps) => {
      const leavePlace = takePlace(thread);
      try {
        koffi.call(at, signature, thread, threads, steps);
      } finally {
        leavePlace();
      }
    };
  };
})()`;

export interface X64Options {
  /** Threads that compute. */
  readonly threads: number;
  /** Bits of a vector. Default: the widest that the processor has. */
  readonly width?: VectorWidth;
}

const openDevices = new Set<X64Device>();
/** Set while devices are open. */
let stopListening: (() => void) | undefined;

/** A process that exits waits for its threads, so they must not wait for each other. */
function leaveAll(): void {
  for (const device of openDevices) device.stopThreads();
  for (const device of openDevices) device.leave();
}

/** What a device is made of. */
interface Parts {
  readonly native: Native;
  readonly width: VectorWidth;
  readonly team: ComputeTeam;
  readonly memory: DeviceMemory;
  readonly koffiPath: string;
  readonly isMainThread: boolean;
  readonly remark?: string;
}

export class X64Device extends HostDevice {
  readonly target: string;
  readonly machine: MachineDescription;
  readonly threads: number;
  readonly remark?: string;
  readonly #width: VectorWidth;
  readonly #native: Native;
  readonly #team: ComputeTeam;
  protected readonly memory: DeviceMemory;
  readonly #koffiPath: string;
  readonly #places: SharedArrayBuffer;
  readonly #isMainThread: boolean;
  /** Where threads look whether to stop. */
  readonly #stop: number;
  /** What is installed; it goes with the device at the latest. */
  readonly #codes = new Set<InstalledProgram>();
  #ended: Promise<void> | undefined;

  private constructor(parts: Parts) {
    super();
    const { native, width, team, memory, koffiPath, isMainThread, remark } = parts;
    this.#native = native;
    this.#width = width;
    this.#team = team;
    this.memory = memory;
    this.#koffiPath = koffiPath;
    this.#isMainThread = isMainThread;
    this.threads = team.threads;
    this.#places = new SharedArrayBuffer(placeBytes * team.threads);
    if (remark !== undefined) this.remark = remark;
    this.target = width === 512 ? "x64-avx512" : "x64-avx2";
    this.machine = machines[width];
    this.#stop = memory.allocate(4);
    if (openDevices.size === 0) stopListening = platform.process.onExit(leaveAll);
    openDevices.add(this);
  }

  /** @throws TargetError where machine code cannot be run here. */
  static async open({ threads, width }: X64Options): Promise<X64Device> {
    const native = await openNative();
    const chosen = chooseWidth(findWidths(native), width);
    const { isMainThread, koffiPath: findKoffi } = nativeHost();
    const koffiPath = findKoffi();
    // What a team tells its device begins when there is one: nothing was asked for before.
    let device: X64Device | undefined;
    const options = { leave: () => device?.stopThreads(), renew: () => device?.renewThreads() };
    const { team, remark } = await startTeam(
      () => Team.start(threads, prepare, options),
      () => new InlineTeam<Payload>(({ address }) => native.callable(address)),
    );
    try {
      const memory = new DeviceMemory(native);
      const more = { isMainThread, ...(remark === undefined ? {} : { remark }) };
      device = new X64Device({ native, width: chosen, team, memory, koffiPath, ...more });
      await device.#tryOut();
      return device;
    } catch (error) {
      await (device ?? team).close();
      throw error;
    }
  }

  /** Has every thread call code that does nothing. @throws TargetError where one cannot. */
  async #tryOut(): Promise<void> {
    const returning = this.#native.install(Uint8Array.of(0xc3));
    try {
      const id = await this.#team.load(this.#payload(returning.address));
      await this.#team.run(id, 1);
      await this.#team.drop(id);
    } finally {
      returning.release();
    }
  }

  #payload(address: number): Payload {
    return { address, koffiPath: this.#koffiPath, places: this.#places };
  }

  override allocate(bytes: number): DeviceBuffer {
    this.#refuseClosed();
    return super.allocate(bytes);
  }

  override view(dtype: DType, address: number, length: number): DeviceView {
    this.#refuseClosed();
    return super.view(dtype, address, length);
  }

  async load(
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    { stepsAtOnce = 1 }: LoadOptions = {},
  ): Promise<Executable> {
    this.#refuseClosed();
    const placing = Layout.of(this, program, states, stepsAtOnce);
    const layout = await inSlices(placing, platform.threads.nextTurn);
    let code: InstalledProgram | undefined;
    try {
      // The device may have been closed while the program was placed.
      this.#refuseClosed();
      code = this.#install(program, layout);
      const id = await this.#team.load(this.#payload(code.address));
      return this.#executable(id, layout, code);
    } catch (error) {
      layout.dispose();
      // No thread runs what was never loaded everywhere.
      if (code !== undefined) this.#release(code);
      throw error;
    }
  }

  #install(program: Program, layout: Layout): InstalledProgram {
    const code = installProgram(this.#native, program, {
      width: this.#width,
      layout,
      memory: this.memory,
      stop: this.#stop,
    });
    this.#codes.add(code);
    return code;
  }

  #release(code: InstalledProgram): void {
    if (this.#codes.delete(code)) code.release();
  }

  /** A program on all threads. */
  #executable(id: number, layout: Layout, code: InstalledProgram): Executable {
    const use = new Use(async () => {
      layout.dispose();
      // Code goes when no thread can be in it.
      await this.#team.drop(id);
      this.#release(code);
    });
    return {
      stepsAtOnce: layout.stepsAtOnce,
      run: (steps) => {
        if (this.#ended !== undefined) return Promise.reject(closedError());
        return use.during(() =>
          layout.inTurn(async () => {
            layout.stage(steps);
            if (steps.length > 0) {
              await this.#team.run(id, steps.length).catch((error) => {
                throw this.#ended === undefined ? error : closedError();
              });
            }
            return layout.collect(steps.length);
          }),
        );
      },
      dispose: () => use.end(),
    };
  }

  #refuseClosed(): void {
    if (this.#ended !== undefined) throw closedError();
  }

  /** Threads leave their program at the next barrier, until `renewThreads`. */
  stopThreads(): void {
    this.memory.view("i32", this.#stop, 1)[0] = 1;
  }

  /** Makes ready for other threads, when none of those that were stopped is left. */
  renewThreads(): void {
    for (const code of this.#codes) code.emptyBarrier();
    this.memory.view("i32", this.#stop, 1)[0] = 0;
  }

  /**
   * Waits for threads that were stopped, since one that is inside of koffi while its worker is torn
   * down takes the process with it. The memory of a worker that ends goes with it, not with the process.
   */
  leave(): void {
    if (this.#team.settle() && !this.#isMainThread) this.memory.release();
  }

  close(): Promise<void> {
    this.#ended ??= (async () => {
      await this.#team.close();
      openDevices.delete(this);
      if (openDevices.size === 0) stopListening?.();
      for (const code of this.#codes) this.#release(code);
      this.memory.retire();
    })();
    return this.#ended;
  }
}

/** @throws TargetError where the processor has no such vectors. */
function chooseWidth(widths: readonly VectorWidth[], wanted: VectorWidth | undefined): VectorWidth {
  const chosen = wanted ?? widths.at(0);
  if (chosen !== undefined && widths.includes(chosen)) return chosen;
  throw new TargetError({
    what: "The processor lacks what the x64 target needs.",
    expected: chosen === 512 ? "AVX-512 (F, DQ)" : "AVX2 and FMA",
    received: widths.length === 0 ? "neither" : `vectors of ${widths.join(" and ")} bits`,
    fix: "use --target wasm",
  });
}
