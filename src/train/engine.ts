// A network's programs on a device: compiled when first needed for a batch size, kept until the data or
// the settings change. It knows graphs and memory, and nothing of epochs.

import { platform } from "#platform";
import { bytesPerElement, dtypeOf } from "../core/dtype.ts";
import { TargetError } from "../core/errors.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import { inSlices } from "../core/slices.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { ops } from "../graph/ops/index.ts";
import type { Program as CompiledProgram } from "../kernel/program.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { Device, Executable } from "../machine/device.ts";
import type { Network } from "../nn/network.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import { isInTraining } from "../nn/steps.ts";
import type { ModelMemory } from "./model-memory.ts";
import { names } from "./programs/names.ts";
import type { RowProgram } from "./programs/program.ts";
import { type Resident, reserveRows } from "./residency.ts";
import { mostStepsAtOnce, stepsThatWait } from "./run-steps.ts";
import { type Ring, type RowExecutable, stagedExecutable } from "./staging.ts";

/**
 * What examples are on the device for. Each role holds one set of them at a time; what a callback asks for
 * in the midst of a run has roles of its own, and leaves the run's examples where they are.
 */
export type Role =
  | "training"
  | "validation"
  | "evaluation"
  | "prediction"
  | "batch"
  | "guestEvaluation"
  | "guestPrediction";

/** The examples that programs read. */
export interface ResidentExamples {
  readonly role: Role;
  /** For each input of the network. */
  readonly inputs: readonly Resident[];
  /** For each head; none where nothing is compared. */
  readonly targets: readonly Resident[];
  /** For each head how much each example counts; nothing where all count alike. */
  readonly weights: readonly (Resident | undefined)[];
  /** How rows come to the device, where not all of them are there. */
  readonly ring?: Ring;
}

/** Values like those that examples will be. */
export interface ExampleValues {
  readonly x: readonly Tensor[];
  readonly y?: readonly Tensor[];
  readonly weights?: readonly (Tensor | undefined)[];
}

/** Examples that stay on the device after use, so that the next call need not compile again. */
const keptBytes = 64 << 20;

/** A program on the device, for the examples of a role. */
interface LoadedProgram {
  readonly role: Role;
  readonly executable: Promise<Executable>;
}

/** What programs of one model have in common. */
interface ProgramOptions {
  readonly seed: number;
  readonly precision: Precision;
  /** For each input. */
  readonly preprocess: readonly (Preprocess | undefined)[];
}

export class Engine {
  readonly device: Device;
  readonly network: Network;
  readonly #memory: ModelMemory;
  readonly seed: number;
  readonly #precision: Precision;
  readonly preprocess: readonly (Preprocess | undefined)[];
  readonly #residents = new Map<Role, ResidentExamples>();
  /** The roles whose examples a run is at work on; the others are kept for the next call alone. */
  readonly #inUse = new Set<Role>();
  readonly #programs = new Map<RowProgram, Map<string, LoadedProgram>>();
  /** Milliseconds that each program took to compile, by its name. */
  readonly compileMilliseconds = new Map<string, number>();

  constructor(
    device: Device,
    network: Network,
    memory: ModelMemory,
    { seed, precision, preprocess }: ProgramOptions,
  ) {
    this.device = device;
    this.network = network;
    this.#memory = memory;
    this.seed = seed;
    this.#precision = precision;
    this.preprocess = preprocess;
  }

  /** The layer of each step, nested ones behind the name of their network. */
  get layerNames(): string[] {
    return this.network.steps.map(({ path }) => path);
  }

  /** The full names of the weights that the optimizer changes. */
  get trainedNames(): string[] {
    return this.network.weights.filter(({ trainable }) => trainable).map((w) => w.fullName);
  }

