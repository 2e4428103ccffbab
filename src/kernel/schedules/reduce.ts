// The schedules of reductions. Lanes lie along the result's last axis, or along the reduction's where it
// is the one that is contiguous. Long reductions are cut into chunks by shape alone, so the order of
// additions never depends on threads.

import { sizeOf } from "../../core/shape.ts";
import { type Combine, neutral } from "../../graph/computation.ts";
import { axis, type Expression, read, readsOf } from "../../graph/expression.ts";
import { copyCycles } from "../cost.ts";
import { type BoundStore, KernelDraft, type Launch, type View, type ViewStore } from "../draft.ts";
import { FormulaWriter, type Operand, type Place, strideAlong, vectorizes } from "../formula.ts";
import { type Position, type Register, still, sumPositions, timesPosition } from "../language.ts";
import type { KernelWriter } from "../writer.ts";
import { collapse } from "./collapse.ts";
import {
  blocksOf,
  enoughTasks,
  longestSum,
  range,
  type Schedule,
  type ScheduleContext,
  type Stage,
  sumBlock,
  type Work,
} from "./schedule.ts";
import { regionsOf, type Segment, type Stretch, segmentsOf } from "./segments.ts";

/** Reductions of the same elements: their own axes, numbered after those of `work`, and a body for each. */
export interface ReduceWork extends Work {
  readonly extents: readonly number[];
  readonly combine: Combine;
  readonly bodies: readonly Expression<View>[];
}

/** Work below this many elements is not worth cutting into chunks. */
const worthChunks = 1 << 14;
/** Nor are fewer than these worth more than one kernel. */
const worthRegions = 1 << 16;
/** Elements of a chunk, at least. */
const chunkElements = 1 << 12;
const mostChunks = 64;
/** Vectors of results that one task accumulates side by side, of all reductions together. */
const sideBySide = 8;

const joinOp = { sum: "add", maximum: "maximum", minimum: "minimum" } as const;

/** For sums, largest and smallest elements. */
export const reduce: Schedule<ReduceWork> = {
  name: "reduce",
  applies: () => true,
  cost: (_, { shape, extents }) => copyCycles(4 * sizeOf(shape) * sizeOf(extents)),
  schedule: scheduleReduce,
};

/** The stages that compute `work`. */
export function scheduleReduce(context: ScheduleContext, work: ReduceWork): Stage[] {
  const all = [...work.bodies, ...work.stores.map((store) => store.formula)];
  const flat = collapse(all, [...work.shape, ...work.extents], work.shape.length);
  const shape = flat.extents.slice(0, flat.free);
  const extents = flat.extents.slice(flat.free);
  const reduced: ReduceWork = {
    shape,
    extents,
    combine: work.combine,
    bodies: flat.formulas.slice(0, work.bodies.length),
    stores: work.stores.map(({ view }, i) => ({
      view: { storage: view.storage, shape },
      formula: flat.formulas[i + work.bodies.length],
    })),
  };
  const total = sizeOf(shape) * sizeOf(extents);
  const results = Math.ceil(sizeOf(shape) / (context.machine.lanes * sideBySide));
  const pays = total >= worthChunks && results < enoughTasks;
  const wanted = Math.max(
    pays ? Math.min(mostChunks, Math.ceil(total / chunkElements)) : 1,
    work.combine === "sum" && sizeOf(extents) > longestSum ? sizeOf(extents) / sumBlock : 1,
  );
  const cut = axisToCut(extents, wanted);
  const chunked = wanted > 1 && extents[cut] > 1;
  if (chunked) return inChunks(context, reduced, cut, wanted);
  return [total < worthRegions ? [whole(context, reduced)] : byRegions(context, reduced)];
}

/** A kernel for each part of the results in which no window, or every one, leaves what it reads. */
function byRegions(context: ScheduleContext, work: ReduceWork): Launch[] {
  const { shape, extents, bodies, stores } = work;
  const formulas = [...bodies, ...stores.map(({ formula }) => formula)];
  const axes = range(Math.max(0, shape.length - 1));
  return regionsOf(formulas, [...shape, ...extents], axes).map(({ stretches, formulas }) => {
    const there: ReduceWork = {
      ...work,
      bodies: formulas.slice(0, bodies.length),
      stores: stores.map(({ view }, i) => ({ view, formula: formulas[bodies.length + i] })),
    };
    return writeReduce(context, there, undefined, stretches.slice(0, shape.length));
  });
}

