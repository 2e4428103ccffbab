// A matrix product inside of a kernel: blocks of the result stay in registers while a sum runs. It is the
// inner part of schedules that bring their operands into this form.

import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";
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
  readonly right: Operand;
  readonly result: Operand & { readonly perRow: number };
  /**
   * Whether the sums go on from what is there; `apart`, they begin at 0 and are added to it at last,
   * as blocks of a long sum are.
   */
  readonly adds: boolean | "apart";
}

/** Rows of a block: where each lies in `left`, and in the result. */
interface Row {
  readonly left: Position;
  readonly result: Position;
}

interface Block {
  readonly rows: readonly Row[];
  readonly column: Position;
  readonly columns: number;
}

/** Writes the loops of a product. */
export function writeProduct(w: KernelWriter, machine: MachineDescription, p: Product): void {
  const tile = chooseTile(machine, p.rows, Math.ceil(p.columns / w.lanes));
  const width = Math.min(p.columns, tile.vectors * w.lanes);
  for (const columns of blocksOf(p.columns, width)) {
    w.loop(columns.count, (columnAt) => {
      const column = sumPositions(timesPosition(columnAt, columns.size), still(columns.start));
      forEachRowBlock(w, p, tile.rows, (rows) => {
        writeBlock(w, p, { rows, column, columns: columns.size });
      });
    });
  }
}

function forEachRowBlock(
  w: KernelWriter,
  { rows, left, result }: Product,
  size: number,
  visit: (rows: Row[]) => void,
): void {
  const { perRow } = left;
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  if (typeof perRow !== "number") {
    const all = perRow.map((offset, row) => ({
      left: still(offset),
      result: still(row * result.perRow),
    }));
    const blocks = Math.ceil(rows / size);
    const even = Math.ceil(rows / blocks);
    for (const block of numbers(blocks)) visit(all.slice(block * even, (block + 1) * even));
    return;
  }
  for (const block of blocksOf(rows, size)) {
    w.loop(block.count, (at) => {
      const first = sumPositions(timesPosition(at, block.size), still(block.start));
      visit(
        numbers(block.size).map((i) => {
          const row = sumPositions(first, still(i));
          return { left: timesPosition(row, perRow), result: timesPosition(row, result.perRow) };
        }),
      );
    });
  }
}

function writeBlock(w: KernelWriter, p: Product, { rows, column, columns }: Block): void {
  const { left, right, result, sum } = p;
  const vectors = Array.from({ length: Math.ceil(columns / w.lanes) }, (_, v) => ({
    column: sumPositions(column, still(v * w.lanes)),
    lanes: Math.min(w.lanes, columns - v * w.lanes),
  }));
  const places = rows.map((row) =>
    vectors.map(({ column }) =>
      w.access(result.buffer, sumPositions(result.at, row.result, column)),
    ),
  );
  const sums = places.map((row) =>
    row.map((place, v) =>
      w.variable(
        p.adds === true ? w.loadVector(place, vectors[v].lanes) : w.constant(0, "f32", true),
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
  const descend = (depth: number, leftAt: Position, rightAt: Position) => {
    if (depth === sum.length) {
      add(leftAt, rightAt);
      return;
    }
    const loop = sum[depth];
    w.loop(loop.count, (i) => {
      const moved = [
        [leftAt, loop.left],
        [rightAt, loop.right],
      ] as const;
      const [l, r] = moved.map(([at, by]) => sumPositions(at, timesPosition(i, by)));
      descend(depth + 1, l, r);
    });
  };
  descend(0, left.at, right.at);
  sums.forEach((row, r) => {
    row.forEach((total, v) => {
      const { lanes } = vectors[v];
      const sum =
        p.adds === "apart" ? w.compute("add", w.loadVector(places[r][v], lanes), total) : total;
      w.store(places[r][v], sum, lanes);
    });
  });
}
