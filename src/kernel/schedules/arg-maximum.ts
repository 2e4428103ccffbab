// The schedule of the position of the largest element: one result at a time. It runs once a batch over a
// few classes, so lanes would not pay.

import { sizeOf } from "../../core/shape.ts";
import type { Expression } from "../../graph/expression.ts";
import { cyclesOf, stepCycles } from "../cost.ts";
import { KernelDraft, type View } from "../draft.ts";
import { FormulaWriter } from "../formula.ts";
import { type Position, type Register, still, sumPositions } from "../language.ts";
import {
  enoughTasks,
  type Schedule,
  type ScheduleContext,
  type Stage,
  type Work,
} from "./schedule.ts";

/** The body's last axis, of `extent`, is the one along which the largest is sought. */
export interface ArgMaximumWork extends Work {
  readonly extent: number;
  readonly body: Expression<View>;
}

/** For the position of a largest element. */
export const argMaximum: Schedule<ArgMaximumWork> = {
  name: "argMaximum",
  applies: () => true,
  cost: (_, { shape, extent }) => cyclesOf({ core: stepCycles(1, 1) * sizeOf(shape) * extent }),
  schedule: scheduleArgMaximum,
};

/** The stages that compute `work`; equal elements count for the first. */
export function scheduleArgMaximum(context: ScheduleContext, work: ArgMaximumWork): Stage[] {
  const draft = new KernelDraft(`${context.name}.argMaximum`, context.machine.lanes);
  const w = draft.writer;
  const body = draft.bind(work.body);
  const stores = draft.bindStores(work.stores);
  const extents = [...work.shape, work.extent];
  const axes: Position[] = [];
  while (
    axes.length < work.shape.length &&
    sizeOf(work.shape.slice(0, axes.length)) < enoughTasks
  ) {
    axes.push(w.parallel(work.shape[axes.length]));
  }
  const valueAt = (outer: readonly Position[], at: Position) =>
    new FormulaWriter(w, { axes: [...outer, at], extents, lanes: 1 }).evaluate(body);
  const descend = (outer: readonly Position[]): void => {
    if (outer.length < work.shape.length) {
      w.loop(work.shape[outer.length], (at) => descend([...outer, at]));
      return;
    }
    const best = w.variable(valueAt(outer, still(0)));
    const bestAt = w.variable(w.constant(0, "i32"));
    w.loop(work.extent - 1, (step) => {
      const at = sumPositions(step, still(1));
      const value = valueAt(outer, at);
      // A NaN is larger than any number: it is not within, and nothing comes after it.
      const within = w.compute("lessEqual", value, best);
      const isNumber = w.compute("equal", best, best);
      const take = (next: Register, known: Register) =>
        w.compute("select", isNumber, w.compute("select", within, known, next), known);
      w.assign(bestAt, take(w.position(at), bestAt));
      w.assign(best, take(value, best));
    });
    const place = { axes: outer, extents: work.shape, lanes: 1, results: [bestAt] };
    draft.writeStores(stores, place);
  };
  descend(axes);
  return [[draft.finish()]];
}
