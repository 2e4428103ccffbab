// The gradient of pooling. Where windows touch without overlapping, each pixel belongs to one window and
// is written once; otherwise images are cleared and windows add to them in order.

import { sizeOf } from "../../core/shape.ts";
import { axis, read } from "../../graph/expression.ts";
import type { Window, WindowAxis } from "../../graph/window.ts";
import { copyCycles } from "../cost.ts";
import { type BoundStore, KernelDraft, type Launch, type View, type ViewStore } from "../draft.ts";
import type { Operand } from "../formula.ts";
import { type Position, type Register, still, sumPositions, timesPosition } from "../language.ts";
import { scheduleMap } from "./map.ts";
import {
  blocksOf,
  type Schedule,
  type ScheduleContext,
  type Stage,
  type Work,
} from "./schedule.ts";
import { forwardPhases, type Run, runsOf, type Tap, tapsAt } from "./taps.ts";

export interface PoolGradientWork extends Work {
  readonly images: number;
  readonly channels: number;
  readonly window: Window;
  /** The pooled image, for the gradient of the maximum; absent for that of the mean. */
  readonly image?: View;
  /** The gradient of the result, [N, P, Q, C]. */
  readonly gradient: View;
}

/** For the gradients of pooling. */
export const poolGradient: Schedule<PoolGradientWork> = {
  name: "poolGradient",
  applies: () => true,
  cost: (_, { shape }) => copyCycles(4 * sizeOf(shape)),
  schedule: schedulePoolGradient,
};

/** The stages that compute `work`, over the image's shape [N, H, W, C]. */
function schedulePoolGradient(context: ScheduleContext, work: PoolGradientWork): Stage[] {
  const [rows, columns] = work.window;
  if (tilesExactly(rows) && tilesExactly(columns)) return [onceEach(context, work)];
  const storage = context.scratch(
    "f32",
    work.shape.reduce((a, b) => a * b, 1),
  );
  const cleared = { storage, shape: work.shape };
  const result = read<View>(
    cleared,
    work.shape.map((_, a) => axis(a)),
  );
  const stores = work.stores.map(({ view, formula }) => ({
    view,
    formula: withResult(formula, result),
  }));
  return [
    [inOrder(context, work, cleared)],
    ...scheduleMap(context, { shape: work.shape, stores }),
  ];
}

/** `formula` with its root's value replaced. */
function withResult(formula: ViewStore["formula"], result: ViewStore["formula"]): typeof formula {
  if (formula.kind === "result") return result;
  if (formula.kind !== "scalar") return formula;
  return { ...formula, args: formula.args.map((arg) => withResult(arg, result)) };
}

/** Whether windows cover a first stretch of the axis without gap or overlap. */
function tilesExactly({ stride, taps, before, dilation }: WindowAxis): boolean {
  return stride === taps && dilation === 1 && before === 0;
}

function windowRuns(window: WindowAxis): Run<Tap[]>[] {
  const [phase] = forwardPhases(window);
  return runsOf(window.output, (i) => tapsAt(phase, i));
}

/** Every pixel is written once, by its window, or as 0 beyond the last window. */
function onceEach(context: ScheduleContext, work: PoolGradientWork): Launch[] {
  const [rows, columns] = work.window;
  const covered = [
    Math.min(rows.input, rows.output * rows.stride),
    Math.min(columns.input, columns.output * columns.stride),
  ];
  const launches = [windows(context, work)];
  if (covered[0] < rows.input) {
    launches.push(zeros(context, work, [covered[0], rows.input], [0, columns.input]));
  }
  if (covered[1] < columns.input) {
    launches.push(zeros(context, work, [0, covered[0]], [covered[1], columns.input]));
  }
  return launches;
}

function windows(context: ScheduleContext, work: PoolGradientWork): Launch {
  const draft = new KernelDraft(`${context.name}.poolGradient`, context.machine.lanes);
  const bound = draft.bindStores(work.stores);
  const image = draft.writer.parallel(work.images);
  forEachWindow(draft, work, image, (channel, lanes, parts) => {
    for (const { row, column, value } of parts) {
      const axes = [image, row, column, channel];
      const place = { axes, extents: work.shape, vectorAxis: 3, lanes, results: [value] };
      draft.writeStores(bound, place);
    }
  });
  return draft.finish();
}

