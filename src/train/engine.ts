// A network's programs on a device: compiled when first needed for a batch size, kept until the data or
// the settings change. It knows graphs and memory, and nothing of epochs.

import { bytesPerElement, dtypeOf } from "../core/dtype.ts";
import { TargetError } from "../core/errors.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { Device, Executable, StepInputs, StepOutputs } from "../machine/device.ts";
import type { CompiledMetric } from "../nn/metrics/compiled-metric.ts";
import type { Network } from "../nn/network.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import {
  evaluationGraph,
  inspectionGraph,
  names,
  predictionGraph,
  trainingGraph,
} from "./graphs.ts";
import type { Head } from "./heads.ts";
import type { ModelMemory } from "./model-memory.ts";
import { type Resident, reserveRows } from "./residency.ts";

/** What `compile` settled. */
export interface TrainingSettings {
  readonly optimizer: Optimizer;
  /** What each trained output is compared by. */
  readonly heads: readonly Head[];
  /** Everything that is reported besides the loss, under the names that logs use. */
  readonly metrics: readonly CompiledMetric[];
}

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
}

/** Values like those that examples will be. */
export interface ExampleValues {
  readonly x: readonly Tensor[];
  readonly y?: readonly Tensor[];
  readonly weights?: readonly (Tensor | undefined)[];
}

export type Mode = "train" | "evaluate" | "predict" | "inspect";

/** Steps that one call may take: enough to make the call's own time vanish. */
const mostStepsAtOnce = 64;
/** Examples that stay on the device after use, so that the next call need not compile again. */
const keptBytes = 64 << 20;

export class Engine {
  readonly device: Device;
  readonly #network: Network;
  readonly #memory: ModelMemory;
  readonly #seed: number;
  readonly #precision: Precision;
  readonly #residents = new Map<Role, ResidentExamples>();
  /** The roles whose examples a run is at work on; the others are kept for the next call alone. */
  readonly #inUse = new Set<Role>();
  readonly #programs = new Map<string, { role: Role; executable: Promise<Executable> }>();
  /** Milliseconds that each program took to compile, by mode. */
  readonly compileMilliseconds = new Map<Mode, number>();

  constructor(
    device: Device,
    network: Network,
    memory: ModelMemory,
    { seed, precision }: { readonly seed: number; readonly precision: Precision },
  ) {
    this.device = device;
    this.#network = network;
    this.#memory = memory;
    this.#seed = seed;
    this.#precision = precision;
  }

  /** The layer of each step, nested ones behind the name of their network. */
  get layerNames(): string[] {
    return this.#network.steps.map(({ path }) => path);
  }

  /** The full names of the weights that the optimizer changes. */
  get trainedNames(): string[] {
    return this.#network.weights.filter(({ trainable }) => trainable).map((w) => w.fullName);
  }

