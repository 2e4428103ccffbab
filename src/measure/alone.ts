// One value of a graph, timed alone, and the machine's peak in turn with it.

import type { Node } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import { allStages, type Program } from "../kernel/program.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { Device } from "../machine/device.ts";
import { preparePeak } from "./peak.ts";
import { allocateStates } from "./states.ts";
import { median, Stopwatch } from "./timing.ts";

/** A program that computes one value from states; `fast` precision allows Winograd's convolution. */
export function compileAlone(
  device: Device,
  name: string,
  node: Node,
  precision: Precision,
): Program {
  const result = ops.state("result", { shape: node.shape, dtype: "f32" });
  const graph = { outputs: {}, updates: [{ state: result, value: node }] };
  const program = compile(name, graph, device.machine, ops, { precision });
  // All of it depends on states alone, but is to be timed; the last stage copies the result into its state.
  return { ...program, preparation: [], stages: allStages(program).slice(0, -1) };
}

/** Milliseconds of each program, and the peak in GFLOP/s of one thread, in turn: the medians of `repeats`. */
export async function timeInTurn(
  device: Device,
  programs: readonly Program[],
  repeats: number,
): Promise<{ readonly milliseconds: readonly number[]; readonly peak: number }> {
  const states = await allocateStates(device, programs[0]);
  const loaded = await Promise.all(programs.map((program) => device.load(program, states)));
  const peak = await preparePeak(device);
  const watches = loaded.map((executable) => new Stopwatch(executable, () => ({}), 0));
  for (const watch of watches) await watch.warmUp();
  watches.push(peak.stopwatch);
  const times = watches.map((): number[] => []);
  for (let i = 0; i < repeats; i++) {
    for (const [at, watch] of watches.entries()) times[at].push(await watch.time());
  }
  peak.close();
  for (const executable of loaded) await executable.dispose();
  for (const buffer of states.values()) device.free(buffer);
  const medians = times.map(median);
  return { milliseconds: medians.slice(0, -1), peak: peak.rateOf(medians[programs.length]) };
}
