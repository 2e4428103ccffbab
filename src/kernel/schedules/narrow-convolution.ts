// Convolution at stride 1 with fewer filters than half a vector has lanes: lanes lie along a row of
// pixels instead, and each filter's taps are repeated across them. Images are copied to planes with a
// border of zeros, so that neighbours lie next to each other.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { cyclesOf } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import { type Position, type Register, still, sumPositions, timesPosition } from "../language.ts";
import type { ConvolutionWork } from "./convolution-work.ts";
import { type PaddedImage, paddedSize, padImages } from "./padded-image.ts";
import {
  type Blocks,
  blocksOf,
  type Schedule,
  type ScheduleContext,
  type Work,
} from "./schedule.ts";

/** What is convolved: [N, H, W, C] with [R, S, C, K], to [N, P, Q, K]. */
export interface NarrowConvolutionWork extends Work {
  readonly geometry: ConvolutionGeometry;
  readonly image: View;
  readonly filter: View;
}

/** Images that there must be: a task is one of them. */
const fewestImages = 8;
const mostChannels = 4;
const mostElements = 1 << 18;

/** Cycles of a step for each vector of pixels: tiles have few filters, so loads are many. */
const vectorCycles = 0.7;

/** For few filters over few channels, where lanes along pixels are used better. */
export const narrowConvolution: Schedule<ConvolutionWork> = {
  name: "narrowConvolution",
  applies: ({ machine }, { pass, geometry, transposedFilter = false }) => {
    const { images, window, groups, inputChannels, outputChannels } = geometry;
    return (
      pass === "forward" &&
      !transposedFilter &&
      images >= fewestImages &&
      groups === 1 &&
      inputChannels <= mostChannels &&
      2 * outputChannels <= machine.lanes &&
      window.every(({ stride, before }) => stride === 1 && before >= 0) &&
      paddedSize(window, inputChannels) <= mostElements
    );
  },
  cost({ machine }, { geometry }) {
    const { images, window, inputChannels, outputChannels } = geometry;
    const [rows, columns] = window;
    const vectors = images * rows.output * Math.ceil(columns.output / machine.lanes);
    const products = rows.taps * columns.taps * inputChannels * outputChannels;
    return cyclesOf({ core: vectorCycles * vectors * products });
  },
  schedule: (context, { first, second, ...work }) => [
    [new NarrowConvolution(context, { ...work, image: first, filter: second }).write()],
  ],
};

/** Results that stay in registers: some filters, rows, and vectors of pixels. */
interface Tile {
  readonly filters: Blocks;
  readonly rows: Blocks;
}

/** Pixels of a row, side by side. */
interface Vector {
  readonly start: Position;
  readonly lanes: number;
}

class NarrowConvolution {
  readonly #context: ScheduleContext;
  readonly #work: NarrowConvolutionWork;
  readonly #draft: KernelDraft;

  constructor(context: ScheduleContext, work: NarrowConvolutionWork) {
    this.#context = context;
    this.#work = work;
    this.#draft = new KernelDraft(`${context.name}.narrowConvolution`, context.machine.lanes);
  }

  write(): Launch {
    const w = this.#draft.writer;
    const { geometry, image } = this.#work;
    const { images, window, inputChannels } = geometry;
    const number = w.parallel(images);
    const { padded, fill } = padImages(this.#draft, image, window, inputChannels, "planes");
    fill(number);
    for (const columns of this.#columnBlocks()) {
      w.loop(columns.count, (columnAt) => {
        const column = sumPositions(timesPosition(columnAt, columns.size), still(columns.start));
        const across = blocksOf(columns.size, w.lanes).flatMap(({ start, count, size }) =>
          Array.from({ length: count }, (_, i) => ({
            start: sumPositions(column, still(start + i * size)),
            lanes: size,
          })),
        );
        this.#writeColumns(across, number, padded);
      });
    }
    return this.#draft.finish();
  }

  /** Whole rows, or blocks of a row whose sums would not fit the registers. */
  #columnBlocks(): Blocks[] {
    const { lanes } = this.#draft.writer;
    const { registers } = this.#context.machine;
    const { output } = this.#work.geometry.window[1];
    const isWide = Math.ceil(output / lanes) > registers;
    return blocksOf(output, isWide ? Math.floor((registers - 1) / 2) * lanes : output);
  }

