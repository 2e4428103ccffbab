// Boxes in cells, so that those that may overlap one are found without looking at all of them. Boxes of about the same
// area lie in one grid, by their middles, with cells about as large as they are: at most a few boxes that overlap
// little fit into a cell. The boxes of a cell stand one behind the other, so that looking through them is fast.

import { areaAt } from "./box-list.ts";

/** The boxes of about one size. */
interface Grid {
  readonly level: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly columns: number;
  readonly rows: number;
  /** The widest and the highest of its boxes. */
  readonly widest: number;
  readonly highest: number;
  /** For each cell the place of its first box; behind the last cell stands the place where all begin that were added. */
  readonly starts: Int32Array;
  /** For each cell how many boxes were added. */
  readonly filled: Int32Array;
  addedCount: number;
}

/** The size of boxes without area. */
const withoutArea = Number.NEGATIVE_INFINITY;

/**
 * The cells of `data [B, 4]`, empty at first. `near` gives what was added and may have an IoU above `iouThreshold` with
 * a box. Boxes without area overlap nothing: they are never found, and nothing is near them.
 */
export class BoxCells {
  /** What `near` found. */
  readonly found: Int32Array;
  readonly #data: Float32Array;
  readonly #iouThreshold: number;
  /** The logarithm of each box's size. */
  readonly #sizes: Float32Array;
  /** How much the sizes of two boxes differ at most: one area is at least the threshold times the other. */
  readonly #difference: number;
  readonly #reach: number;
  readonly #grids: readonly Grid[];
  /** Every box that was added stands at two places: in its cell, and behind those that its grid got before. */
  readonly #boxAt: Int32Array;
  /** Left, top, right, bottom and area of the box at each place. */
  readonly #sides: Float64Array;
  /** First place and end of what is to be looked through, in pairs. */
  #ranges = new Int32Array(64);

  constructor(data: Float32Array, iouThreshold: number) {
    const count = data.length / 4;
    this.#data = data;
    this.#iouThreshold = iouThreshold;
    this.#difference = 1e-4 - Math.log2(iouThreshold) / 2;
    this.#reach = reachShare(iouThreshold);
    this.found = new Int32Array(count);
    this.#boxAt = new Int32Array(2 * count);
    this.#sides = new Float64Array(10 * count);
    this.#sizes = sizesOf(data);
    this.#grids = gridsOf(data, this.#sizes, iouThreshold);
  }