/** Stores what follows from a gradient of 0 over rows and columns [from, to). */
function zeros(
  context: ScheduleContext,
  work: PoolGradientWork,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Launch {
  const draft = new KernelDraft(`${context.name}.poolBorder`, context.machine.lanes);
  const w = draft.writer;
  const bound: BoundStore[] = draft.bindStores(work.stores);
  const image = w.parallel(work.images);
  w.loop(rows[1] - rows[0], (i) => {
    w.loop(columns[1] - columns[0], (j) => {
      forEachChannelVector(draft, work.channels, (channel, lanes) => {
        const row = sumPositions(i, still(rows[0]));
        const column = sumPositions(j, still(columns[0]));
        const result = w.constant(0, "f32", true);
        const place = { axes: [image, row, column, channel], extents: work.shape, lanes };
        draft.writeStores(bound, { ...place, vectorAxis: 3, results: [result] });
      });
    });
  });
  return draft.finish();
}

/** Clears an image, then lets every window add to it; a task is one image. */
function inOrder(context: ScheduleContext, work: PoolGradientWork, into: View): Launch {
  const draft = new KernelDraft(`${context.name}.poolGradient`, context.machine.lanes);
  const w = draft.writer;
  const target = draft.operand(into);
  const [, height, width, channels] = work.shape;
  const image = w.parallel(work.images);
  const base = timesPosition(image, height * width * channels);
  for (const { start, count, size } of blocksOf(height * width * channels, w.lanes)) {
    w.loop(count, (at) => {
      const to = sumPositions(base, timesPosition(at, w.lanes), still(start));
      w.store(w.access(target.buffer, to), w.constant(0, "f32", true), size);
    });
  }
  forEachWindow(draft, work, image, (channel, lanes, parts) => {
    for (const { row, column, value } of parts) {
      const at = sumPositions(
        base,
        timesPosition(row, width * channels),
        timesPosition(column, channels),
        channel,
      );
      const to = w.access(target.buffer, at);
      w.store(to, w.compute("add", w.loadVector(to, lanes), w.splat(value)), lanes);
    }
  });
  return draft.finish();
}

function forEachChannelVector(
  { writer: w }: KernelDraft,
  channels: number,
  visit: (channel: Position, lanes: number) => void,
): void {
  for (const { start, count, size } of blocksOf(channels, w.lanes)) {
    w.loop(count, (at) => visit(sumPositions(timesPosition(at, w.lanes), still(start)), size));
  }
}

/** What one window gives to one of its pixels. */
interface Part {
  readonly row: Position;
  readonly column: Position;
  readonly value: Register;
}

/** Visits every window of an image, for each vector of channels, with what it gives its pixels. */
function forEachWindow(
  draft: KernelDraft,
  work: PoolGradientWork,
  image: Position,
  visit: (channel: Position, lanes: number, parts: readonly Part[]) => void,
): void {
  const w = draft.writer;
  const [down, across] = work.window;
  const gradient = draft.operand(work.gradient);
  const pooled = work.image === undefined ? undefined : draft.operand(work.image);
  for (const rowRun of windowRuns(down)) {
    w.loop(rowRun.count, (i) => {
      const p = sumPositions(i, still(rowRun.start));
      for (const columnRun of windowRuns(across)) {
        if (rowRun.value.length === 0 || columnRun.value.length === 0) continue;
        w.loop(columnRun.count, (j) => {
          const q = sumPositions(j, still(columnRun.start));
          const taps = rowRun.value.flatMap((r) =>
            columnRun.value.map((s) => ({
              row: sumPositions(timesPosition(p, down.stride), still(r.offset)),
              column: sumPositions(timesPosition(q, across.stride), still(s.offset)),
            })),
          );
          forEachChannelVector(draft, work.channels, (channel, lanes) => {
            const at = sumPositions(
              timesPosition(image, down.output * across.output * work.channels),
              timesPosition(p, across.output * work.channels),
              timesPosition(q, work.channels),
              channel,
            );
            const flowing = w.loadVector(w.access(gradient.buffer, at), lanes);
            const values =
              pooled === undefined
                ? meanParts(draft, flowing, taps.length)
                : maximumParts(draft, work, pooled, image, channel, lanes, taps, flowing);
            visit(
              channel,
              lanes,
              taps.map((tap, t) => ({ ...tap, value: values[t] })),
            );
          });
        });
      }
    });
  }
}

/** Every pixel gets an equal part. */
function meanParts({ writer: w }: KernelDraft, flowing: Register, taps: number): Register[] {
  const part = w.compute("multiply", flowing, w.constant(1 / taps));
  return new Array<Register>(taps).fill(part);
}

/** The first pixel that equals the largest gets all; NaN counts as ∞. */
function maximumParts(
  draft: KernelDraft,
  { shape }: PoolGradientWork,
  pooled: Operand,
  image: Position,
  channel: Position,
  lanes: number,
  taps: readonly Pick<Part, "row" | "column">[],
  flowing: Register,
): Register[] {
  const w = draft.writer;
  const [, height, width, channels] = shape;
  const pixels = taps.map(({ row, column }) => {
    const at = sumPositions(
      timesPosition(image, height * width * channels),
      timesPosition(row, width * channels),
      timesPosition(column, channels),
      channel,
    );
    return w.loadVector(w.access(pooled.buffer, at), lanes);
  });
  const largest = pixels.reduce((a, b) => w.compute("maximum", a, b));
  // A NaN is not less than anything, so the comparison below does not miss it.
  const isNumber = w.compute("equal", largest, largest);
  const bar = w.compute("select", isNumber, largest, w.constant(Number.POSITIVE_INFINITY));
  let left = flowing;
  return pixels.map((pixel) => {
    const missed = w.compute("less", pixel, bar);
    const value = w.compute("select", missed, w.constant(0), left);
    left = w.compute("select", missed, left, w.constant(0));
    return value;
  });
}
