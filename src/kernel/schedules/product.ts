// A matrix product inside of a kernel: blocks of the result stay in registers while a sum runs.
// Floor 2. It is the inner part of schedules that bring their operands into this form.

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

/** A matrix in a buffer: its first element, and how far apart rows, or the terms of a sum, lie. */
interface Operand {
  readonly buffer: KernelBuffer;
  readonly at: Position;
}

/** `result[row, column] = Σ left[row, i] · right[i, column]`; columns lie next to each other. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  /** The terms of each sum. */
  readonly depth: number;
  readonly left: Operand & { readonly perRow: number; readonly perTerm: number };
  readonly right: Operand & { readonly perTerm: number };
  readonly result: Operand & { readonly perRow: number };
  /** Whether the sums are added to what is there. */
  readonly adds: boolean;
}

/** Writes the loops of a product. */
export function writeProduct(w: KernelWriter, machine: MachineDescription, p: Product): void {
  const tile = chooseTile(machine, p.rows, Math.ceil(p.columns / w.lanes));
  const width = Math.min(p.columns, tile.vectors * w.lanes);
  for (const columns of blocksOf(p.columns, width)) {
    w.loop(columns.count, (columnAt) => {
      const column = sumPositions(timesPosition(columnAt, columns.size), still(columns.start));
      for (const rows of blocksOf(p.rows, tile.rows)) {
        w.loop(rows.count, (rowAt) => {
          const row = sumPositions(timesPosition(rowAt, rows.size), still(rows.start));
          writeBlock(w, p, { row, rows: rows.size, column, columns: columns.size });
        });
      }
    });
  }
}

interface Block {
  readonly row: Position;
  readonly rows: number;
  readonly column: Position;
  readonly columns: number;
}

function writeBlock(w: KernelWriter, p: Product, block: Block): void {
  const { left, right, result } = p;
  const vectors = Array.from({ length: Math.ceil(block.columns / w.lanes) }, (_, v) => ({
    column: sumPositions(block.column, still(v * w.lanes)),
    lanes: Math.min(w.lanes, block.columns - v * w.lanes),
  }));
  const rows = Array.from({ length: block.rows }, (_, r) => sumPositions(block.row, still(r)));
  const places = rows.map((row) =>
    vectors.map(({ column }) => {
      const at = sumPositions(result.at, timesPosition(row, result.perRow), column);
      return w.access(result.buffer, at);
    }),
  );
  const sums = places.map((row) =>
    row.map((place, v) =>
      w.variable(p.adds ? w.loadVector(place, vectors[v].lanes) : w.constant(0, "f32", true)),
    ),
  );
  w.loop(p.depth, (i) => {
    const terms = vectors.map(({ column, lanes }) => {
      const at = sumPositions(right.at, timesPosition(i, right.perTerm), column);
      return w.loadVector(w.access(right.buffer, at), lanes);
    });
    rows.forEach((row, r) => {
      const at = sumPositions(
        left.at,
        timesPosition(row, left.perRow),
        timesPosition(i, left.perTerm),
      );
      const value = w.loadVector(w.access(left.buffer, at), w.lanes, 0);
      sums[r].forEach((sum, v) => {
        w.assign(sum, w.compute("multiplyAdd", value, terms[v], sum));
      });
    });
  });
  sums.forEach((row, r) => {
    row.forEach((sum, v) => {
      w.store(places[r][v], sum, vectors[v].lanes);
    });
  });
}