/** The first axis of a reduction, unless it is too short for the chunks and another one is longer. */
function axisToCut(extents: readonly number[], wanted: number): number {
  return extents[0] >= wanted ? 0 : extents.indexOf(Math.max(...extents));
}

/** Partial results chunk by chunk, then their reduction. */
function inChunks(
  context: ScheduleContext,
  work: ReduceWork,
  cut: number,
  wanted: number,
): Stage[] {
  const { shape, extents, combine } = work;
  const size = Math.ceil(extents[cut] / Math.min(extents[cut], Math.ceil(wanted)));
  const blocks = blocksOf(extents[cut], size);
  const chunks = blocks.reduce((sum, { count }) => sum + count, 0);
  const partials = work.bodies.map(() => ({
    storage: context.scratch("f32", chunks * sizeOf(shape)),
    shape: [chunks, ...shape],
  }));
  let firstChunk = 0;
  const launches = blocks.map(({ start, count, size }) => {
    const launch = writeReduce(context, work, { cut, start, count, size, firstChunk, partials });
    firstChunk += count;
    return launch;
  });
  const index = [axis(shape.length), ...shape.map((_, a) => axis(a))];
  const rest: ReduceWork = {
    shape,
    extents: [chunks],
    combine,
    bodies: partials.map((partial) => read(partial, index)),
    stores: work.stores,
  };
  return [launches, [whole(context, rest)]];
}

function whole(context: ScheduleContext, work: ReduceWork): Launch {
  return writeReduce(context, work, undefined);
}

/** The partial results of a chunk, as they are. */
function partialStores({ partials }: Chunk): ViewStore[] {
  return partials.map((view, part) => ({ view, formula: { kind: "result", part } }));
}

/** Equal chunks of the axis `cut`: where they begin, and where their partial results go. */
interface Chunk {
  readonly cut: number;
  readonly start: number;
  readonly count: number;
  readonly size: number;
  readonly firstChunk: number;
  /** For each reduction. */
  readonly partials: readonly View[];
}

/** Where lanes lie: along the results, along the reduction, or nowhere. */
type Layout = "results" | "reduction" | "single";

function layoutOf(
  bodies: readonly Expression<Operand>[],
  stores: readonly BoundStore[],
  free: number,
  extents: readonly number[],
  lanes: number,
): Layout {
  const reads = bodies.flatMap((body) => [...readsOf(body)]);
  const contiguous = (a: number) => reads.every((r) => Math.abs(strideAlong(r, a)) <= 1);
  const vectorizesAll = (a: number) => bodies.every((body) => vectorizes(body, a, extents));
  const last = extents.length - 1;
  const alongReduction = extents.length > free && vectorizesAll(last) && contiguous(last);
  const alongResults =
    free > 0 &&
    vectorizesAll(free - 1) &&
    stores.every(({ formula }) => vectorizes(formula, free - 1, extents));
  if (alongResults && (contiguous(free - 1) || !alongReduction)) return "results";
  if (alongReduction && extents[last] >= 2 * lanes) return "reduction";
  return alongResults ? "results" : "single";
}

/** Some of the results along their last axis, and the formulas as they are there. */
interface BoundSegment extends Pick<Segment, "start" | "size"> {
  readonly bodies: readonly Expression<Operand>[];
  readonly bound: readonly BoundStore[];
}

/** The results in segments along which lanes can lie; where that is not won by them, in one. */
function boundSegments(
  draft: KernelDraft,
  { shape, bodies, stores }: ReduceWork,
  extents: readonly number[],
): { readonly layout: Layout; readonly segments: readonly BoundSegment[] } {
  const formulas = [...bodies, ...stores.map(({ formula }) => formula)];
  const free = shape.length;
  const bind = ({ start, size, formulas }: Segment): BoundSegment => {
    const there = stores.map(({ view }, i) => ({ view, formula: formulas[bodies.length + i] }));
    return {
      start,
      size,
      bodies: formulas.slice(0, bodies.length).map((body) => draft.bind(body)),
      bound: draft.bindStores(there),
    };
  };
  const layoutIn = ({ bodies, bound }: BoundSegment) =>
    layoutOf(bodies, bound, free, extents, draft.writer.lanes);
  const whole = bind({ start: 0, size: shape.at(-1) ?? 1, formulas });
  const found = free === 0 ? [] : segmentsOf(formulas, extents, free - 1);
  if (found.length > 1) {
    const segments = found.map(bind);
    if (segments.every((one) => layoutIn(one) === "results"))
      return { layout: "results", segments };
  }
  return { layout: layoutIn(whole), segments: [whole] };
}

