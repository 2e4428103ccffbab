// The target that runs wherever WebAssembly does: SIMD, shared memory, threads.

import { platform } from "#platform";
import { TargetError } from "../../core/errors.ts";
import { inSlices } from "../../core/slices.ts";
import type { WebUrl } from "../../core/web.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import type { DeviceBuffer, Executable, LoadOptions } from "../device.ts";
import { HostDevice } from "../host-device.ts";
import { InlineTeam, type Run } from "../inline-team.ts";
import { Layout } from "../layout.ts";
import { type ChosenTeam, type ComputeTeam, startTeam, Team } from "../team.ts";
import { Use } from "../use.ts";
import { workerSource } from "../worker.ts";
import { findFeatures, requireWebAssembly, sharingObstacle } from "./features.ts";
import { DeviceMemory } from "./memory.ts";
import { type Barrier, barrierBytes, emitProgram } from "./program.ts";
import type { Features } from "./rules.ts";

/**
 * V8 has sixteen vector registers here and keeps one for itself. It moves every multiply-add of a
 * loop body behind the body's loads, so a body holds one step and its loads fit beside the sums.
 */
const v8: MachineDescription = {
  execution: "vectors",
  lanes: 4,
  registers: 15,
  foldsBroadcast: false,
  bodySteps: 1,
  prefetches: false,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

interface Payload {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** What a worker does with the payload of a program. */
const prepare = `({ module, memory }) =>
  new WebAssembly.Instance(module, { env: { memory } }).exports.run`;

/** The same on the calling thread, where browsers want it not to block. */
async function prepareInline({ module, memory }: Payload): Promise<Run> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports.run as Run;
}

/** The text of a worker, for pages that serve it as a file of theirs (assets/wasm-worker.js). */
export const wasmWorkerSource = workerSource(prepare);

export interface WasmOptions {
  /** Threads that compute. */
  readonly threads: number;
  /** Leaves fused multiply-add out, to compare. */
  readonly relaxed?: boolean;
  /** Computes on the calling thread, in memory that is not shared. Default: where it must be so. */
  readonly inline?: boolean;
  /** Address of the worker's script, in a browser. Default: made from a string. */
  readonly workerUrl?: string | WebUrl;
}

/** What a device is made of. */
interface Parts extends ChosenTeam {
  readonly features: Features;
  readonly memory: DeviceMemory;
  readonly isCrowded: boolean;
  /** Where threads of loaded programs meet. */
  readonly barriers: Set<number>;
}

export class WasmDevice extends HostDevice {
  readonly target = "wasm";
  readonly machine = v8;
  readonly threads: number;
  readonly remark?: string;
  /** Whether multiply-adds are rounded once. */
  readonly features: Features;
  protected readonly memory: DeviceMemory;
  readonly #team: ComputeTeam;
  readonly #isCrowded: boolean;
  readonly #barriers: Set<number>;

  private constructor({ features, memory, team, remark, isCrowded, barriers }: Parts) {
    super();
    this.threads = team.threads;
    if (remark !== undefined) this.remark = remark;
    this.features = features;
    this.memory = memory;
    this.#team = team;
    this.#isCrowded = isCrowded;
    this.#barriers = barriers;
  }

  /** @throws TargetError where the engine lacks what is needed. */
  static async open(options: WasmOptions): Promise<WasmDevice> {
    const { threads, relaxed = true } = options;
    requireWebAssembly();
    const barriers = new Set<number>();
    let memory: DeviceMemory | undefined;
    const emptyBarriers = () => {
      for (const barrier of barriers) memory?.view("u8", barrier, barrierBytes).fill(0);
    };
    const chosen = await chooseTeam(options, emptyBarriers);
    try {
      memory = new DeviceMemory(chosen.team instanceof Team);
      const features = relaxed ? await findFeatures(memory) : unfused;
      const isCrowded = threads > platform.threads.count();
      return new WasmDevice({
        ...chosen,
        memory,
        barriers,
        isCrowded,
        features,
      });
    } catch (error) {
      await chosen.team.close();
      throw error;
    }
  }

  async load(
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    { stepsAtOnce = 1 }: LoadOptions = {},
  ): Promise<Executable> {
    const placing = Layout.of(this, program, states, stepsAtOnce);
    const layout = await inSlices(placing, platform.threads.nextTurn);
    try {
      // A thread alone waits for nobody.
      const barrier = this.memory.shared
        ? { address: layout.reserve(barrierBytes), isCrowded: this.#isCrowded }
        : undefined;
      const id = await this.#install(program, layout, barrier);
      if (barrier !== undefined) this.#barriers.add(barrier.address);
      return this.#executable(id, layout, barrier);
    } catch (error) {
      layout.dispose();
      throw error;
    }
  }

  /** Hands a program's code to the threads. */
  async #install(program: Program, layout: Layout, barrier: Barrier | undefined): Promise<number> {
    const { memory, maximumPages, shared } = this.memory;
    const imported = { initialPages: 1, maximumPages, shared };
    const bytes = await inSlices(
      emitProgram(program, layout, barrier, this.features, imported),
      platform.threads.nextTurn,
    );
    const module = await WebAssembly.compile(bytes);
    return this.#team.load({ module, memory });
  }

  #executable(id: number, layout: Layout, barrier: Barrier | undefined): Executable {
    const use = new Use(async () => {
      if (barrier !== undefined) this.#barriers.delete(barrier.address);
      layout.dispose();
      await this.#team.drop(id);
    });
    return {
      stepsAtOnce: layout.stepsAtOnce,
      run: (steps) =>
        use.during(() =>
          layout.inTurn(async () => {
            layout.stage(steps);
            if (steps.length > 0) await this.#team.run(id, steps.length);
            return layout.collect(steps.length);
          }),
        ),
      dispose: () => use.end(),
    };
  }

  async close(): Promise<void> {
    await this.#team.close();
  }
}

const unfused: Features = { relaxedMultiplyAdd: false };

/** Threads, or the calling one where there can be no others. */
function chooseTeam(options: WasmOptions, renew: () => void): Promise<ChosenTeam> {
  const { threads, workerUrl, inline = false } = options;
  const obstacle = inline ? "as asked" : sharingObstacle();
  return startTeam(
    async () => {
      if (obstacle !== undefined) throw new TargetError({ what: obstacle });
      return Team.start(threads, prepare, { renew, ...(workerUrl && { workerUrl }) });
    },
    () => new InlineTeam(prepareInline),
  );
}