  /**
   * Which weights are trained now, and which layers count as trained: what programs depend on besides
   * their batch size. A callback may change it between two steps.
   */
  get #trainability(): string {
    const marks = (units: readonly { readonly trainable: boolean }[]) =>
      units.map(({ trainable }) => (trainable ? "t" : "f")).join("");
    const { weights, steps } = this.#network;
    return `${marks(weights)} ${marks(steps.map(({ layer }) => layer))}`;
  }

  /** Room for `rows` rows of `like`; what was there for the role before goes. */
  async reserve(role: Role, rows: number, like: ExampleValues): Promise<ResidentExamples> {
    const present = this.#residents.get(role);
    if (present === undefined || !fits(present, rows, like)) {
      await this.release(role);
      await this.#withRoom(() => this.#take(role, rows, like));
    }
    this.#inUse.add(role);
    return this.#residents.get(role) as ResidentExamples;
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
      for (const { address } of taken) this.device.free(address);
      throw error;
    }
  }

  /** Gives back a role's examples and the programs that read them. */
  async release(role: Role): Promise<void> {
    this.#inUse.delete(role);
    await this.#dropPrograms((program) => program.role === role);
    const present = this.#residents.get(role);
    if (present === undefined) return;
    this.#residents.delete(role);
    const { inputs, targets, weights } = present;
    for (const resident of [...inputs, ...targets, ...weights]) {
      if (resident !== undefined) this.device.free(resident.address);
    }
  }

  /** Gives back a role's examples if they are too large to keep for the next call. */
  async releaseIfLarge(role: Role): Promise<void> {
    this.#inUse.delete(role);
    const present = this.#residents.get(role);
    const bytes = present?.inputs.reduce((sum, resident) => sum + bytesOf(resident), 0) ?? 0;
    if (bytes > keptBytes) await this.release(role);
  }

  /**
   * The program of a mode for `batch` rows of `examples`, as layers are frozen or trained now: where that
   * has changed it is another program, and the one before is kept for when it changes back.
   */
  program(
    mode: Mode,
    batch: number,
    examples: ResidentExamples,
    settings?: TrainingSettings,
  ): Promise<Executable> {
    const { role } = examples;
    // What is predicted does not depend on it.
    const trained = mode === "predict" ? "" : this.#trainability;
    const key = `${mode} ${batch} ${role} ${trained}`;
    const known = this.#programs.get(key);
    if (known !== undefined) return known.executable;
    const executable = this.#make(mode, batch, examples, settings);
    this.#programs.set(key, { role, executable });
    return executable;
  }

  async #make(
    mode: Mode,
    batch: number,
    { inputs, targets, weights }: ResidentExamples,
    settings: TrainingSettings | undefined,
  ): Promise<Executable> {
    const start = performance.now();
    // What was frozen when training began has nothing remembered yet.
    if (mode === "train" && settings !== undefined) this.#memory.reserveSlots(settings.optimizer);
    const parts = { network: this.#network, seed: this.#seed, batch, inputs: typesOf(inputs) };
    const graph = (): Graph => {
      if (mode === "predict") return predictionGraph(parts);
      if (settings === undefined || targets.length === 0) {
        throw new Error(`${mode} needs targets and settings`);
      }
      const weighed = { weights: weights.map((resident) => resident?.type) };
      const scored = { ...parts, ...settings, targets: typesOf(targets), ...weighed };
      if (mode === "inspect") return inspectionGraph(scored);
      return mode === "train" ? trainingGraph(scored) : evaluationGraph(scored);
    };
    const name = `${this.#network.name}.${mode}`;
    const precision = this.#precision;
    const program = compile(name, graph(), this.device.machine, ops, { precision });
    const states = this.#memory.addresses;
    inputs.forEach(({ address }, i) => {
      states.set(names.inputs(i), address);
    });
    settings?.heads.forEach(({ output }, i) => {
      const weight = weights[i];
      if (i < targets.length) states.set(names.targets(output), targets[i].address);
      if (weight !== undefined) states.set(names.weights(output), weight.address);
    });
    const outputBytes = program.outputs.reduce((sum, value) => sum + 4 * value.storage.size, 0);
    const room = Math.max(1, Math.floor((8 << 20) / Math.max(1, outputBytes)));
    const stepsAtOnce = Math.min(mostStepsAtOnce, room);
    const executable = await this.device.load(program, states, { stepsAtOnce });
    this.compileMilliseconds.set(mode, performance.now() - start);
    return executable;
  }

  /** Forgets all programs and examples, and gives their memory back. */
  async clear(): Promise<void> {
    for (const role of [...this.#residents.keys()]) await this.release(role);
  }

  async #dropPrograms(matches: (program: { role: Role }) => boolean): Promise<void> {
    for (const [key, program] of this.#programs) {
      if (!matches(program)) continue;
      this.#programs.delete(key);
      await (await program.executable.catch(() => undefined))?.dispose();
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

/** How long one call should keep the threads busy, in milliseconds. */
const busyMilliseconds = 40;

/**
 * Runs steps in calls that grow until each takes a moment: progress stays smooth, and small steps
 * do not pay for the call. How steps are grouped changes no result. `program` is asked before every
 * call, for what it is to run. `goesOn` is asked between calls, which take `atMost` steps each; `before` is
 * awaited before each of a call's steps.
 */
export async function runSteps(
  program: () => Promise<Executable>,
  count: number,
  inputsOf: (step: number) => StepInputs,
  after: (step: number, outputs: StepOutputs) => void | Promise<void>,
  {
    goesOn = () => true,
    before,
    atMost = mostStepsAtOnce,
  }: {
    readonly goesOn?: () => boolean;
    readonly before?: (step: number) => Promise<void>;
    readonly atMost?: number;
  } = {},
): Promise<void> {
  let atOnce = 1;
  for (let done = 0; done < count && goesOn(); ) {
    const room = (await program()).stepsAtOnce;
    const steps = Math.min(atOnce, atMost, room, count - done);
    if (before !== undefined) {
      for (let i = 0; i < steps; i++) await before(done + i);
    }
    // A callback may have frozen a layer just now.
    const executable = await program();
    const start = performance.now();
    const outputs = await executable.run(
      Array.from({ length: steps }, (_, i) => inputsOf(done + i)),
    );
    const each = (performance.now() - start) / steps;
    for (const [i, output] of outputs.entries()) {
      await after(done + i, output);
    }
    done += steps;
    atOnce = Math.max(1, Math.min(2 * atOnce, Math.round(busyMilliseconds / each)));
  }
}
