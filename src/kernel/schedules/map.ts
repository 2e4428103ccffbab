// The schedule of what is computed element by element: lanes along the last axis, tasks along the first.

import { sizeOf, stridesOf } from "../../core/shape.ts";
import { type Expression, isLookup, readsOf } from "../../graph/expression.ts";
import { copyCycles, fitsSharedCache } from "../cost.ts";
import { KernelDraft, type Launch, type Storage, type View, type ViewStore } from "../draft.ts";
import { vectorizes } from "../formula.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import { collapse } from "./collapse.ts";
import {
  blocksOf,
  enoughTasks,
  type Schedule,
  type ScheduleContext,
  type Stage,
  type Work,
} from "./schedule.ts";
import { segmentsOf } from "./segments.ts";

/** Elements of a long row that one task takes, at least and at most. */
const rowBlock = { least: 512, most: 16384 };

/** Elements of the last two axes from which on they are worth visiting square by square. */
const worthTiles = 1 << 12;

type ViewRead = Extract<Expression<View>, { kind: "read" }>;

/** For all that is computed element by element. */
export const map: Schedule<Work> = {
  name: "map",
  applies: () => true,
  cost: (_, { stores }) =>
    stores.reduce((sum, { view }) => sum + copyCycles(4 * view.storage.size), 0),
  schedule: scheduleMap,
};

/** The launches that compute `work`. */
export function scheduleMap(context: ScheduleContext, work: Work): Stage[] {
  const formulas = work.stores.map((store) => store.formula);
  const flat = collapse(formulas, work.shape, work.shape.length);
  const extents = flat.extents.length === 0 ? [1] : flat.extents;
  const stores = work.stores.map(({ view }, i) => ({
    view: { storage: view.storage, shape: extents },
    formula: flat.formulas[i],
  }));
  if (extents.length > 1) {
    const launches = isTransposition(stores, extents)
      ? transposed(context, extents, stores)
      : [nested(context, extents, stores)];
    return [launches];
  }
  const { lanes } = context.machine;
  const wanted = Math.ceil(extents[0] / (2 * enoughTasks));
  const bounded = Math.min(rowBlock.most, Math.max(rowBlock.least, wanted));
  const size = Math.ceil(bounded / lanes) * lanes;
  return [
    blocksOf(extents[0], size).map(({ start, count, size }) =>
      row(context, extents, stores, start, count, size),
    ),
  ];
}

/** A long row, in `count` blocks of `size` elements. */
function row(
  context: ScheduleContext,
  extents: readonly number[],
  stores: readonly ViewStore[],
  start: number,
  count: number,
  size: number,
): Launch {
  const draft = new KernelDraft(`${context.name}.map`, context.machine.lanes);
  const task = draft.writer.parallel(count);
  const first = sumPositions(timesPosition(task, size), still(start));
  writeRow(draft, [], extents, stores, first, size);
  return draft.finish();
}

/** Several axes: tasks along the first ones, lanes along the last, stretch by stretch. */
function nested(
  context: ScheduleContext,
  extents: readonly number[],
  stores: readonly ViewStore[],
): Launch {
  const formulas = stores.map(({ formula }) => formula);
  const segments = segmentsOf(formulas, extents, extents.length - 1);
  const draft = new KernelDraft(`${context.name}.map`, context.machine.lanes);
  const outer = extents.slice(0, -1);
  const axes: Position[] = [];
  while (axes.length < outer.length && sizeOf(outer.slice(0, axes.length)) < enoughTasks) {
    axes.push(draft.writer.parallel(outer[axes.length]));
  }
  const descend = (axes: readonly Position[]) => {
    if (axes.length === outer.length) {
      for (const { formulas, start, size } of segments) {
        const there = stores.map(({ view }, i) => ({ view, formula: formulas[i] }));
        writeRow(draft, axes, extents, there, still(start), size);
      }
    } else {
      draft.writer.loop(outer[axes.length], (at) => descend([...axes, at]));
    }
  };
  descend(axes);
  return draft.finish();
}

/** Whether neighbours along the last axis are read from far apart, and along the one before from close by. */
function isTransposition(stores: readonly ViewStore[], extents: readonly number[]): boolean {
  const last = extents.length - 1;
  if (extents[last] * extents[last - 1] < worthTiles) return false;
  return stores.some(({ formula }) =>
    [...readsOf(formula)].some(
      (r) =>
        r.outside === undefined &&
        !r.index.some(isLookup) &&
        strideOf(r, last) > 1 &&
        strideOf(r, last - 1) === 1,
    ),
  );
}

function strideOf({ source, index }: ViewRead, axis: number): number {
  const strides = stridesOf(source.shape);
  return index.reduce(
    (sum, at, i) => sum + (isLookup(at) ? 0 : (at.factors[axis] ?? 0) * strides[i]),
    0,
  );
}

/** Squares of the last two axes, one after another: the lines that one row reads serve the next. */
function transposed(
  context: ScheduleContext,
  extents: readonly number[],
  stores: readonly ViewStore[],
): Launch[] {
  const { lanes } = context.machine;
  const outer = extents.slice(0, -2);
  const [rows, columns] = extents.slice(-2);
  return blocksOf(rows, lanes).map((block) => {
    const draft = new KernelDraft(`${context.name}.map`, lanes);
    const w = draft.writer;
    const bound = draft.bindStores(stores);
    const vectorAxis = extents.length - 1;
    const wide = bound.every(({ formula }) => vectorizes(formula, vectorAxis, extents));
    const outerAxes = outer.map((extent) => w.parallel(extent));
    const first = sumPositions(
      timesPosition(w.parallel(block.count), block.size),
      still(block.start),
    );
    for (const { start, count, size } of blocksOf(columns, lanes)) {
      w.loop(count, (i) => {
        const column = sumPositions(timesPosition(i, lanes), still(start));
        w.loop(block.size, (r) => {
          const axes = [...outerAxes, sumPositions(first, r)];
          if (wide) {
            const place = { axes: [...axes, column], extents, vectorAxis, lanes: size };
            draft.writeStores(bound, place);
            return;
          }
          w.loop(size, (c) => {
            const place = { axes: [...axes, sumPositions(column, c)], extents, lanes: 1 };
            draft.writeStores(bound, place);
          });
        });
      });
    }
    return draft.finish();
  });
}

/** Whether the shared cache would not keep a result, which these stores do not read either. */
function passes(result: Storage, stores: readonly ViewStore[]): boolean {
  if (result.dtype !== "f32" || fitsSharedCache(4 * result.size)) return false;
  const reads = stores.flatMap(({ formula }) => [...readsOf(formula)]);
  return reads.every(({ source }) => source.storage !== result);
}

/** `size` elements along the last axis from `first`. */
function writeRow(
  draft: KernelDraft,
  axes: readonly Position[],
  extents: readonly number[],
  stores: readonly ViewStore[],
  first: Position,
  size: number,
): void {
  const { writer } = draft;
  const bound = draft.bindStores(stores, (storage) => passes(storage, stores));
  const vectorAxis = extents.length - 1;
  if (!bound.every(({ formula }) => vectorizes(formula, vectorAxis, extents))) {
    writer.loop(size, (at) => {
      const place = { axes: [...axes, sumPositions(first, at)], extents, lanes: 1 };
      draft.writeStores(bound, place);
    });
    return;
  }
  for (const { start, count, size: lanes } of blocksOf(size, writer.lanes)) {
    writer.loop(count, (at) => {
      const position = sumPositions(first, timesPosition(at, writer.lanes), still(start));
      draft.writeStores(bound, { axes: [...axes, position], extents, vectorAxis, lanes });
    });
  }
}
