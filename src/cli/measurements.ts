// Measurements as text: the passes of a convolution, the steps of a network, and where the time of a step
// goes, kernel by kernel.

import { type ConvolutionTime, convolutionName } from "../measure/convolution.ts";
import type { StepTime } from "../measure/measure-step.ts";
import type { KernelTime, StageTime } from "../measure/profile.ts";
import { type Align, formatTable } from "./table.ts";

const profileHeading = [
  "stage",
  "kernel",
  "ms",
  "predicted",
  "GFLOP/s",
  "of peak",
  "MB",
  "GB/s",
  "tasks",
  "writes, from what",
];
const profileAligns: readonly Align[] = [
  ...(["right", "left"] as const),
  ...Array<Align>(7).fill("right"),
  "left",
];
/** Lists of what a kernel reads can be as long as the network. */
const longestText = 90;

function formatPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function kernelRow(stage: string, kernel: KernelTime): string[] {
  const { does } = kernel;
  return [
    stage,
    kernel.name,
    kernel.milliseconds.toFixed(3),
    kernel.predictedMilliseconds.toFixed(3),
    kernel.gflops.toFixed(1),
    formatPercent(kernel.shareOfPeak),
    kernel.megabytes.toFixed(2),
    kernel.gigabytesPerSecond.toFixed(1),
    String(kernel.tasks),
    does.length > longestText ? `${does.slice(0, longestText - 1)}…` : does,
  ];
}

/** Stages in order; one of several kernels gets a line of its own, as it runs them together. */
function stageRows({ milliseconds, kernels }: StageTime, at: number): string[][] {
  if (kernels.length === 1) return [kernelRow(String(at), kernels[0])];
  const predicted = sum(kernels.map((kernel) => kernel.predictedMilliseconds));
  const whole = `${kernels.length} kernels together`;
  return [
    [String(at), whole, milliseconds.toFixed(3), predicted.toFixed(3)],
    ...kernels.map((kernel) => kernelRow("", { ...kernel, name: `  ${kernel.name}` })),
  ];
}

/** The passes of the convolution. */
export function formatConvolutions(times: readonly ConvolutionTime[]): string {
  const plain = ["ms", "predicted", "GFLOP/s per thread", "of peak"];
  const heading = [convolutionName, ...plain, "Winograd ms", "speedup"];
  const rows = times.map((time) => [
    time.pass,
    time.milliseconds.toFixed(2),
    time.predictedMilliseconds.toFixed(2),
    time.perThread.toFixed(1),
    formatPercent(time.perThread / time.peak),
    time.winogradMilliseconds.toFixed(2),
    (time.milliseconds / time.winogradMilliseconds).toFixed(2),
  ]);
  return formatTable([heading, ...rows], ["left", ...heading.slice(1).map(() => "right" as const)]);
}

/** Training and inference. */
export function formatSteps(times: readonly StepTime[]): string {
  const heading = ["", "ms per step", "predicted", "GFLOP/s", "of peak", "compile ms"];
  const rows = times.map((time) => [
    time.mode,
    time.milliseconds.toFixed(2),
    time.predictedMilliseconds.toFixed(2),
    (time.gflop / (time.milliseconds / 1e3)).toFixed(1),
    formatPercent(time.shareOfPeak),
    time.compileMilliseconds.toFixed(0),
  ]);
  return formatTable([heading, ...rows], ["left", ...Array<Align>(5).fill("right")]);
}

/** The table of a profile, with sums beside the time of the whole step. */
export function formatProfile(stages: readonly StageTime[], stepMilliseconds: number): string {
  const kernels = stages.flatMap((stage) => stage.kernels);
  const table = formatTable([profileHeading, ...stages.flatMap(stageRows)], profileAligns);
  const alone = sum(kernels.map(({ milliseconds }) => milliseconds));
  const together = sum(stages.map(({ milliseconds }) => milliseconds));
  const predicted = sum(kernels.map(({ predictedMilliseconds }) => predictedMilliseconds));
  const megabytes = sum(kernels.map((kernel) => kernel.megabytes));
  return (
    `${table}\n` +
    `${kernels.length} kernels alone ${alone.toFixed(2)} ms, ${stages.length} stages alone ` +
    `${together.toFixed(2)} ms, the whole step ${stepMilliseconds.toFixed(2)} ms, predicted ` +
    `${predicted.toFixed(2)} ms, ${megabytes.toFixed(0)} MB read and written`
  );
}