/** One kernel, for the results in a stretch of each of their axes. Default: all. */
function writeReduce(
  context: ScheduleContext,
  work: ReduceWork,
  chunk: Chunk | undefined,
  stretches = work.shape.map((size): Stretch => ({ start: 0, size })),
): Launch {
  const { machine, name } = context;
  const draft = new KernelDraft(`${name}.reduce`, machine.lanes);
  const w = draft.writer;
  const extents = [...work.shape, ...work.extents];
  const chunkAt = chunk === undefined ? still(0) : w.parallel(chunk.count);
  const stores = chunk === undefined ? work.stores : partialStores(chunk);
  const { layout, segments } = boundSegments(draft, { ...work, stores }, extents);

  const origin =
    chunk === undefined
      ? still(0)
      : sumPositions(still(chunk.start), timesPosition(chunkAt, chunk.size));
  const cut = chunk?.cut ?? 0;
  const counts = work.extents.map((extent, a) => (a === cut ? (chunk?.size ?? extent) : extent));
  const walkOf = ({ bodies }: BoundSegment): Walk => ({
    combine: work.combine,
    bodies,
    extents,
    counts,
    cut,
    origin,
  });

  const storing =
    ({ bound }: BoundSegment): StoreResults =>
    (axes, lanes, results) => {
      const at =
        chunk === undefined ? axes : [sumPositions(chunkAt, still(chunk.firstChunk)), ...axes];
      const shape = chunk === undefined ? extents : [chunk.partials[0].shape[0], ...extents];
      const vectorAxis = layout === "results" ? at.length - 1 : undefined;
      const place = { axes: at, extents: shape, lanes, results };
      draft.writeStores(bound, vectorAxis === undefined ? place : { ...place, vectorAxis });
    };

  const outer = layout === "results" ? stretches.slice(0, -1) : stretches;
  const vectors = Math.max(1, Math.floor(sideBySide / work.bodies.length));
  const perTask = layout === "results" ? vectors * machine.lanes : 1;
  const tasksBefore = chunk?.count ?? 1;
  const fixedAxes: Position[] = [];
  const tasksOf = (fixed: readonly Stretch[]) =>
    tasksBefore * sizeOf(fixed.map(({ size }) => size));
  while (
    fixedAxes.length < outer.length &&
    tasksOf(outer.slice(0, fixedAxes.length)) < enoughTasks
  ) {
    const { start, size } = outer[fixedAxes.length];
    fixedAxes.push(sumPositions(w.parallel(size), still(start)));
  }

  const accumulate = (axes: readonly Position[]) => {
    for (const segment of segments) {
      const [walk, store] = [walkOf(segment), storing(segment)];
      if (layout === "reduction") {
        store(axes, 1, overReduction(w, walk, axes));
      } else if (layout === "single") {
        store(axes, 1, oneByOne(w, walk, axes));
      } else {
        for (const { start, count, size } of blocksOf(segment.size, perTask)) {
          w.loop(count, (at) => {
            const first = sumPositions(timesPosition(at, perTask), still(segment.start + start));
            overResults(w, walk, axes, first, size, store);
          });
        }
      }
    }
  };
  const descend = (axes: readonly Position[]) => {
    if (axes.length === outer.length) {
      accumulate(axes);
      return;
    }
    const { start, size } = outer[axes.length];
    w.loop(size, (at) => descend([...axes, sumPositions(at, still(start))]));
  };
  descend(fixedAxes);
  return draft.finish();
}

/** Stores the results of all reductions at one place. */
type StoreResults = (
  axes: readonly Position[],
  lanes: number,
  results: readonly Register[],
) => void;

