// One training step of the network that `npm start` trains, on data that lies in memory.

import { ops } from "../src/graph/ops/index.ts";
import { compile } from "../src/kernel/compile.ts";
import type { Device } from "../src/machine/device.ts";
import { sparseCategoricalCrossentropy } from "../src/nn/losses/sparse-categorical-crossentropy.ts";
import { accuracy } from "../src/nn/metrics/accuracy.ts";
import { compileMetrics } from "../src/nn/metrics/compiled-metric.ts";
import { adam } from "../src/nn/optimizers/adam.ts";
import { trainingGraph } from "../src/train/graphs.ts";
import { architectureFrom } from "../src/zoo/index.ts";
import { allocateStates, type KernelTime, profile, timeSteps, zeroInputs } from "./profile.ts";

/** One measurement. */
export interface TrainingStepTime {
  readonly network: string;
  readonly batch: number;
  /** From the graph to code that is ready to run. */
  readonly compileMilliseconds: number;
  readonly stepMilliseconds: number;
  readonly kernels: readonly KernelTime[];
}

/** Compiles and times a step; `profiled` times its kernels one by one as well. */
export async function measureTrainingStep(
  device: Device,
  name: string,
  batch: number,
  { repeats, profiled }: { readonly repeats: number; readonly profiled: boolean },
): Promise<TrainingStepTime> {
  const network = architectureFrom(name, { inputShape: [28, 28, 1], classes: 10 });
  const examples = 4096;
  const start = performance.now();
  const graph = trainingGraph({
    network,
    seed: 0,
    batch,
    inputs: { shape: [examples, 28, 28, 1], dtype: "u8" },
    answers: { shape: [examples], dtype: "i32" },
    loss: sparseCategoricalCrossentropy(),
    metrics: compileMetrics([accuracy()], []),
    optimizer: adam(),
  });
  const program = compile(name, graph, device.machine, ops);
  const planned = performance.now();
  const states = allocateStates(device, program);
  const filled = performance.now();
  const executable = await device.load(program, states);
  const compileMilliseconds = performance.now() - filled + (planned - start);
  const stepMilliseconds = await timeSteps(executable, zeroInputs(program), repeats);
  executable.dispose();
  const kernels = profiled ? await profile(device, program, states) : [];
  for (const address of states.values()) device.free(address);
  return { network: name, batch, compileMilliseconds, stepMilliseconds, kernels };
}
