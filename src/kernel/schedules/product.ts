// A matrix product inside of a kernel: blocks of the result stay in registers while a sum runs. It is the
// inner part of schedules that bring their operands into this form.

import {
  type KernelBuffer,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";
import { fetchLines } from "./fetch-ahead.ts";
import { blocksOf } from "./schedule.ts";
import { chooseTile } from "./tile.ts";

/** A matrix in a buffer: its first element. */
interface Operand {
  readonly buffer: KernelBuffer;
  readonly at: Position;
}

/** One loop of a sum: how often, and how far each round moves in both operands. */
export interface SumLoop {
  readonly count: number;
  readonly left: number;
  readonly right: number;
}

/**
 * `result[row, column] = Σ left[row, i] · right[i, column]`; columns lie next to each other. Rows of
 * `left` lie equally far apart, or each at an offset of its own where they are few.
 */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  /** The loops of each sum, outermost first. */
  readonly sum: readonly SumLoop[];
  readonly left: Operand & { readonly perRow: number | readonly number[] };
  /** Of panels, one step's columns follow those of the step before, and the next panel is so far away. */
  readonly right: Operand & { readonly nextPanel?: number };
  /** Where sums lie between two products; absent where this one is the only one. */
  readonly result?: Operand & { readonly perRow: number };
  /**
   * Whether the sums go on from what is there; `apart`, they begin at 0 and are added to it at last,
   * as blocks of a long sum are.
   */
  readonly adds: boolean | "apart";
  /** Asks, in a step of the innermost loop over a block of rows, for what is read later. */
  readonly fetchAhead?: (step: Position, rowBlock: Position) => void;
  /** Takes sums that are complete, a vector at a time, instead of `result`. */
  readonly finish?: (at: FinishedSums) => void;
}

/** Neighbouring sums of a row. */
export interface FinishedSums {
  readonly row: Position;
  readonly column: Position;
  readonly lanes: number;
  readonly sum: Register;
}

/** A row of a block, and where it lies in `left`. */
interface Row {
  readonly left: Position;
  readonly row: Position;
}

interface Block {
  readonly rows: readonly Row[];
  /** Their number among the blocks of rows, and how many blocks those are. */
  readonly number: Position;
  readonly blocks: number;
  readonly column: Position;
  readonly columns: number;
}

/** Writes the loops of a product. */
export function writeProduct(w: KernelWriter, machine: MachineDescription, p: Product): void {
  const tile = chooseTile(machine, p.rows, Math.ceil(p.columns / w.lanes));
  const width = Math.min(p.columns, tile.vectors * w.lanes);
  const blocks = Math.ceil(p.rows / tile.rows);
  for (const columns of blocksOf(p.columns, width)) {
    w.loop(columns.count, (columnAt) => {
      const column = sumPositions(timesPosition(columnAt, columns.size), still(columns.start));
      forEachRowBlock(w, p, tile.rows, (rows, number) => {
        writeBlock(w, machine, p, { rows, number, blocks, column, columns: columns.size });
      });
    });
  }
}

function forEachRowBlock(
  w: KernelWriter,
  { rows, left }: Product,
  size: number,
  visit: (rows: Row[], number: Position) => void,
): void {
  const { perRow } = left;
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  if (typeof perRow !== "number") {
    const all = perRow.map((offset, row) => ({
      left: still(offset),
      row: still(row),
    }));
    const blocks = Math.ceil(rows / size);
    const even = Math.ceil(rows / blocks);
    for (const block of numbers(blocks)) {
      visit(all.slice(block * even, (block + 1) * even), still(block));
    }
    return;
  }
  for (const block of blocksOf(rows, size)) {
    w.loop(block.count, (at) => {
      const first = sumPositions(timesPosition(at, block.size), still(block.start));
      visit(
        numbers(block.size).map((i) => {
          const row = sumPositions(first, still(i));
          return { left: timesPosition(row, perRow), row };
        }),
        sumPositions(at, still(block.start / size)),
      );
    });
  }
}

function writeBlock(
  w: KernelWriter,
  machine: MachineDescription,
  p: Product,
  { rows, number, blocks, column, columns }: Block,
): void {
  const { left, right, result, sum } = p;
  const vectors = Array.from({ length: Math.ceil(columns / w.lanes) }, (_, v) => ({
    column: sumPositions(column, still(v * w.lanes)),
    lanes: Math.min(w.lanes, columns - v * w.lanes),
  }));
  const places = rows.map(({ row }) =>
    vectors.map(({ column }) =>
      result === undefined
        ? undefined
        : w.access(
            result.buffer,
            sumPositions(result.at, timesPosition(row, result.perRow), column),
          ),
    ),
  );
  const zero = w.constant(0, "f32", true);
  const sums = places.map((row) =>
    row.map((place, v) =>
      w.variable(
        p.adds === true && place !== undefined ? w.loadVector(place, vectors[v].lanes) : zero,
      ),
    ),
  );
  const add = (leftAt: Position, rightAt: Position) => {
    const terms = vectors.map(({ column, lanes }) =>
      w.loadVector(w.access(right.buffer, sumPositions(rightAt, column)), lanes),
    );
    rows.forEach((row, r) => {
      const at = sumPositions(leftAt, row.left);
      const value = w.loadVector(w.access(left.buffer, at), w.lanes, 0);
      sums[r].forEach((total, v) => {
        w.assign(total, w.compute("multiplyAdd", value, terms[v], total));
      });
    });
  };
  // Each block of rows asks for its part of the next panel.
  const fetchNextPanel = (i: Position, next: number, { count, right: perStep }: SumLoop) => {
    const share = Math.ceil(perStep / blocks);
    const part = sumPositions(timesPosition(number, count * share), timesPosition(i, share));
    const at = sumPositions(right.at, column, still(next), part);
    fetchLines(w, machine, { buffer: right.buffer, at, width: share });
  };
  const descend = (depth: number, leftAt: Position, rightAt: Position) => {
    if (depth === sum.length) {
      add(leftAt, rightAt);
      return;
    }
    const loop = sum[depth];
    w.loop(loop.count, (i) => {
      if (depth === sum.length - 1) {
        p.fetchAhead?.(i, number);
        if (right.nextPanel !== undefined) fetchNextPanel(i, right.nextPanel, loop);
      }
      const moved = [
        [leftAt, loop.left],
        [rightAt, loop.right],
      ] as const;
      const [l, r] = moved.map(([at, by]) => sumPositions(at, timesPosition(i, by)));
      descend(depth + 1, l, r);
    });
  };
  descend(0, left.at, right.at);
  sums.forEach((totals, r) => {
    totals.forEach((total, v) => {
      const { column, lanes } = vectors[v];
      const place = places[r][v];
      const isApart = p.adds === "apart" && place !== undefined;
      const sum = isApart ? w.compute("add", w.loadVector(place, lanes), total) : total;
      if (p.finish !== undefined) p.finish({ row: rows[r].row, column, lanes, sum });
      else if (place !== undefined) w.store(place, sum, lanes);
    });
  });
}
