// Boxes in cells, so that those that may overlap one are found without looking at all of them. Boxes of about the same
// area lie in one grid, by their middles, with cells about as large as they are: at most a few boxes that overlap
// little fit into a cell.

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
  /** For each cell the box that was added last, or -1. */
  readonly first: Int32Array;
  /** All that were added, in their order. */
  readonly added: Int32Array;
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
  /** The logarithm of each box's size. */
  readonly #sizes: Float32Array;
  /** How much the sizes of two boxes differ at most: one area is at least the threshold times the other. */
  readonly #difference: number;
  readonly #reach: number;
  readonly #next: Int32Array;
  readonly #grids: readonly Grid[];

  constructor(data: Float32Array, iouThreshold: number) {
    const count = data.length / 4;
    this.#data = data;
    this.#difference = 1e-4 - Math.log2(iouThreshold) / 2;
    this.#reach = reachShare(iouThreshold);
    this.found = new Int32Array(count);
    this.#next = new Int32Array(count);
    this.#sizes = new Float32Array(count);
    const extents = new Map<number, Extent>();
    for (let i = 0; i < count; i++) {
      const at = 4 * i;
      const size = logarithmOf(data[at + 2] - data[at], data[at + 3] - data[at + 1]);
      this.#sizes[i] = size;
      if (size === withoutArea) continue;
      const level = Math.floor(this.#sizes[i]);
      let extent = extents.get(level);
      if (extent === undefined) {
        extent = new Extent();
        extents.set(level, extent);
      }
      extent.include(data[at], data[at + 1], data[at + 2], data[at + 3]);
    }
    this.#grids = [...extents].map(([level, extent]) => gridOf(level, extent, iouThreshold));
  }

  /** From now on box `i` is found. */
  add(i: number): void {
    const own = Math.floor(this.#sizes[i]);
    const grid = this.#grids.find(({ level }) => level === own);
    if (grid === undefined) return;
    const data = this.#data;
    const row = rowOf(grid, (data[4 * i + 1] + data[4 * i + 3]) / 2);
    const column = columnOf(grid, (data[4 * i] + data[4 * i + 2]) / 2);
    const cell = row * grid.columns + column;
    this.#next[i] = grid.first[cell];
    grid.first[cell] = i;
    grid.added[grid.addedCount++] = i;
  }

  /** Puts what may overlap box `i` enough into `found`, in no order, and returns how many. */
  near(i: number): number {
    const size = this.#sizes[i];
    if (size === withoutArea) return 0;
    const data = this.#data;
    const found = this.found;
    const next = this.#next;
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
      if ((lastColumn - firstColumn + 1) * (lastRow - firstRow + 1) > grid.addedCount) {
        for (let k = 0; k < grid.addedCount; k++) found[count++] = grid.added[k];
        continue;
      }
      for (let row = firstRow; row <= lastRow; row++) {
        const start = row * grid.columns;
        for (let cell = start + firstColumn; cell <= start + lastColumn; cell++) {
          for (let other = grid.first[cell]; other >= 0; other = next[other]) {
            found[count++] = other;
          }
        }
      }
    }
    return count;
  }
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
  // About as many cells as boxes, however far the boxes lie apart.
  const most = Math.ceil(Math.sqrt(4 * count)) + 1;
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
    first: new Int32Array(columns * rows).fill(-1),
    added: new Int32Array(count),
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
