// Tiles of a direct convolution: pixels by filters that stay in registers while the sum runs over taps and
// channels. Images are read as they lie, [N, H, W, C], filters too, [R, S, C, K], or from panels.

import { lineElements } from "../cost.ts";
import { KernelDraft, type View } from "../draft.ts";
import type { Operand, Place } from "../formula.ts";
import { type Position, type Register, still, sumPositions, timesPosition } from "../language.ts";
import { fetchLines, isFetchedAhead, stepsAhead } from "./fetch-ahead.ts";
import { blocksOf, range, type ScheduleContext, type Work } from "./schedule.ts";
import { type Phase, type Run, runsOf, type Tap, tapLoops, tapsAt } from "./taps.ts";
import type { Tile } from "./tile.ts";

/** What is convolved: `channels` are summed, `filters` are the results, both of one group. */
export interface TapConvolution extends Work {
  readonly image: View;
  /** [R, S, channels, groups · filters], or panels as wide as a block of filters: see `packPanels`. */
  readonly filter: View;
  /** Terms of a panel's sums, R · S · channels, where the filter lies in panels. */
  readonly panelTerms?: number;
  readonly images: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  /** Whether each filter sees the channel of its own number, and no other: `channels` is then 1. */
  readonly depthwise?: boolean;
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
  /** [H, W] of what is read, and of the result. */
  readonly inputSize: readonly [number, number];
  readonly columnTaps: number;
}

/** A column tile: for each tap the pixels of the tile for which it is inside. */
export interface ColumnTile {
  readonly width: number;
  readonly taps: readonly { readonly tap: Tap; readonly pixels: readonly number[] }[];
}

/** Rows that read the same taps, and where along the result they lie. */
export interface RowClass {
  readonly phase: Phase;
  readonly run: Run<Tap[]>;
}

/** Neighbouring column tiles that are alike. */
export function columnRuns(phase: Phase, width: number): Run<ColumnTile>[] {
  return runsOf(Math.ceil(phase.count / width), (t) => {
    const first = t * width;
    const count = Math.min(width, phase.count - first);
    const pixels = Array.from({ length: count }, (_, j) => tapsAt(phase, first + j));
    const taps = phase.taps.flatMap((tap) => {
      const inside = pixels.flatMap((seen, j) => (seen.includes(tap) ? [j] : []));
      return inside.length === 0 ? [] : [{ tap, pixels: inside }];
    });
    return { width: count, taps };
  });
}

/** Filters in blocks of whole tiles; the last block holds what is left. */
export function filterBlocks({ machine }: ScheduleContext, work: TapConvolution, tile: Tile) {
  return blocksOf(work.filters, Math.min(work.filters, tile.vectors * machine.lanes));
}

interface TilePlace {
  readonly image: Position;
  readonly row: Position;
  readonly group: Position;
  /** The first filter within the group, and how many. */
  readonly filter: Position;
  readonly filters: number;
  readonly column: Position;
  readonly phase: Phase;
}

export class TileWriter {
  readonly draft: KernelDraft;
  readonly #context: ScheduleContext;
  readonly #work: TapConvolution;
  readonly #rows: RowClass;
  readonly #image: Operand;
  readonly #filter: Operand;

  constructor(
    context: ScheduleContext,
    work: TapConvolution,
    rows: RowClass,
    name = "convolution",
  ) {
    this.draft = new KernelDraft(`${context.name}.${name}`, context.machine.lanes);
    this.#context = context;
    this.#work = work;
    this.#rows = rows;
    this.#image = this.draft.operand(work.image);
    this.#filter = this.draft.operand(work.filter);
  }

