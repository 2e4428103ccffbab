// The kernel of a matrix product: a task makes a block of the result, a stretch of its sums at a time. Sums wait
// in the task's workspace between stretches; the last stretch ends in the epilogue.

import { lineElements } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { isFetchedAhead } from "./fetch-ahead.ts";
import { placeOf, type Rows, rowGap } from "./packing.ts";
import { type FinishedSums, type Product, writeProduct } from "./product.ts";
import {
  type Blocks,
  blocksOf,
  forEachVector,
  longestSum,
  type ScheduleContext,
  type Work,
} from "./schedule.ts";
import type { Tile } from "./tile.ts";

/** `[rows, length] · [length, columns]`. */
export interface Sizes {
  readonly rows: number;
  readonly length: number;
  readonly columns: number;
  /** Whether the first matrix lies in memory as `[length, rows]`, as it does for a filter's gradient. */
  readonly isTurned: boolean;
  /** Elements of a line of the first matrix. */
  readonly perLine: number;
}

/** What a task makes: rows, and columns in panels as wide as a tile; and terms of each sum at a time. */
export interface Block {
  readonly tile: Tile;
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/** Elements of the copy of a block of the first matrix. */
export function copySize({ isTurned }: Sizes, { rows, length }: Omit<Block, "tile">): number {
  return isTurned ? length * (rows + rowGap) : rows * (length + rowGap);
}

/** A product with its operands where tasks find them. */
export interface Operands {
  readonly left: Rows;
  /** Panels, or for a turned product the second matrix as it lies. */
  readonly right: View;
  readonly sizes: Sizes;
  readonly block: Block;
  /** Whether tasks copy their part of the first matrix; of a turned product they copy both. */
  readonly copiesLeft: boolean;
}

/** Blocks of one size. */
export interface BlockWork extends Operands {
  readonly work: Work;
  readonly rows: Blocks;
  readonly columns: Blocks;
}

/** Where a task's block begins. */
interface Origin {
  readonly row: Position;
  readonly column: Position;
}

/** Some terms of each sum. */
interface Stretch {
  readonly first: Position;
  readonly size: number;
}

export class BlockWriter {
  readonly #context: ScheduleContext;
  readonly #work: BlockWork;
  readonly #draft: KernelDraft;

  constructor(context: ScheduleContext, work: BlockWork) {
    this.#context = context;
    this.#work = work;
    this.#draft = new KernelDraft(`${context.name}.product`, context.machine.lanes);
  }

  write(): Launch {
    const w = this.#draft.writer;
    const { sizes, block, rows, columns } = this.#work;
    const column = placeOf(w.parallel(columns.count), columns);
    const origin = { row: placeOf(w.parallel(rows.count), rows), column };
    const multiply = this.#operands(origin);
    const finish = this.#epilogue(origin);
    if (sizes.length <= block.length) {
      multiply({ first: still(0), size: sizes.length }, { adds: false, finish });
      return this.#draft.finish();
    }
    const buffer = this.#draft.workspace(rows.size * columns.size);
    forEachVector(w, rows.size * columns.size, (at, lanes) => {
      w.store(w.access(buffer, at), w.constant(0, "f32", true), lanes);
    });
    const result = { buffer, at: still(0), perRow: columns.size };
    const adds = sizes.length > longestSum ? "apart" : true;
    const before = Math.ceil(sizes.length / block.length) - 1;
    w.loop(before, (s) => {
      multiply({ first: timesPosition(s, block.length), size: block.length }, { adds, result });
    });
    const done = before * block.length;
    const last = { first: still(done), size: sizes.length - done };
    multiply(last, { adds, result, finish });
    return this.#draft.finish();
  }