/** Reductions inside of one kernel. */
interface Walk {
  readonly combine: Combine;
  readonly bodies: readonly Expression<Operand>[];
  readonly extents: readonly number[];
  /** How far each of the reduction's axes goes, and where the one that is cut begins. */
  readonly counts: readonly number[];
  readonly cut: number;
  readonly origin: Position;
}

/** Loops over the first `depth` axes of the reduction. */
function loopsOf(
  w: KernelWriter,
  { counts, cut, origin }: Walk,
  depth: number,
  visit: (axes: Position[]) => void,
): void {
  const descend = (axes: Position[]) => {
    const level = axes.length;
    if (level === depth) {
      visit(axes);
      return;
    }
    w.loop(counts[level], (at) => {
      descend([...axes, level === cut ? sumPositions(at, origin) : at]);
    });
  };
  descend([]);
}

function join(w: KernelWriter, combine: Combine, sum: Register, value: Register): void {
  w.assign(sum, w.compute(joinOp[combine], sum, value));
}

/** Joins what each body is at `place` to its sum. */
function joinBodies(
  w: KernelWriter,
  { combine, bodies }: Walk,
  sums: readonly Register[],
  place: Place,
): void {
  const formulas = new FormulaWriter(w, place);
  for (const [i, body] of bodies.entries()) {
    const value = formulas.evaluate(body);
    join(w, combine, sums[i], place.vectorAxis === undefined ? value : w.splat(value));
  }
}

/** A neutral sum for each body. */
function sumsOf(w: KernelWriter, { combine, bodies }: Walk, vector: boolean): Register[] {
  return bodies.map(() => w.variable(w.constant(neutral[combine], "f32", vector)));
}

/** `size` neighbouring results from `first`, in vectors side by side. */
function overResults(
  w: KernelWriter,
  walk: Walk,
  axes: readonly Position[],
  first: Position,
  size: number,
  store: StoreResults,
): void {
  const { extents, counts } = walk;
  const vectorAxis = axes.length;
  const vectors = Array.from({ length: Math.ceil(size / w.lanes) }, (_, v) => ({
    at: [...axes, sumPositions(first, still(v * w.lanes))],
    lanes: Math.min(w.lanes, size - v * w.lanes),
    sums: sumsOf(w, walk, true),
  }));
  loopsOf(w, walk, counts.length, (inner) => {
    for (const { at, lanes, sums } of vectors) {
      joinBodies(w, walk, sums, { axes: [...at, ...inner], extents, vectorAxis, lanes });
    }
  });
  for (const { at, lanes, sums } of vectors) store(at, lanes, sums);
}

/** One result of each body, with lanes along the reduction's last axis. */
function overReduction(w: KernelWriter, walk: Walk, axes: readonly Position[]): Register[] {
  const { combine, extents, counts, cut, origin } = walk;
  const wide = sumsOf(w, walk, true);
  const single = sumsOf(w, walk, false);
  const vectorAxis = extents.length - 1;
  const depth = counts.length - 1;
  loopsOf(w, walk, depth, (inner) => {
    for (const { start, count, size } of blocksOf(counts[depth], w.lanes)) {
      w.loop(count, (at) => {
        const begin = depth === cut ? origin : still(0);
        const last = sumPositions(begin, timesPosition(at, w.lanes), still(start));
        if (size === w.lanes) {
          const place = { axes: [...axes, ...inner, last], extents, vectorAxis, lanes: size };
          joinBodies(w, walk, wide, place);
          return;
        }
        for (let i = 0; i < size; i++) {
          const at = [...axes, ...inner, sumPositions(last, still(i))];
          joinBodies(w, walk, single, { axes: at, extents, lanes: 1 });
        }
      });
    }
  });
  const op = joinOp[combine];
  return wide.map((sum, i) => w.compute(op, w.joinLanes(op, sum), single[i]));
}

/** One result of each body, one element after another. */
function oneByOne(w: KernelWriter, walk: Walk, axes: readonly Position[]): Register[] {
  const { extents, counts } = walk;
  const sums = sumsOf(w, walk, false);
  loopsOf(w, walk, counts.length, (inner) => {
    joinBodies(w, walk, sums, { axes: [...axes, ...inner], extents, lanes: 1 });
  });
  return sums;
}
