// The table of schedules: for each kind of work the ways to compute it. Where several apply, the cost model
// chooses.

import { VerificationError } from "../../core/errors.ts";
import type { Execution } from "../machine-description.ts";
import { type ArgMaximumWork, argMaximum } from "./arg-maximum.ts";
import type { ConvolutionWork } from "./convolution-work.ts";
import { depthwiseFilterGradient } from "./depthwise-filter-gradient.ts";
import { filterGradient } from "./filter-gradient.ts";
import { map } from "./map.ts";
import { matrixProduct } from "./matrix-product.ts";
import { narrowConvolution } from "./narrow-convolution.ts";
import { narrowFilterGradient } from "./narrow-filter-gradient.ts";
import { type PoolGradientWork, poolGradient } from "./pool-gradient.ts";
import { type ReduceWork, reduce } from "./reduce.ts";
import type { Job, Schedule, ScheduleContext, Stage, Work } from "./schedule.ts";
import { tapConvolution } from "./tap-convolution.ts";
import { winograd } from "./winograd.ts";
import { winogradFilterGradient } from "./winograd-filter-gradient.ts";

/** The ways to compute each kind of work on one kind of machine. */
interface Schedules {
  readonly map: readonly Schedule<Work>[];
  readonly reduce: readonly Schedule<ReduceWork>[];
  readonly argMaximum: readonly Schedule<ArgMaximumWork>[];
  readonly poolGradient: readonly Schedule<PoolGradientWork>[];
  readonly convolution: readonly Schedule<ConvolutionWork>[];
}

/** Every schedule there is; where costs are equal, the first of a row counts. */
export const schedules = {
  vectors: {
    map: [map],
    reduce: [reduce],
    argMaximum: [argMaximum],
    poolGradient: [poolGradient],
    convolution: [
      tapConvolution,
      matrixProduct,
      narrowConvolution,
      winograd,
      filterGradient,
      depthwiseFilterGradient,
      narrowFilterGradient,
      winogradFilterGradient,
    ],
  },
  grid: { map: [], reduce: [], argMaximum: [], poolGradient: [], convolution: [] },
} as const satisfies Record<Execution, Schedules>;

/** The preferred one of the schedules that apply, or the cheapest. @throws VerificationError where none does. */
export function choose<W extends Work>(
  context: ScheduleContext,
  rows: readonly Schedule<W>[],
  work: W,
): Schedule<W> {
  const candidates = rows.filter((row) => row.applies(context, work));
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new VerificationError({
      what: `No schedule computes "${context.name}" on this machine.`,
      expected: "a schedule that applies",
      received: `a machine whose execution is "${context.machine.execution}"`,
    });
  }
  if (others.length === 0) return only;
  const preferred = candidates.find(({ name }) => name === context.prefer);
  if (preferred !== undefined) return preferred;
  const costs = candidates.map((row) => row.cost(context, work));
  return candidates[costs.indexOf(Math.min(...costs))];
}

/** Does something with a job's work and the schedule that costs least. */
type Visit<R> = <W extends Work>(schedule: Schedule<W>, work: W) => R;

/** The stages that compute `job`, by the schedule that costs least. */
export function scheduleJob(context: ScheduleContext, job: Job): Stage[] {
  return withSchedule(context, job, (schedule, work) => schedule.schedule(context, work));
}

/** The cycles that one core would need for `job`, by the schedule that costs least. */
export function jobCycles(context: ScheduleContext, job: Job): number {
  return withSchedule(context, job, (schedule, work) => schedule.cost(context, work));
}

function withSchedule<R>(context: ScheduleContext, { root, ...work }: Job, visit: Visit<R>): R {
  const rows: Schedules = schedules[context.machine.execution];
  const by = <W extends Work>(some: readonly Schedule<W>[], work: W) =>
    visit(choose(context, some, work), work);
  switch (root.kind) {
    case "none":
      return by(rows.map, work);
    case "reduce":
      return by(rows.reduce, { ...work, ...root });
    case "argMaximum":
      return by(rows.argMaximum, { ...work, ...root });
    case "contraction": {
      const { computation, inputs } = root;
      const [first, second] = inputs;
      if (computation.kind === "convolution") {
        return by(rows.convolution, { ...work, ...computation, first, second });
      }
      const { mode, images, channels, window } = computation;
      const pool = { ...work, images, channels, window };
      return mode === "maximum"
        ? by(rows.poolGradient, { ...pool, image: first, gradient: second })
        : by(rows.poolGradient, { ...pool, gradient: first });
    }
  }
}