  /** Visits the rows of taps: the image's row, and the filter's. */
  #forEachRowTap(
    place: Pick<TilePlace, "image" | "row">,
    visit: (inputRow: Position, tapRow: Position) => void,
  ): void {
    const w = this.draft.writer;
    for (const { count, first, step } of tapLoops(this.#rows.run.value)) {
      w.loop(count, (r) => {
        const inputRow = sumPositions(
          timesPosition(this.#rowAt(place), this.#rows.phase.inputStep),
          still(first.offset),
          timesPosition(r, step.offset),
        );
        visit(inputRow, sumPositions(still(first.tap), timesPosition(r, step.tap)));
      });
    }
  }

  write(place: TilePlace, { width, taps }: ColumnTile): void {
    const w = this.draft.writer;
    const { lanes } = w;
    const vectors = Math.ceil(place.filters / lanes);
    const sums = Array.from({ length: width }, () =>
      Array.from({ length: vectors }, () => w.variable(w.constant(0, "f32", true))),
    );
    const { channels } = this.#work;
    this.#fetchResults(place, sums);
    this.#fetchRowBelow(place, width);
    this.#forEachRowTap(place, (inputRow, tapRow) => {
      const step = (channel: Position, index: number) => {
        if (index === 0) this.#fetchAhead(place, width, taps[0].tap, inputRow, channel);
        this.#step(place, taps[index], inputRow, tapRow, channel, sums);
      };
      if (this.#neighbours(taps, width)) {
        w.loop(taps.length * channels, (at) => step(at, 0));
      } else if (this.#context.machine.bodySteps >= taps.length) {
        w.loop(channels, (channel) => {
          for (const i of taps.keys()) step(channel, i);
        });
      } else {
        for (const i of taps.keys()) w.loop(channels, (channel) => step(channel, i));
      }
    });
    this.#store(place, sums);
  }

  /**
   * Whether one step is written at a time and taps lie side by side, in the image and in the filter:
   * then the channels of the next tap follow those of the last, and one loop runs over both.
   */
  #neighbours(taps: ColumnTile["taps"], width: number): boolean {
    const { machine } = this.#context;
    const first = taps.at(0)?.tap;
    return (
      machine.bodySteps === 1 &&
      this.#work.groups === 1 &&
      !this.#work.depthwise &&
      taps.every(
        ({ tap, pixels }, i) =>
          pixels.length === width &&
          tap.tap === (first as Tap).tap + i &&
          tap.offset === (first as Tap).offset + i,
      )
    );
  }

  /** The row within the phase, counted over all of its classes. */
  #rowAt(place: Pick<TilePlace, "row">): Position {
    return sumPositions(place.row, still(this.#rows.run.start));
  }

  /**
   * Asks for pixels of the next tile while one is computed: their lines come in another order than a machine
   * could foresee. A step asks for as many lines as it moves pixels, so that the steps of one tap ask for all.
   */
  #fetchAhead(place: TilePlace, tileWidth: number, tap: Tap, row: Position, step: Position): void {
    const w = this.draft.writer;
    const { groups, channels, inputSize, depthwise } = this.#work;
    const { inputStep, taps } = place.phase;
    const isWhole =
      channels >= lineElements && groups === 1 && !depthwise && inputStep <= taps.length;
    if (!isFetchedAhead(this.#context.machine, this.#image.buffer) || !isWhole) return;
    const [height, width] = inputSize;
    const column = sumPositions(
      timesPosition(sumPositions(place.column, still(tileWidth)), inputStep),
      still(tap.offset),
    );
    const next = sumPositions(
      timesPosition(place.image, height * width * channels),
      timesPosition(row, width * channels),
      timesPosition(column, channels),
      timesPosition(step, inputStep * lineElements),
    );
    for (const line of range(inputStep)) {
      const at = sumPositions(next, still(line * lineElements));
      w.prefetch(w.access(this.#image.buffer, at));
    }
  }

  /** Asks for what the next row of a depthwise convolution reads beside what this one does. */
  #fetchRowBelow(place: TilePlace, tileWidth: number): void {
    const { filters, inputSize, depthwise } = this.#work;
    const lowest = this.#rows.run.value.at(-1);
    const isFar = isFetchedAhead(this.#context.machine, this.#image.buffer);
    if (!isFar || !depthwise || lowest === undefined) return;
    const w = this.draft.writer;
    const [height, width] = inputSize;
    const down = this.#rows.phase.inputStep;
    const across = place.phase.inputStep;
    const row = sumPositions(timesPosition(this.#rowAt(place), down), still(lowest.offset + down));
    for (const pixel of range(tileWidth * across)) {
      const column = sumPositions(timesPosition(place.column, across), still(pixel));
      const at = sumPositions(
        timesPosition(place.image, height * width * filters),
        timesPosition(row, width * filters),
        timesPosition(column, filters),
        place.filter,
      );
      for (const line of range(Math.ceil(place.filters / lineElements))) {
        const next = sumPositions(at, still(line * lineElements));
        w.prefetch(w.access(this.#image.buffer, next));
      }
    }
  }

  /** Where the filter has the weights of a tile for one tap of one channel. */
  #filterAt(place: TilePlace, tapRow: Position, { tap }: Tap, channel: Position): Position {
    const { groups, channels, filters, columnTaps, panelTerms } = this.#work;
    const column = sumPositions(timesPosition(tapRow, columnTaps), still(tap));
    const term = sumPositions(timesPosition(column, channels), channel);
    if (panelTerms === undefined) {
      const group = timesPosition(place.group, filters);
      return sumPositions(timesPosition(term, groups * filters), group, place.filter);
    }
    const panel = timesPosition(place.filter, panelTerms);
    return sumPositions(panel, timesPosition(term, place.filters));
  }

  /** One tap of one channel: filters as vectors, pixels repeated, all products added. */
  #step(
    place: TilePlace,
    { tap, pixels }: ColumnTile["taps"][number],
    inputRow: Position,
    tapRow: Position,
    channel: Position,
    sums: readonly (readonly Register[])[],
  ): void {
    const w = this.draft.writer;
    const { groups, channels, filters, inputSize, depthwise } = this.#work;
    const [height, width] = inputSize;
    const from = this.#image.buffer;
    const filterRow = this.#filterAt(place, tapRow, tap, channel);
    const weights = sums[0].map((_, v) => {
      const at = sumPositions(filterRow, still(v * w.lanes));
      const active = Math.min(w.lanes, place.filters - v * w.lanes);
      return w.loadVector(w.access(this.#filter.buffer, at), active);
    });
    if (!depthwise) {
      const { buffer } = this.#filter;
      const perStep = this.#work.panelTerms === undefined ? groups * filters : place.filters;
      const at = sumPositions(filterRow, still(stepsAhead * perStep));
      fetchLines(w, this.#context.machine, { buffer, at, width: place.filters });
    }
    for (const pixel of pixels) {
      const column = sumPositions(
        timesPosition(sumPositions(place.column, still(pixel)), place.phase.inputStep),
        still(tap.offset),
      );
      const perPixel = depthwise ? filters : groups * channels;
      const at = sumPositions(
        timesPosition(place.image, height * width * perPixel),
        timesPosition(inputRow, width * perPixel),
        timesPosition(column, perPixel),
        timesPosition(place.group, channels),
        depthwise ? place.filter : channel,
      );
      const repeated = depthwise ? undefined : w.loadVector(w.access(from, at), w.lanes, 0);
      sums[pixel].forEach((sum, v) => {
        const next = sumPositions(at, still(v * w.lanes));
        const active = Math.min(w.lanes, place.filters - v * w.lanes);
        const value = repeated ?? w.loadVector(w.access(from, next), active);
        w.assign(sum, w.compute("multiplyAdd", value, weights[v], sum));
      });
    }
  }

  /**
   * Asks for what is touched when the sums are complete; for that of the next row where they are complete
   * too soon.
   */
  #fetchResults(place: TilePlace, sums: readonly (readonly Register[])[]): void {
    const { stores, shape, channels, depthwise } = this.#work;
    const isFar = stores.some(({ view }) => isFetchedAhead(this.#context.machine, view.storage));
    if (!isFar || (channels < lineElements && !depthwise)) return;
    const bound = this.draft.bindStores(stores);
    const column = shape.length - 2;
    const row = depthwise ? sumPositions(place.row, still(1)) : place.row;
    this.#forEachResult({ ...place, row }, sums, (at) => this.draft.fetchStores(bound, at, column));
  }

  #store(place: TilePlace, sums: readonly (readonly Register[])[]): void {
    const bound = this.draft.bindStores(this.#work.stores);
    this.#forEachResult(place, sums, (at) => this.draft.writeStores(bound, at));
  }

  /** Visits where each vector of sums belongs. */
  #forEachResult(
    place: TilePlace,
    sums: readonly (readonly Register[])[],
    visit: (at: Place) => void,
  ): void {
    const w = this.draft.writer;
    const { phase } = this.#rows;
    const { shape, filters } = this.#work;
    const row = sumPositions(timesPosition(this.#rowAt(place), phase.step), still(phase.first));
    sums.forEach((vectors, pixel) => {
      const column = sumPositions(
        timesPosition(sumPositions(place.column, still(pixel)), place.phase.step),
        still(place.phase.first),
      );
      vectors.forEach((result, v) => {
        const filter = sumPositions(
          timesPosition(place.group, filters),
          place.filter,
          still(v * w.lanes),
        );
        const axes = [place.image, row, column, filter].slice(4 - shape.length);
        const lanes = Math.min(w.lanes, place.filters - v * w.lanes);
        const vectorAxis = shape.length - 1;
        visit({ axes, extents: shape, vectorAxis, lanes, results: [result] });
      });
    });
  }
}