  /** From now on box `i` is found. */
  add(i: number): void {
    const own = Math.floor(this.#sizes[i]);
    const grid = this.#grids.find(({ level }) => level === own);
    if (grid === undefined) return;
    const cell = cellOf(grid, this.#data, i);
    this.#put(grid.starts[cell] + grid.filled[cell]++, i);
    this.#put(grid.starts[grid.filled.length] + grid.addedCount++, i);
  }

  #put(place: number, i: number): void {
    const data = this.#data;
    const sides = this.#sides;
    this.#boxAt[place] = i;
    for (let k = 0; k < 4; k++) sides[5 * place + k] = data[4 * i + k];
    sides[5 * place + 4] = areaAt(data, i);
  }

  /** Puts what may overlap box `i` enough into `found`, in no order, and returns how many. */
  near(i: number): number {
    const ranges = this.#rangesNear(i);
    let count = 0;
    for (let k = 0; k < ranges; k++) {
      const end = this.#ranges[2 * k + 1];
      for (let place = this.#ranges[2 * k]; place < end; place++) {
        this.found[count++] = this.#boxAt[place];
      }
    }
    return count;
  }

  /** Whether the IoU of box `i` with one that was added is above the threshold. */
  isOverlapped(i: number): boolean {
    const data = this.#data;
    const sides = this.#sides;
    const threshold = this.#iouThreshold;
    const left = data[4 * i];
    const top = data[4 * i + 1];
    const right = data[4 * i + 2];
    const bottom = data[4 * i + 3];
    const area = areaAt(data, i);
    const ranges = this.#rangesNear(i);
    for (let k = 0; k < ranges; k++) {
      const end = 5 * this.#ranges[2 * k + 1];
      for (let at = 5 * this.#ranges[2 * k]; at < end; at += 5) {
        const width = Math.min(right, sides[at + 2]) - Math.max(left, sides[at]);
        if (width <= 0) continue;
        const height = Math.min(bottom, sides[at + 3]) - Math.max(top, sides[at + 1]);
        if (height <= 0) continue;
        const common = width * height;
        if (common / (area + sides[at + 4] - common) > threshold) return true;
      }
    }
    return false;
  }

  /** Puts the places of what may overlap box `i` enough into `#ranges`, the nearest rows first, and returns how many. */
  #rangesNear(i: number): number {
    const size = this.#sizes[i];
    if (size === withoutArea) return 0;
    const data = this.#data;
    const width = data[4 * i + 2] - data[4 * i];
    const height = data[4 * i + 3] - data[4 * i + 1];
    const x = data[4 * i] + width / 2;
    const y = data[4 * i + 1] + height / 2;
    const least = Math.floor(size - this.#difference);
    const most = Math.floor(size + this.#difference);
    let count = 0;
    for (const grid of this.#grids) {
      if (grid.addedCount === 0 || grid.level < least || grid.level > most) continue;
      const across = Math.min(width * this.#reach, (width + grid.widest) / 2);
      const down = Math.min(height * this.#reach, (height + grid.highest) / 2);
      const firstColumn = columnOf(grid, x - across);
      const lastColumn = columnOf(grid, x + across);
      const firstRow = rowOf(grid, y - down);
      const lastRow = rowOf(grid, y + down);
      const cells = (lastColumn - firstColumn + 1) * (lastRow - firstRow + 1);
      if (2 * (count + cells) > this.#ranges.length) this.#growRanges(2 * (count + cells));
      if (cells > grid.addedCount) {
        const start = grid.starts[grid.filled.length];
        this.#ranges[2 * count] = start;
        this.#ranges[2 * count++ + 1] = start + grid.addedCount;
        continue;
      }
      const middle = rowOf(grid, y);
      const farthest = Math.max(middle - firstRow, lastRow - middle);
      for (let distance = 0; distance <= farthest; distance++) {
        for (let side = distance === 0 ? 1 : -1; side <= 1; side += 2) {
          const row = middle + side * distance;
          if (row < firstRow || row > lastRow) continue;
          const start = row * grid.columns;
          for (let cell = start + firstColumn; cell <= start + lastColumn; cell++) {
            if (grid.filled[cell] === 0) continue;
            this.#ranges[2 * count] = grid.starts[cell];
            this.#ranges[2 * count++ + 1] = grid.starts[cell] + grid.filled[cell];
          }
        }
      }
    }
    return count;
  }

  #growRanges(length: number): void {
    const larger = new Int32Array(2 * length);
    larger.set(this.#ranges);
    this.#ranges = larger;
  }
}

/** The logarithm of each box's size. */
function sizesOf(data: Float32Array): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, i) => {
    const at = 4 * i;
    return logarithmOf(data[at + 2] - data[at], data[at + 3] - data[at + 1]);
  });
}

/** A grid for each size of boxes, with places for all of them. */
function gridsOf(data: Float32Array, sizes: Float32Array, iouThreshold: number): Grid[] {
  const extents = new Map<number, Extent>();
  for (let i = 0; i < sizes.length; i++) {
    if (sizes[i] === withoutArea) continue;
    const at = 4 * i;
    const level = Math.floor(sizes[i]);
    let extent = extents.get(level);
    if (extent === undefined) {
      extent = new Extent();
      extents.set(level, extent);
    }
    extent.include(data[at], data[at + 1], data[at + 2], data[at + 3]);
  }
  const grids = new Map(
    [...extents].map(([level, extent]) => [level, gridOf(level, extent, iouThreshold)]),
  );
  for (let i = 0; i < sizes.length; i++) {
    const grid = grids.get(Math.floor(sizes[i]));
    if (grid !== undefined) grid.starts[cellOf(grid, data, i) + 1]++;
  }
  let place = 0;
  for (const { starts } of grids.values()) {
    starts[0] = place;
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    place = 2 * starts[starts.length - 1] - place;
  }
  return [...grids.values()];
}

/** The logarithm, to base 2, of the side of a square with the area of a box. */
function logarithmOf(width: number, height: number): number {
  return width > 0 && height > 0 ? Math.log2(width * height) / 2 : withoutArea;
}

/**
 * How far the middles of two boxes lie apart at most, as a share of the width of either. The part in common is wider than
 * the threshold times the wider one: |Δx| < (w + w′)/2 - t·max(w, w′), and w′ lies between t·w and w/t.
 */
function reachShare(threshold: number): number {
  const share = threshold > 0 ? Math.max(1 - threshold, 0.5 / threshold - 0.5) : Number.MAX_VALUE;
  return share * 1.0001 + 1e-6;
}

/** Where the middles of boxes lie, and how large the boxes are. */
class Extent {
  count = 0;
  left = Number.POSITIVE_INFINITY;
  top = Number.POSITIVE_INFINITY;
  right = Number.NEGATIVE_INFINITY;
  bottom = Number.NEGATIVE_INFINITY;
  widest = 0;
  highest = 0;

  include(left: number, top: number, right: number, bottom: number): void {
    const x = (left + right) / 2;
    const y = (top + bottom) / 2;
    this.count++;
    this.left = Math.min(this.left, x);
    this.right = Math.max(this.right, x);
    this.top = Math.min(this.top, y);
    this.bottom = Math.max(this.bottom, y);
    this.widest = Math.max(this.widest, right - left);
    this.highest = Math.max(this.highest, bottom - top);
  }
}

function gridOf(level: number, extent: Extent, iouThreshold: number): Grid {
  const { left, top, right, bottom, count, widest, highest } = extent;
  const size = 0.5 * 2 ** level * Math.min(1, Math.max(0.02, 2 - 2 * iouThreshold));
  // About half as many cells as boxes, however far the boxes lie apart: looking into empty ones takes longest.
  const most = Math.ceil(Math.sqrt(count / 2)) + 1;
  const cellWidth = Math.max(size, (right - left) / most);
  const cellHeight = Math.max(size, (bottom - top) / most);
  const columns = Math.min(most, Math.floor((right - left) / cellWidth)) + 1;
  const rows = Math.min(most, Math.floor((bottom - top) / cellHeight)) + 1;
  return {
    level,
    left,
    top,
    cellWidth,
    cellHeight,
    columns,
    rows,
    widest,
    highest,
    starts: new Int32Array(columns * rows + 1),
    filled: new Int32Array(columns * rows),
    addedCount: 0,
  };
}

/** The column of cells at `x`, the outermost one for what lies outside. */
function columnOf({ left, cellWidth, columns }: Grid, x: number): number {
  return Math.max(0, Math.min(columns - 1, Math.floor((x - left) / cellWidth)));
}

function rowOf({ top, cellHeight, rows }: Grid, y: number): number {
  return Math.max(0, Math.min(rows - 1, Math.floor((y - top) / cellHeight)));
}

/** The cell of a box's middle. */
function cellOf(grid: Grid, data: Float32Array, i: number): number {
  const row = rowOf(grid, (data[4 * i + 1] + data[4 * i + 3]) / 2);
  return row * grid.columns + columnOf(grid, (data[4 * i] + data[4 * i + 2]) / 2);
}