  /** What multiplies a stretch, panel by panel, after copying what tasks copy. */
  #operands({ row, column }: Origin) {
    const w = this.#draft.writer;
    const { machine } = this.#context;
    const { sizes, block, rows, columns, copiesLeft, left, right } = this.#work;
    const { isTurned } = sizes;
    const width = Math.min(columns.size, block.tile.vectors * machine.lanes);
    const pitch = copiesLeft ? (isTurned ? rows.size : block.length) + rowGap : left.pitch;
    const from = this.#draft.operand(left.view).buffer;
    const filter = this.#draft.operand(right).buffer;
    const leftSize = (isTurned ? block.length : rows.size) * pitch;
    const leftCopy = copiesLeft ? this.#draft.workspace(leftSize) : undefined;
    const rightCopy = isTurned ? this.#draft.workspace(block.length * columns.size) : undefined;
    return ({ first, size }: Stretch, way: Pick<Product, "adds" | "finish" | "result">) => {
      if (leftCopy !== undefined) this.#copyLeft(leftCopy, pitch, row, { first, size });
      if (rightCopy !== undefined) this.#copyRight(rightCopy, width, column, { first, size });
      const start = sumPositions(timesPosition(row, pitch), first);
      const part =
        leftCopy === undefined
          ? { buffer: from, at: start, perRow: pitch }
          : { buffer: leftCopy, at: still(0), perRow: isTurned ? 1 : pitch };
      for (const panels of blocksOf(columns.size, width)) {
        w.loop(panels.count, (p) => {
          const panel = placeOf(p, panels);
          const packed = sumPositions(
            timesPosition(sumPositions(column, panel), sizes.length),
            timesPosition(first, panels.size),
          );
          const { result, finish } = way;
          writeProduct(w, machine, {
            rows: rows.size,
            columns: panels.size,
            sum: [{ count: size, left: isTurned ? pitch : 1, right: panels.size }],
            left: part,
            right:
              rightCopy === undefined
                ? { buffer: filter, at: packed, nextPanel: panels.size * sizes.length }
                : { buffer: rightCopy, at: timesPosition(panel, size) },
            adds: way.adds,
            // The last stretch has none behind it.
            ...(isTurned &&
              way.finish === undefined && {
                fetchAhead: (step, rowBlock) => {
                  const term = sumPositions(first, still(size), step);
                  const line = timesPosition(rowBlock, lineElements);
                  this.#fetchAhead(
                    term,
                    sumPositions(row, line),
                    sumPositions(column, panel, line),
                  );
                },
              }),
            ...(result && { result: { ...result, at: panel } }),
            ...(finish && {
              finish: (at) => finish({ ...at, column: sumPositions(panel, at.column) }),
            }),
          });
        });
      }
    };
  }

  /** Asks for a line of each matrix in a term of the next stretch. */
  #fetchAhead(term: Position, row: Position, column: Position): void {
    const w = this.#draft.writer;
    const { sizes, left, right } = this.#work;
    for (const [view, pitch, at] of [
      [left.view, left.pitch, row],
      [right, sizes.columns, column],
    ] as const) {
      const { buffer } = this.#draft.operand(view);
      if (!isFetchedAhead(this.#context.machine, buffer)) continue;
      w.prefetch(w.access(buffer, sumPositions(timesPosition(term, pitch), at)));
    }
  }

  #copyLeft(to: KernelBuffer, pitch: number, row: Position, { first, size }: Stretch): void {
    const w = this.#draft.writer;
    const { sizes, rows, left } = this.#work;
    const from = this.#draft.operand(left.view).buffer;
    const [lines, elements] = sizes.isTurned ? [size, rows.size] : [rows.size, size];
    const [line, element] = sizes.isTurned ? [first, row] : [row, first];
    w.loop(lines, (i) => {
      forEachVector(w, elements, (at, lanes) => {
        const source = timesPosition(sumPositions(line, i), left.pitch);
        const value = w.loadVector(w.access(from, sumPositions(source, element, at)), lanes);
        w.store(w.access(to, sumPositions(timesPosition(i, pitch), at)), value, lanes);
      });
    });
  }

  /** As panels. */
  #copyRight(to: KernelBuffer, width: number, column: Position, { first, size }: Stretch): void {
    const w = this.#draft.writer;
    const { sizes, columns, right } = this.#work;
    const from = this.#draft.operand(right).buffer;
    w.loop(size, (i) => {
      const line = timesPosition(sumPositions(first, i), sizes.columns);
      for (const panels of blocksOf(columns.size, width)) {
        w.loop(panels.count, (p) => {
          const panel = placeOf(p, panels);
          const start = sumPositions(timesPosition(panel, size), timesPosition(i, panels.size));
          forEachVector(w, panels.size, (at, lanes) => {
            const source = w.access(from, sumPositions(line, column, panel, at));
            w.store(w.access(to, sumPositions(start, at)), w.loadVector(source, lanes), lanes);
          });
        });
      }
    });
  }

  /** Stores complete sums, by what the cluster makes of them. */
  #epilogue(origin: Origin): (at: FinishedSums) => void {
    const { shape, stores } = this.#work.work;
    const bound = this.#draft.bindStores(stores);
    return ({ row, column, lanes, sum }) => {
      const place = [
        still(0),
        still(0),
        sumPositions(origin.row, row),
        sumPositions(origin.column, column),
      ];
      const axes = place.slice(4 - shape.length);
      const vectorAxis = shape.length - 1;
      this.#draft.writeStores(bound, { axes, extents: shape, vectorAxis, lanes, results: [sum] });
    };
  }
}