  /**
   * Which weights are trained now, and which layers count as trained: what programs depend on besides
   * their batch size. A callback may change it between two steps.
   */
  get #trainability(): string {
    const marks = (units: readonly { readonly trainable: boolean }[]) =>
      units.map(({ trainable }) => (trainable ? "t" : "f")).join("");
    const { weights, steps } = this.network;
    const around = steps.map((step) => ({ trainable: isInTraining(step) }));
    return `${marks(weights)} ${marks(steps.map(({ layer }) => layer))} ${marks(around)}`;
  }

  /** Room for `rows` rows of `like`; what was there for the role before goes. */
  async reserve(role: Role, rows: number, like: ExampleValues): Promise<ResidentExamples> {
    const present = this.#residents.get(role);
    if (present === undefined || !fits(present, rows, like)) {
      await this.release(role);
      await this.#withRoom(() => this.#take(role, rows, like));
    }
    this.#inUse.add(role);
    const { ring, ...examples } = this.#residents.get(role) as ResidentExamples;
    await ring?.staging.settle();
    this.#residents.set(role, examples);
    return examples;
  }

  /** The same examples, whose rows come through a ring. */
  feed(role: Role, ring: Ring): ResidentExamples {
    const examples = { ...(this.#residents.get(role) as ResidentExamples), ring };
    this.#residents.set(role, examples);
    return examples;
  }

  /** What `take` takes; where there is no room, once more without what is only kept for later. */
  async #withRoom(take: () => void): Promise<void> {
    try {
      take();
    } catch (error) {
      const idle = [...this.#residents.keys()].filter((role) => !this.#inUse.has(role));
      if (!(error instanceof TargetError) || idle.length === 0) throw error;
      for (const role of idle) await this.release(role);
      take();
    }
  }

  #take(role: Role, rows: number, like: ExampleValues): void {
    const taken: Resident[] = [];
    const take = (tensor: Tensor): Resident => {
      const resident = reserveRows(this.device, tensor, rows);
      taken.push(resident);
      return resident;
    };
    try {
      const { x, y = [], weights = [] } = like;
      const examples = {
        role,
        inputs: x.map(take),
        targets: y.map(take),
        weights: weights.map((tensor) => (tensor === undefined ? undefined : take(tensor))),
      };
      this.#residents.set(role, examples);
    } catch (error) {
      // Where there is no room for all of them, none stays.
      for (const { buffer } of taken) this.device.free(buffer);
      throw error;
    }
  }

  /** Gives back a role's examples and the programs that read them. */
  async release(role: Role): Promise<void> {
    this.#inUse.delete(role);
    await this.#dropPrograms((program) => program.role === role);
    const present = this.#residents.get(role);
    await present?.ring?.staging.settle();
    if (present === undefined) return;
    this.#residents.delete(role);
    const { inputs, targets, weights } = present;
    for (const resident of [...inputs, ...targets, ...weights]) {
      if (resident !== undefined) this.device.free(resident.buffer);
    }
  }

  /** Gives back a role's examples if they are too large to keep for the next call. */
  async releaseIfLarge(role: Role): Promise<void> {
    this.#inUse.delete(role);
    const present = this.#residents.get(role);
    await present?.ring?.staging.settle();
    const bytes = present?.inputs.reduce((sum, resident) => sum + bytesOf(resident), 0) ?? 0;
    if (bytes > keptBytes) await this.release(role);
  }

  /**
   * A program for `batch` rows of `examples`, as layers are frozen or trained now: where that has changed
   * it is compiled anew, and what was there before is kept for when it changes back.
   */
  async program(
    program: RowProgram,
    batch: number,
    examples: ResidentExamples,
  ): Promise<RowExecutable> {
    const executable = await this.#loaded(program, batch, examples);
    const { ring } = examples;
    return ring === undefined ? executable : stagedExecutable(ring, executable);
  }

  #loaded(program: RowProgram, batch: number, examples: ResidentExamples): Promise<Executable> {
    const { role } = examples;
    const key = `${batch} ${role} ${program.dependsOnTrainable ? this.#trainability : ""}`;
    const loaded = this.#programs.get(program) ?? new Map<string, LoadedProgram>();
    this.#programs.set(program, loaded);
    const known = loaded.get(key);
    if (known !== undefined) return known.executable;
    const executable = this.#make(program, batch, examples);
    loaded.set(key, { role, executable });
    return executable;
  }

  async #make(
    program: RowProgram,
    batch: number,
    { inputs, targets, weights }: ResidentExamples,
  ): Promise<Executable> {
    const start = performance.now();
    // The graph has a slice of its own.
    await platform.threads.nextTurn();
    // What was frozen when training began has nothing remembered yet.
    if (program.optimizer !== undefined) await this.#memory.reserveSlots(program.optimizer);
    const graph = program.graph({
      network: this.network,
      seed: this.seed,
      batch,
      inputs: typesOf(inputs),
      preprocess: this.preprocess,
      targets: typesOf(targets),
      weights: weights.map((resident) => resident?.type),
    });
    const compiled = await this.compile(program.name, graph);
    // For this program alone: others may be compiled meanwhile.
    const states = new Map(this.#memory.buffers);
    inputs.forEach(({ buffer }, i) => {
      states.set(names.inputs(i), buffer);
    });
    targets.forEach(({ buffer }, i) => {
      states.set(names.targets(i), buffer);
    });
    weights.forEach((weight, i) => {
      if (weight !== undefined) states.set(names.weights(i), weight.buffer);
    });
    const executable = await this.device.load(compiled, states, {
      stepsAtOnce: Math.min(mostStepsAtOnce, stepsThatWait(compiled)),
    });
    this.compileMilliseconds.set(program.name, performance.now() - start);
    return executable;
  }

  /** The kernels of a graph, for this device and in the model's precision. */
  async compile(name: string, graph: Graph): Promise<CompiledProgram> {
    const { compiling } = await import("../kernel/compile.ts");
    const precision = this.#precision;
    const fullName = `${this.network.name}.${name}`;
    const work = compiling(fullName, graph, this.device.machine, ops, { precision });
    return inSlices(work, platform.threads.nextTurn);
  }

  /** Forgets all programs and examples, and gives their memory back. */
  async clear(): Promise<void> {
    for (const role of [...this.#residents.keys()]) await this.release(role);
  }

  async #dropPrograms(matches: (program: { role: Role }) => boolean): Promise<void> {
    for (const [program, loaded] of this.#programs) {
      for (const [key, one] of loaded) {
        if (!matches(one)) continue;
        loaded.delete(key);
        await (await one.executable.catch(() => undefined))?.dispose();
      }
      if (loaded.size === 0) this.#programs.delete(program);
    }
  }
}

const typesOf = (residents: readonly Resident[]) => residents.map(({ type }) => type);

function bytesOf({ type }: Resident): number {
  return sizeOf(type.shape) * bytesPerElement[type.dtype];
}

/** Whether `rows` rows of `like` are just what has been reserved. */
function fits(
  { inputs, targets, weights }: ResidentExamples,
  rows: number,
  like: ExampleValues,
): boolean {
  const same = (resident: Resident | undefined, tensor: Tensor | undefined) => {
    if (resident === undefined || tensor === undefined) return resident === tensor;
    return (
      sameShape(resident.type.shape, [rows, ...tensor.shape.slice(1)]) &&
      resident.type.dtype === dtypeOf(tensor.data)
    );
  };
  const all = (
    residents: readonly (Resident | undefined)[],
    tensors: readonly (Tensor | undefined)[],
  ) =>
    residents.length === tensors.length &&
    residents.every((resident, i) => same(resident, tensors[i]));
  const { x, y = [], weights: wanted = [] } = like;
  return all(inputs, x) && all(targets, y) && all(weights, wanted);
}
