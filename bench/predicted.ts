// The page that puts what the cost model predicts beside what was measured, kernel by kernel.

import type { StageTime } from "../src/measure/profile.ts";
import { busyNote, markdownTable, quietCores, type Results } from "./results.ts";
import type { NetworkTime } from "./rounds.ts";
import { predictedWithin } from "./targets.ts";

/** Kernels that take less of their step than this are left out. */
const leastShare = 0.02;

/** All launches of one kernel in a step. */
export interface KernelSum {
  readonly name: string;
  readonly launches: number;
  readonly milliseconds: number;
  readonly predictedMilliseconds: number;
  /** Of all kernels' time. */
  readonly share: number;
}

const nothing = { launches: 0, milliseconds: 0, predictedMilliseconds: 0 };
const kernelsOf = ({ kernels }: StageTime) => kernels;

/** The kernels that take more than 2 % of a step, longest first. */
export function largeKernels(stages: readonly StageTime[]): KernelSum[] {
  const sums = new Map<string, Omit<KernelSum, "share">>();
  for (const { name, milliseconds, predictedMilliseconds } of stages.flatMap(kernelsOf)) {
    const before = sums.get(name) ?? nothing;
    sums.set(name, {
      name,
      launches: before.launches + 1,
      milliseconds: before.milliseconds + milliseconds,
      predictedMilliseconds: before.predictedMilliseconds + predictedMilliseconds,
    });
  }
  const whole = [...sums.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [...sums.values()]
    .map((sum) => ({ ...sum, share: sum.milliseconds / whole }))
    .filter(({ share }) => share > leastShare)
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

function isWithin({ milliseconds, predictedMilliseconds }: KernelSum): boolean {
  return Math.abs(predictedMilliseconds / milliseconds - 1) <= predictedWithin;
}

const percentWithin = `${100 * predictedWithin} %`;

function countLine(kernels: readonly KernelSum[]): string {
  const within = kernels.filter(isWithin).length;
  return `${within} of ${kernels.length} within ${percentWithin}.`;
}

function networkPart({ network, mode, batch }: NetworkTime, kernels: readonly KernelSum[]): string {
  const rows = kernels.map((kernel) => {
    const { name, launches, share, milliseconds, predictedMilliseconds } = kernel;
    return [
      name,
      String(launches),
      `${(100 * share).toFixed(1)} %`,
      milliseconds.toFixed(3),
      predictedMilliseconds.toFixed(3),
      `${(predictedMilliseconds / milliseconds).toFixed(2)}${isWithin(kernel) ? "" : ", no"}`,
    ];
  });
  const heading = ["kernel", "launches", "of the step", "ms", "predicted ms", "ratio"];
  return `## ${network}, ${mode}, batch ${batch}

${markdownTable(heading, rows)}

${countLine(kernels)}
`;
}

/** The page of a run that timed every kernel. */
export function predictedPage({ machine, device, networks }: Results): string {
  const parts = networks.flatMap((time) =>
    time.stages === undefined ? [] : [{ time, kernels: largeKernels(time.stages) }],
  );
  return `# Predicted beside measured

Made by \`npm run bench -- --profile --write\`; not edited by hand.

- ${machine.date}, Fovea ${machine.fovea}, ${machine.processor}, ${device}
- ${machine.busyCores > quietCores ? `**${busyNote(machine)}**` : "No other program was at work"}

Every kernel that takes more than 2 % of a step. A kernel is timed alone, many times in a row, with all of its launches
in the step. The cost model knows the kernel and the machine's numbers, and the clock rate that the measured peak implies.

All networks: ${countLine(parts.flatMap(({ kernels }) => kernels))}

${parts.map(({ time, kernels }) => networkPart(time, kernels)).join("\n")}`;
}
