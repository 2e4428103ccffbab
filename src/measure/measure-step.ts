// One step of a network, timed and predicted.

import type { Device } from "../machine/device.ts";
import { predictStep } from "./prediction.ts";
import { profile, type StageTime } from "./profile.ts";
import { gflopOf, type Mode, prepareStep, type StepOptions } from "./step.ts";

/** A step, measured. */
export interface StepTime {
  readonly mode: Mode;
  readonly milliseconds: number;
  /** By the cost model and the measured peak. */
  readonly predictedMilliseconds: number;
  /** What the network's layers come to, whatever the schedule does; see `gflopOf`. */
  readonly gflop: number;
  /** Of the peak of all threads. */
  readonly shareOfPeak: number;
  /** From the network to code that is ready to run. */
  readonly compileMilliseconds: number;
  /** Where the time goes, if that was asked for. */
  readonly stages?: readonly StageTime[];
}

/** How to time. */
export interface MeasureOptions {
  /** GFLOP/s of one thread. */
  readonly peak: number;
  /** Calls, each of several steps, of which the median counts. */
  readonly repeats: number;
  readonly profile: boolean;
}

/** Compiles, times and predicts a step. */
export async function measureStep(
  device: Device,
  options: StepOptions,
  { peak, repeats, profile: profiled }: MeasureOptions,
): Promise<StepTime> {
  const { network, mode, batch } = options;
  const step = await prepareStep(device, options);
  await step.stopwatch.warmUp();
  const milliseconds = await step.stopwatch.median(repeats);
  const stages = profiled ? await profile(device, step.program, { ...step, peak }) : undefined;
  step.close();
  const gflop = gflopOf(network, mode, batch);
  return {
    mode,
    milliseconds,
    predictedMilliseconds: predictStep(step.program, device, peak),
    gflop,
    shareOfPeak: gflop / (milliseconds / 1e3) / (peak * device.threads),
    compileMilliseconds: step.compileMilliseconds,
    ...(stages === undefined ? {} : { stages }),
  };
}
