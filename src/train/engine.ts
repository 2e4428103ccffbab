// A network's programs on a device: compiled when first needed for a batch size, kept until the data
// or the settings change. Floor 5. It knows graphs and memory, and nothing of epochs.

import { bytesPerElement, dtypeOf } from "../core/dtype.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import type { Device, Executable, StepInputs, StepOutputs } from "../machine/device.ts";
import type { Loss } from "../nn/losses/loss.ts";
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
import { type Resident, reserveRows } from "./residency.ts";
import type { Store } from "./store.ts";

/** What `compile` settled. */
export interface TrainingSettings {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly CompiledMetric[];
}

/** What examples are on the device for. Each role holds one set of them at a time. */
export type Role = "training" | "validation" | "evaluation" | "prediction";

/** The examples that programs read. */
export interface ResidentExamples {
  readonly role: Role;
  readonly inputs: Resident;
  readonly answers?: Resident;
  /** How much each example counts. */
  readonly weights?: Resident;
}

export type Mode = "train" | "evaluate" | "predict" | "inspect";

/** Steps that one call may take: enough to make the call's own time vanish. */
const mostStepsAtOnce = 64;
/** Examples that stay on the device after use, so that the next call need not compile again. */
const keptBytes = 64 << 20;

export class Engine {
  readonly device: Device;
  readonly #network: Network;
  readonly #store: Store;
  readonly #seed: number;
  readonly #residents = new Map<Role, ResidentExamples>();
  readonly #programs = new Map<string, { role: Role; executable: Promise<Executable> }>();
  /** Milliseconds that each program took to compile, by mode. */
  readonly compileMilliseconds = new Map<Mode, number>();

  constructor(device: Device, network: Network, store: Store, seed: number) {
    this.device = device;
    this.#network = network;
    this.#store = store;
    this.#seed = seed;
  }

  get layerNames(): string[] {
    return this.#network.layers.map((layer) => layer.name);
  }

  /** The full names of the weights that the optimizer changes. */
  get trainedNames(): string[] {
    return this.#network.weights.filter(({ trainable }) => trainable).map((w) => w.fullName);
  }

  /** Room for `rows` rows of inputs, and of answers; what was there for the role before goes. */
  async reserve(
    role: Role,
    rows: number,
    x: Tensor,
    y?: Tensor,
    weights?: Tensor,
  ): Promise<ResidentExamples> {
    const present = this.#residents.get(role);
    if (present !== undefined && fits(present, rows, { x, y, weights })) return present;
    await this.release(role);
    const taken: Resident[] = [];
    const take = (like: Tensor): Resident => {
      taken.push(reserveRows(this.device, like, rows));
      return taken[taken.length - 1];
    };
    try {
      const examples: ResidentExamples = {
        role,
        inputs: take(x),
        ...(y === undefined ? {} : { answers: take(y) }),
        ...(weights === undefined ? {} : { weights: take(weights) }),
      };
      this.#residents.set(role, examples);
      return examples;
    } catch (error) {
      // Where there is no room for all of them, none stays.
      for (const { address } of taken) this.device.free(address);
      throw error;
    }
  }

  /** Gives back a role's examples and the programs that read them. */
  async release(role: Role): Promise<void> {
    await this.#dropPrograms((program) => program.role === role);
    const present = this.#residents.get(role);
    if (present === undefined) return;
    this.#residents.delete(role);
    const { inputs, answers, weights } = present;
    for (const resident of [inputs, answers, weights]) {
      if (resident !== undefined) this.device.free(resident.address);
    }
  }

  /** Gives back a role's examples if they are too large to keep for the next call. */
  async releaseIfLarge(role: Role): Promise<void> {
    const present = this.#residents.get(role);
    if (present !== undefined && bytesOf(present.inputs) > keptBytes) await this.release(role);
  }

  /** The program of a mode for `batch` rows of `examples`. */
  program(
    mode: Mode,
    batch: number,
    examples: ResidentExamples,
    settings?: TrainingSettings,
  ): Promise<Executable> {
    const { role } = examples;
    const key = `${mode} ${batch} ${role}`;
    const known = this.#programs.get(key);
    if (known !== undefined) return known.executable;
    const executable = this.#make(mode, batch, examples, settings);
    this.#programs.set(key, { role, executable });
    return executable;
  }

  async #make(
    mode: Mode,
    batch: number,
    { inputs, answers, weights }: ResidentExamples,
    settings: TrainingSettings | undefined,
  ): Promise<Executable> {
    const start = performance.now();
    const parts = { network: this.#network, seed: this.#seed, batch, inputs: inputs.type };
    const graph = (): Graph => {
      if (mode === "predict") return predictionGraph(parts);
      if (settings === undefined || answers === undefined) {
        throw new Error(`${mode} needs answers and settings`);
      }
      const weighed = weights === undefined ? {} : { weights: weights.type };
      const scored = { ...parts, ...settings, answers: answers.type, ...weighed };
      if (mode === "inspect") return inspectionGraph(scored);
      return mode === "train" ? trainingGraph(scored) : evaluationGraph(scored);
    };
    const program = compile(`${this.#network.name}.${mode}`, graph(), this.device.machine, ops);
    const states = this.#store.addresses;
    states.set(names.inputs, inputs.address);
    if (answers !== undefined) states.set(names.answers, answers.address);
    if (weights !== undefined) states.set(names.weights, weights.address);
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
      (await program.executable.catch(() => undefined))?.dispose();
    }
  }
}

function bytesOf({ type }: Resident): number {
  return sizeOf(type.shape) * bytesPerElement[type.dtype];
}

/** Whether `rows` rows like `x`, `y` and `weights` are just what has been reserved. */
function fits(
  { inputs, answers, weights }: ResidentExamples,
  rows: number,
  like: { x: Tensor; y: Tensor | undefined; weights: Tensor | undefined },
): boolean {
  const same = (resident: Resident | undefined, tensor: Tensor | undefined) => {
    if (resident === undefined || tensor === undefined) return resident === tensor;
    return (
      sameShape(resident.type.shape, [rows, ...tensor.shape.slice(1)]) &&
      resident.type.dtype === dtypeOf(tensor.data)
    );
  };
  return same(inputs, like.x) && same(answers, like.y) && same(weights, like.weights);
}

/** How long one call should keep the threads busy, in milliseconds. */
const busyMilliseconds = 40;

/**
 * Runs steps in calls that grow until each takes a moment: progress stays smooth, and small steps
 * do not pay for the call. How steps are grouped changes no result. `goesOn` is asked between calls,
 * which take `atMost` steps each.
 */
export async function runSteps(
  executable: Executable,
  count: number,
  inputsOf: (step: number) => StepInputs,
  after: (step: number, outputs: StepOutputs) => void | Promise<void>,
  {
    goesOn = () => true,
    atMost = executable.stepsAtOnce,
  }: { readonly goesOn?: () => boolean; readonly atMost?: number } = {},
): Promise<void> {
  let atOnce = 1;
  for (let done = 0; done < count && goesOn(); ) {
    const steps = Math.min(atOnce, atMost, executable.stepsAtOnce, count - done);
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
