// The linear maps of Winograd's convolution F(4x4, 3x3), at the points 0, 1, −1, 2, −2 and infinity. Each
// maps a line of a tile; a tile is mapped along both of its directions. What is `undefined` is zero and
// costs nothing: a tile at an image's edge has such rows and columns. Source: Lavin and Gray, "Fast
// algorithms for convolutional neural networks", CVPR 2016.

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
import { range } from "./schedule.ts";

/** Pixels of a result's tile in each direction, of a filter, and of the image's tile that they see. */
export const [tileOutputs, tileTaps, tileInputs] = [4, 3, 6];
/** Products of a tile, for each pair of channels. */
export const tilePoints = tileInputs * tileInputs;

/** A vector; `undefined` is zero. */
export type Value = Register | undefined;
type LineMap = (plus: Plus, line: readonly Value[]) => Value[];
/** `a + factor · b`. */
type Plus = (a: Value, factor: number, b: Value) => Value;

/** The image's tile. */
export const inputMap: LineMap = (plus, [d0, d1, d2, d3, d4, d5]) => {
  const [even, odd] = [plus(d4, -4, d2), plus(d3, -4, d1)];
  const [evenHalf, oddHalf] = [plus(d4, -1, d2), plus(d3, -1, d1)];
  return [
    plus(plus(d4, -5, d2), 4, d0),
    plus(even, 1, odd),
    plus(even, -1, odd),
    plus(evenHalf, 2, oddHalf),
    plus(evenHalf, -2, oddHalf),
    plus(plus(d5, -5, d3), 4, d1),
  ];
};

/** The filter. */
export const filterMap: LineMap = (plus, [g0, g1, g2]) => {
  const [outer, scaled] = [plus(g0, 1, g2), plus(g0, 4, g2)];
  return [
    plus(undefined, 1 / 4, g0),
    plus(plus(undefined, -1 / 6, outer), -1 / 6, g1),
    plus(plus(undefined, -1 / 6, outer), 1 / 6, g1),
    plus(plus(undefined, 1 / 24, scaled), 1 / 12, g1),
    plus(plus(undefined, 1 / 24, scaled), -1 / 12, g1),
    g2,
  ];
};

/** The products, to the result's tile. */
export const outputMap: LineMap = (plus, [m0, m1, m2, m3, m4, m5]) => {
  const [sum, difference] = [plus(m1, 1, m2), plus(m1, -1, m2)];
  const [farSum, farDifference] = [plus(m3, 1, m4), plus(m3, -1, m4)];
  return [
    plus(plus(m0, 1, sum), 1, farSum),
    plus(difference, 2, farDifference),
    plus(sum, 4, farSum),
    plus(plus(difference, 8, farDifference), 1, m5),
  ];
};

/** The gradient of the result's tile: `outputMap` turned round. */
export const gradientMap: LineMap = (plus, [g0, g1, g2, g3]) => {
  const [even, odd] = [plus(g0, 1, g2), plus(g1, 1, g3)];
  const [farEven, farOdd] = [plus(g0, 4, g2), plus(g1, 4, g3)];
  return [
    g0,
    plus(even, 1, odd),
    plus(even, -1, odd),
    plus(farEven, 2, farOdd),
    plus(farEven, -2, farOdd),
    g3,
  ];
};

/** The sums of products, to the filter's gradient: `filterMap` turned round. */
export const filterGradientMap: LineMap = (plus, [u0, u1, u2, u3, u4, u5]) => {
  const [sum, difference] = [plus(u1, 1, u2), plus(u1, -1, u2)];
  const [farSum, farDifference] = [plus(u3, 1, u4), plus(u3, -1, u4)];
  const near = plus(undefined, -1 / 6, sum);
  return [
    plus(plus(near, 1 / 4, u0), 1 / 24, farSum),
    plus(plus(undefined, -1 / 6, difference), 1 / 12, farDifference),
    plus(plus(near, 1 / 6, farSum), 1, u5),
  ];
};

function plusOf(w: KernelWriter): Plus {
  return (a, factor, b) => {
    if (b === undefined) return a;
    if (factor === 1) return a === undefined ? b : w.compute("add", a, b);
    if (factor === -1)
      return a === undefined ? w.compute("negate", b) : w.compute("subtract", a, b);
    const constant = w.constant(factor, "f32", true);
    return a === undefined
      ? w.compute("multiply", b, constant)
      : w.compute("multiplyAdd", b, constant, a);
  };
}

/** How a tile is mapped. */
export interface TileMap {
  readonly map: LineMap;
  /** Lines of the tile, in each direction. */
  readonly size: number;
  /** Columns that hold anything: the first one, and how many. */
  readonly columns: { readonly first: number; readonly count: number };
  /** Rows of the result that are wanted, from the first one on. */
  readonly rows: number;
  /** Room for a tile whose columns are mapped, `roomSize` elements. */
  readonly room: KernelBuffer;
}

/** Elements of a `TileMap`'s room. */
export function roomSize({ lanes }: MachineDescription): number {
  return tilePoints * lanes;
}

/** Maps a tile, column by column and then row by row; `visit` gets each row of the result. */
export function mapTile(
  w: KernelWriter,
  { map, size, columns: { first, count }, rows, room }: TileMap,
  read: (column: Position) => readonly Value[],
  visit: (row: Position, values: readonly Value[]) => void,
): void {
  const plus = plusOf(w);
  const placeAt = (row: Position, column: Position) =>
    w.access(
      room,
      sumPositions(timesPosition(row, size * w.lanes), timesPosition(column, w.lanes)),
    );
  w.loop(count, (i) => {
    const column = sumPositions(i, still(first));
    map(plus, read(column)).forEach((value, row) => {
      w.store(placeAt(still(row), column), value ?? w.constant(0, "f32", true));
    });
  });
  w.loop(rows, (row) => {
    const line = range(size).map((column) =>
      column < first || column >= first + count
        ? undefined
        : w.loadVector(placeAt(row, still(column))),
    );
    visit(row, map(plus, line));
  });
}
