// One step of a network, for training or for inference, on data that lies in memory, ready to be timed.
// The numbers are real: weights as they begin, images and targets drawn at random.

import { allocate } from "../core/dtype.ts";
import { RandomStream } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { TensorType } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import type { Program } from "../kernel/program.ts";
import type { Device, DeviceBuffer, DeviceView, Executable } from "../machine/device.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Network } from "../nn/network.ts";
import { adam } from "../nn/optimizers/adam.ts";
import { claimVariables } from "../train/first-values.ts";
import { headsOf } from "../train/heads.ts";
import { names } from "../train/programs/names.ts";
import { predictProgram } from "../train/programs/predict.ts";
import { trainProgram } from "../train/programs/train.ts";
import { busyMilliseconds, mostStepsAtOnce, stepsThatWait } from "../train/run-steps.ts";
import { fillStates } from "./states.ts";
import { type InputsOf, Stopwatch } from "./timing.ts";

/** What a step is for. */
export type Mode = "training" | "inference";

export const modes = ["training", "inference"] as const satisfies readonly Mode[];

/** What is timed. */
export interface StepOptions {
  readonly network: Network;
  readonly mode: Mode;
  readonly batch: number;
  /** What training makes small, for every output. */
  readonly loss: Loss;
  /** Fills targets that are no class numbers with such as a row of examples has. Default: they stay 0. */
  readonly fillTargets?: (values: DeviceView) => void;
}

/** A step that is ready to run. */
export interface PreparedStep {
  readonly program: Program;
  /** From the network to code that is ready to run. */
  readonly compileMilliseconds: number;
  readonly states: ReadonlyMap<string, DeviceBuffer>;
  readonly executable: Executable;
  readonly inputsOf: InputsOf;
  /** Runs it a few times first: see `Stopwatch.warmUp`. */
  readonly stopwatch: Stopwatch;
  /** Gives everything back. */
  close(): void;
}

/**
 * GFLOP of one step, as papers count them: the forward pass, and for training two more of its size.
 * A layer whose inputs come from no weight needs only one of them.
 */
export function gflopOf({ inputs, steps }: Network, mode: Mode, batch: number): number {
  const isLearned = inputs.map(() => false);
  const macs = steps.reduce((sum, { plan, inputs: from }) => {
    const needsInputGradient = from.some((value) => isLearned[value]);
    isLearned.push(needsInputGradient || plan.weights.length > 0);
    if (mode === "inference") return sum + plan.macs;
    return sum + (needsInputGradient ? 3 : 2) * plan.macs;
  }, 0);
  return (2 * macs * batch) / 1e9;
}

const seed = 0;
const learningRate = 1e-3;

/** How many examples lie in memory: enough that a step's own are not all in the cache. */
function exampleCount({ inputs }: Network, batch: number): number {
  const bytes = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return Math.max(batch, Math.min(4096, Math.floor((16 << 20) / bytes)));
}

/** Compiles a step and fills its memory. */
export async function prepareStep(device: Device, options: StepOptions): Promise<PreparedStep> {
  const { network, mode, batch, loss } = options;
  const examples = exampleCount(network, batch);
  const inputs = network.inputs.map(
    ({ shape }): TensorType => ({ shape: [examples, ...shape], dtype: "u8" }),
  );
  const heads = headsOf(network, { loss });
  const targets = heads.map(
    ({ outputShape }): TensorType =>
      loss.targets === "classes"
        ? { shape: [examples], dtype: "i32" }
        : { shape: [examples, ...outputShape], dtype: "f32" },
  );
  const optimizer = adam({ learningRate });
  const preprocess = inputs.map(() => ({ scale: 1 / 255 }));
  const start = performance.now();
  const { graph: graphOf } =
    mode === "training" ? trainProgram({ heads, optimizer }) : predictProgram;
  const graph = graphOf({ network, seed, batch, inputs, targets, preprocess });
  const program = compile(`${network.name}.${mode}`, graph, device.machine, ops);
  const planned = performance.now();
  const states = await statesOf(device, program, options);
  const filled = performance.now();
  // As many steps as `fit` sends in one call, and as long as it keeps the threads busy.
  const stepsAtOnce = Math.min(mostStepsAtOnce, stepsThatWait(program));
  const executable = await device.load(program, states, { stepsAtOnce });
  const compileMilliseconds = performance.now() - filled + (planned - start);

  const random = new RandomStream(seed, 1);
  const inputsOf: InputsOf = (step) => {
    const numbers = optimizer.numbers(step + 1, learningRate);
    const values: Record<string, ArrayLike<number>> = {
      rows: Int32Array.from({ length: batch }, () => random.below(examples)),
      step: [step],
    };
    for (const [name, value] of Object.entries(numbers)) values[names.number(name)] = [value];
    return Object.fromEntries(program.inputs.map(({ name }) => [name, values[name]]));
  };
  return {
    program,
    compileMilliseconds,
    states,
    executable,
    inputsOf,
    stopwatch: new Stopwatch(executable, inputsOf, busyMilliseconds),
    close() {
      void executable.dispose();
      for (const buffer of states.values()) device.free(buffer);
    },
  };
}

/** Weights as they begin, slots of the optimizer at 0, random images, and random classes or other targets. */
async function statesOf(
  device: Device,
  program: Program,
  { network, loss, fillTargets }: StepOptions,
): Promise<Map<string, DeviceBuffer>> {
  const variables = new Map(
    [...claimVariables({ network, seed })].map(([name, variable]) => [
      names.weight(name),
      variable,
    ]),
  );
  const areClasses = loss.targets === "classes";
  const targets = network.outputs.map(({ shape }, i) => [names.targets(i), sizeOf(shape)] as const);
  // Bytes for inputs, class numbers for targets.
  const limits = new Map([
    ...network.inputs.map((_, i) => [names.inputs(i), 256] as const),
    ...(areClasses ? targets : []),
  ]);
  const others = new Set(areClasses ? [] : targets.map(([name]) => name));
  return fillStates(device, program, ({ name, dtype, storage }) => {
    const variable = variables.get(name);
    if (variable !== undefined) return variable.draw();
    const limit = limits.get(name);
    if (limit === undefined && !others.has(name)) return undefined;
    const values = allocate(dtype, storage.size);
    if (limit !== undefined) scatter(values, limit);
    else fillTargets?.(values);
    return values;
  });
}

/** Whole numbers below `limit` without any pattern: a multiplicative hash, as there are many of them. */
function scatter(view: DeviceView, limit: number): void {
  for (let i = 0; i < view.length; i++) {
    view[i] = ((Math.imul(i + 1, 0x9e3779b1) >>> 8) * limit) / 2 ** 24;
  }
}
