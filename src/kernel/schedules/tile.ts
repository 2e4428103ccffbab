// How large a tile of results is kept in registers while a sum runs over taps and channels. A tile is
// `rows` numbers that are repeated across lanes, by `vectors` that hold neighbours.

import { stepCycles } from "../cost.ts";
import type { MachineDescription } from "../machine-description.ts";

export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

const mostRows = 14;
const mostVectors = 8;

/** Registers of a tile: its sums, and what a step loads. */
function registersOf({ rows, vectors }: Tile, machine: MachineDescription): number {
  return rows * vectors + vectors + (machine.foldsBroadcast ? 1 : rows);
}

/** Cycles of one step over `rows` by `vectors`, with tiles of one size and smaller ones at the edges. */
export function coverCycles(tile: Tile, rows: number, vectors: number): number {
  const parts = (total: number, size: number) => {
    const full = Math.floor(total / size);
    const rest = total - full * size;
    return [
      { size, count: full },
      { size: rest, count: rest > 0 ? 1 : 0 },
    ];
  };
  let cost = 0;
  for (const r of parts(rows, tile.rows)) {
    for (const v of parts(vectors, tile.vectors)) {
      if (r.count * v.count === 0) continue;
      cost += r.count * v.count * stepCycles(r.size, v.size);
    }
  }
  return cost;
}

/** The cheapest tile that fits the registers and has at most `most` rows, to cover `rows` by `vectors`. */
export function chooseTile(
  machine: MachineDescription,
  rows: number,
  vectors: number,
  most = mostRows,
): Tile {
  let best: Tile = { rows: 1, vectors: 1 };
  for (let r = 1; r <= Math.min(mostRows, most, rows); r++) {
    for (let v = 1; v <= Math.min(mostVectors, vectors); v++) {
      const tile = { rows: r, vectors: v };
      if (registersOf(tile, machine) > machine.registers) continue;
      if (coverCycles(tile, rows, vectors) < coverCycles(best, rows, vectors)) best = tile;
    }
  }
  return best;
}
