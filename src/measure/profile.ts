// Where a program's time goes: each of its kernels alone, many times, beside what the cost model
// predicts. A kernel that is run alone finds its own data in the cache and has no neighbour in its stage,
// so the parts need not add up to the whole; both are given.

import { costOf, type KernelCost } from "../kernel/cost.ts";
import type { Launch, Storage } from "../kernel/draft.ts";
import { taskCount } from "../kernel/language.ts";
import { planMemory, usesOf } from "../kernel/plan.ts";
import type { Program } from "../kernel/program.ts";
import type { Stage } from "../kernel/schedules/schedule.ts";
import type { Device, DeviceBuffer } from "../machine/device.ts";
import { clockRate, cyclesOf } from "./prediction.ts";
import { type InputsOf, Stopwatch } from "./timing.ts";

/** One kernel, measured and predicted. */
export interface KernelTime {
  /** As the schedule calls it, such as `k5.convolution`. */
  readonly name: string;
  /** What it writes, and from what, such as `conv2d7 from weight/conv2d/kernel, gather1`. */
  readonly does: string;
  readonly tasks: number;
  readonly milliseconds: number;
  readonly predictedMilliseconds: number;
  readonly gflops: number;
  /** GFLOP/s as a part of the peak of all threads. */
  readonly shareOfPeak: number;
  /** Distinct bytes that are read and written, and how fast. */
  readonly megabytes: number;
  readonly gigabytesPerSecond: number;
  readonly cost: KernelCost;
}

/** Kernels between two barriers. */
export interface StageTime {
  /** The stage as a whole. */
  readonly milliseconds: number;
  readonly kernels: readonly KernelTime[];
}

/** What a profile needs besides the program. */
export interface ProfileOptions {
  readonly states: ReadonlyMap<string, DeviceBuffer>;
  readonly inputsOf: InputsOf;
  /** GFLOP/s of one thread. */
  readonly peak: number;
}

const stepsAtOnce = 64;
const callMilliseconds = 4;
const repeats = 5;

/** The stages of a program, each timed alone, and in them their kernels. */
export async function profile(
  device: Device,
  program: Program,
  options: ProfileOptions,
): Promise<StageTime[]> {
  const stages: StageTime[] = [];
  for (const stage of program.stages) {
    const milliseconds = await timeStage(device, program, stage, options);
    const kernels: KernelTime[] = [];
    for (const launch of stage) {
      const alone =
        stage.length === 1 ? milliseconds : await timeStage(device, program, [launch], options);
      kernels.push(describe(device, launch, alone, options.peak));
    }
    stages.push({ milliseconds, kernels });
  }
  return stages;
}

async function timeStage(
  device: Device,
  program: Program,
  stage: Stage,
  { states, inputsOf }: ProfileOptions,
): Promise<number> {
  const executable = await device.load(stageAlone(program, stage), states, { stepsAtOnce });
  const stopwatch = new Stopwatch(executable, inputsOf, callMilliseconds);
  await stopwatch.warmUp();
  const milliseconds = await stopwatch.median(repeats);
  await executable.dispose();
  return milliseconds;
}

/** A program of one stage, with room for what that stage needs and nothing else. */
function stageAlone(program: Program, stage: Stage): Program {
  const outside = new Set([...program.inputs, ...program.states].map(({ storage }) => storage));
  const memory = planMemory([stage], outside, new Set());
  return { ...program, outputs: [], preparation: [], stages: [stage], ...memory };
}

function describe(device: Device, launch: Launch, milliseconds: number, peak: number): KernelTime {
  const { kernel } = launch;
  const cost = costOf(kernel, device.machine);
  const flops = 2 * cost.multiplyAdds + cost.otherOperations;
  const gflops = flops / milliseconds / 1e6;
  const cycles = cyclesOf(cost, kernel, device.threads);
  return {
    name: kernel.name,
    does: workOf(launch),
    tasks: taskCount(kernel),
    milliseconds,
    predictedMilliseconds: cycles / clockRate(peak, device) / 1e6,
    gflops,
    shareOfPeak: gflops / (peak * device.threads),
    megabytes: cost.bytes / 1e6,
    gigabytesPerSecond: cost.bytes / milliseconds / 1e6,
    cost,
  };
}

/** What a launch writes, and from what. */
function workOf(launch: Launch): string {
  const { reads, writes } = usesOf(launch);
  const list = (storages: ReadonlySet<Storage>) => [...storages].map(({ name }) => name);
  const from = list(reads).filter((name) => !list(writes).includes(name));
  const written = list(writes).join(", ");
  return from.length === 0 ? written : `${written} from ${from.join(", ")}`;
}
