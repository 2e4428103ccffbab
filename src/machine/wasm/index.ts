// The target that runs wherever WebAssembly does: SIMD, shared memory, threads. Floor 3.

import { type DType, viewOf } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import { Allocator } from "../allocator.ts";
import type { Device, Executable } from "../device.ts";
import { Layout } from "../layout.ts";
import { Team } from "../team.ts";
import { CodeWriter } from "./code.ts";
import { encodeModule } from "./encode.ts";
import { barrierBytes, emitProgram } from "./program.ts";
import type { Features } from "./rules.ts";

const pageBytes = 2 ** 16;
/** 4 GiB, all that 32-bit addresses reach; less where the engine refuses. */
const maximumPages = [65536, 32768, 16384, 4096];

/**
 * V8 has sixteen vector registers here and keeps one for itself. It moves every multiply-add of a
 * loop body behind the body's loads, so a body holds one step and its loads fit beside the sums.
 */
const v8: MachineDescription = {
  lanes: 4,
  registers: 15,
  foldsBroadcast: false,
  bodySteps: 1,
  cacheBytes: 32 << 10,
};

/** What a worker does with the payload of a program. */
const prepare = `({ module, memory }) =>
  new WebAssembly.Instance(module, { env: { memory } }).exports.run`;

function hasRelaxedMultiplyAdd(): boolean {
  const code = new CodeWriter(["v128"]);
  code.get(0, 0, 0).op("f32x4.relaxed_madd", "drop");
  return WebAssembly.validate(encodeModule([code.finish()], { initialPages: 1, maximumPages: 1 }));
}

/**
 * Looks for fused multiply-add. Node 20 has it behind a switch that can be set while it runs; see
 * docs/decisions/0003-relaxed-simd-on-node-20.md.
 */
async function findFeatures(): Promise<Features> {
  if (!hasRelaxedMultiplyAdd() && typeof process !== "undefined" && process.versions?.v8) {
    const v8 = await import("node:v8");
    v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  return { relaxedMultiplyAdd: hasRelaxedMultiplyAdd() };
}

function reserveMemory(): { memory: WebAssembly.Memory; maximum: number } {
  for (const maximum of maximumPages) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 1, maximum, shared: true }), maximum };
    } catch {}
  }
  throw new TargetError({
    what: "No shared memory could be reserved.",
    expected: "WebAssembly with shared memory of at least 256 MiB",
    received: "a refusal by the engine",
    fix: "in a browser, serve the page with cross-origin isolation; elsewhere, raise the memory limit",
  });
}

export interface WasmOptions {
  /** Threads that compute. */
  readonly threads: number;
  /** Leaves fused multiply-add out, to compare. */
  readonly relaxed?: boolean;
}

export class WasmDevice implements Device {
  readonly target = "wasm";
  readonly machine = v8;
  readonly threads: number;
  /** Whether multiply-adds are rounded once. */
  readonly features: Features;
  readonly #memory: WebAssembly.Memory;
  readonly #maximum: number;
  readonly #allocator: Allocator;
  readonly #team: Team;

  private constructor(features: Features, team: Team) {
    this.threads = team.threads;
    this.features = features;
    this.#team = team;
    const { memory, maximum } = reserveMemory();
    this.#memory = memory;
    this.#maximum = maximum;
    this.#allocator = new Allocator(pageBytes / 2, maximum * pageBytes - pageBytes);
  }

  /** @throws TargetError where the engine lacks what is needed. */
  static async open({ threads, relaxed = true }: WasmOptions): Promise<WasmDevice> {
    const found = await findFeatures();
    const features = { relaxedMultiplyAdd: relaxed && found.relaxedMultiplyAdd };
    return new WasmDevice(features, await Team.start(threads, prepare));
  }

  allocate(bytes: number): number {
    const address = this.#allocator.allocate(bytes, (stale, length) => {
      // What the engine refused to make before is zero when there is some.
      const end = Math.min(stale + length, this.#memory.buffer.byteLength);
      if (end > stale) this.view("u8", stale, end - stale).fill(0);
    });
    const pages = Math.ceil(this.#allocator.end / pageBytes);
    const present = this.#memory.buffer.byteLength / pageBytes;
    if (pages > present) {
      const ahead = Math.min(this.#maximum, Math.max(pages, Math.ceil(present * 1.25)));
      try {
        this.#memory.grow(ahead - present);
      } catch (cause) {
        this.#allocator.free(address);
        throw new TargetError({
          what: "The machine has no more memory to give.",
          received: `a wish for ${Math.ceil(bytes / 2 ** 20)} MiB`,
          fix: "use a smaller batch or fewer images",
          cause,
        });
      }
    }
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
    try {
      const id = await this.#install(program, layout);
      return this.#executable(id, layout);
    } catch (error) {
      layout.dispose();
      throw error;
    }
  }

  /** Hands a program's code to the threads. */
  async #install(program: Program, layout: Layout): Promise<number> {
    const bytes = emitProgram(program, layout, layout.reserve(barrierBytes), this.features, {
      initialPages: 1,
      maximumPages: this.#maximum,
    });
    const module = new WebAssembly.Module(bytes);
    return this.#team.load({ module, memory: this.#memory });
  }

  #executable(id: number, layout: Layout): Executable {
    let running = 0;
    let disposed = false;
    let released = false;
    const release = () => {
      if (!disposed || released || running > 0) return;
      released = true;
      layout.dispose();
      void this.#team.drop(id).catch(() => {});
    };
    return {
      stepsAtOnce: layout.stepsAtOnce,
      dispose: () => {
        disposed = true;
        release();
      },
      run: async (steps) => {
        running++;
        try {
          return await layout.inTurn(async () => {
            layout.stage(steps);
            if (steps.length > 0) await this.#team.run(id, steps.length);
            return layout.collect(steps.length);
          });
        } finally {
          running--;
          release();
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.#team.close();
  }
}
