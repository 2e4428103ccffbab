// The three passes of one convolution: 3x3, 64 to 64 channels, 28x28, batch 128, `same` padding.

import type { Node } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import type { Device } from "../machine/device.ts";
import { compileAlone, timeInTurn } from "./alone.ts";
import { predictStep } from "./prediction.ts";

/** One measurement. */
export interface ConvolutionTime {
  readonly pass: string;
  /** With plain sums, as `exact` precision has them. */
  readonly milliseconds: number;
  readonly predictedMilliseconds: number;
  /** GFLOP/s of each thread, with plain sums. */
  readonly perThread: number;
  /** GFLOP/s of a thread that only multiplies and adds, measured in turn with the pass. */
  readonly peak: number;
  /** By Winograd's convolution, as `fast` precision allows it. */
  readonly winogradMilliseconds: number;
  readonly winogradPredictedMilliseconds: number;
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

/** Times all passes. */
export async function measureConvolution(
  device: Device,
  repeats: number,
): Promise<ConvolutionTime[]> {
  const times: ConvolutionTime[] = [];
  for (const [pass, node] of Object.entries(passes())) {
    const programs = (["exact", "fast"] as const).map((precision) =>
      compileAlone(device, pass, node, precision),
    );
    const { milliseconds, peak } = await timeInTurn(device, programs, repeats);
    const [plain, winograd] = milliseconds;
    const [predicted, winogradPredicted] = programs.map((program) =>
      predictStep(program, device, peak),
    );
    times.push({
      pass,
      milliseconds: plain,
      predictedMilliseconds: predicted,
      perThread: flops / plain / 1e6 / device.threads,
      peak,
      winogradMilliseconds: winograd,
      winogradPredictedMilliseconds: winogradPredicted,
    });
  }
  return times;
}