  /** All rows of some vectors of pixels. */
  #writeColumns(across: readonly Vector[], number: Position, padded: PaddedImage): void {
    const w = this.#draft.writer;
    const { window, outputChannels } = this.#work.geometry;
    const { registers } = this.#context.machine;
    // One register for a tap, one for each vector of pixels of a row.
    const perFilter = (rows: number) => Math.floor((registers - 1) / (rows * across.length)) - 1;
    const rowsAtOnce = [4, 3, 2].find((rows) => perFilter(rows) >= outputChannels) ?? 1;
    const filtersAtOnce = Math.min(outputChannels, Math.max(1, perFilter(rowsAtOnce)));
    for (const filters of blocksOf(outputChannels, filtersAtOnce)) {
      w.loop(filters.count, (filterAt) => {
        const filter = sumPositions(timesPosition(filterAt, filters.size), still(filters.start));
        for (const rows of blocksOf(window[0].output, rowsAtOnce)) {
          w.loop(rows.count, (rowAt) => {
            const row = sumPositions(timesPosition(rowAt, rows.size), still(rows.start));
            const sums = this.#sums({ filters, rows }, filter, row, across, padded);
            this.#store(sums, number, filter, row, across);
          });
        }
      });
    }
  }

  /** Sums by filter, row and vector. */
  #sums(
    { filters, rows }: Tile,
    filter: Position,
    row: Position,
    across: readonly Vector[],
    padded: PaddedImage,
  ): Register[][][] {
    const w = this.#draft.writer;
    const { window, inputChannels, outputChannels } = this.#work.geometry;
    const [down, along] = window;
    const taps = this.#draft.operand(this.#work.filter).buffer;
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
    const sums = numbers(filters.size).map(() =>
      numbers(rows.size).map(() => across.map(() => w.variable(w.constant(0, "f32", true)))),
    );
    w.loop(down.taps, (r) => {
      w.loop(along.taps, (s) => {
        w.loop(inputChannels, (c) => {
          const from = sumPositions(
            timesPosition(c, padded.perPlane),
            timesPosition(sumPositions(row, timesPosition(r, down.dilation)), padded.perRow),
            timesPosition(s, along.dilation),
          );
          const pixels = numbers(rows.size).map((i) =>
            across.map(({ start, lanes }) => {
              const at = sumPositions(from, start, still(i * padded.perRow));
              return w.loadVector(w.access(padded.buffer, at), lanes);
            }),
          );
          const tap = sumPositions(timesPosition(r, along.taps), s);
          const place = sumPositions(
            timesPosition(sumPositions(timesPosition(tap, inputChannels), c), outputChannels),
            filter,
          );
          sums.forEach((ofFilter, k) => {
            const at = sumPositions(place, still(k));
            const weight = w.loadVector(w.access(taps, at), w.lanes, 0);
            ofFilter.forEach((ofRow, i) => {
              ofRow.forEach((sum, v) => {
                w.assign(sum, w.compute("multiplyAdd", weight, pixels[i][v], sum));
              });
            });
          });
        });
      });
    });
    return sums;
  }

  #store(
    sums: readonly (readonly (readonly Register[])[])[],
    image: Position,
    filter: Position,
    row: Position,
    across: readonly Vector[],
  ): void {
    const { shape, stores } = this.#work;
    const bound = this.#draft.bindStores(stores);
    sums.forEach((ofFilter, k) => {
      ofFilter.forEach((ofRow, i) => {
        ofRow.forEach((result, v) => {
          const { start, lanes } = across[v];
          const axes = [image, sumPositions(row, still(i)), start, sumPositions(filter, still(k))];
          this.#draft.writeStores(bound, {
            axes,
            extents: shape,
            vectorAxis: 2,
            lanes,
            results: [result],
          });
        });
      });
    });
  }
}
