// The three passes of one convolution: 3x3, 64 to 64 channels, 28x28, batch 128, `same` padding.
// Floor 6.

import type { Node } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import type { Device } from "../machine/device.ts";
import { predictStep } from "./prediction.ts";
import { allocateStates } from "./states.ts";
import { Stopwatch } from "./timing.ts";

/** One measurement. */
export interface ConvolutionTime {
  readonly pass: string;
  readonly milliseconds: number;
  readonly predictedMilliseconds: number;
  /** GFLOP/s of each thread. */
  readonly perThread: number;
}

/** What is convolved, in words. */
export const convolutionName = "3x3 convolution, 64 to 64 channels, 28x28, batch 128";

const [batch, height, channels, filters] = [128, 28, 64, 64];
const flops = 2 * batch * height * height * channels * filters * 9;

function passes(): Record<string, Node> {
  const image = [batch, height, height, channels];
  const x = ops.state("x", { shape: image, dtype: "f32" });
  const filter = ops.state("filter", { shape: [3, 3, channels, filters], dtype: "f32" });
  const gradient = ops.state("gradient", {
    shape: [batch, height, height, filters],
    dtype: "f32",
  });
  const padding = "same" as const;
  return {
    forward: ops.conv2d(x, filter, { padding }),
    "input gradient": ops.conv2dInputGradient(gradient, filter, { padding, imageShape: image }),
    "filter gradient": ops.conv2dFilterGradient(x, gradient, {
      padding,
      filterShape: filter.shape,
    }),
  };
}

/** Times all passes; `peak` is that of one thread, in GFLOP/s. */
export async function measureConvolution(
  device: Device,
  peak: number,
  repeats: number,
): Promise<ConvolutionTime[]> {
  const times: ConvolutionTime[] = [];
  for (const [pass, node] of Object.entries(passes())) {
    const result = ops.state("result", { shape: node.shape, dtype: "f32" });
    const graph = { outputs: {}, updates: [{ state: result, value: node }] };
    const program = compile(pass, graph, device.machine, ops);
    // The last stage copies the result into its state: it is not part of the convolution.
    const convolution = { ...program, stages: program.stages.slice(0, -1) };
    const states = allocateStates(device, program);
    const executable = await device.load(convolution, states);
    const stopwatch = new Stopwatch(executable, () => ({}), 0);
    await stopwatch.warmUp();
    const milliseconds = await stopwatch.median(repeats);
    executable.dispose();
    for (const address of states.values()) device.free(address);
    times.push({
      pass,
      milliseconds,
      predictedMilliseconds: predictStep(convolution, device, peak),
      perThread: flops / milliseconds / 1e6 / device.threads,
    });
  }
  return times;
}
