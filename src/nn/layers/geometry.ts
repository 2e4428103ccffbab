// Where the pixels of a moved image come from: a matrix for each example, and what is between pixels or
// beyond the border. Images that are moved several times in a row are sampled once, where the product of
// the matrices says. Layers say how they move; this file knows no layer.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { SamplingOptions } from "../../graph/vocabulary.ts";

/** A number that is known, or one for each example: `[N, 1, 1]`. */
export type Entry = number | Node;

/**
 * The place in the image of the pixel in column x and row y of the result, counted from 0, for entries in
 * rows: `((a x + b y + c) / (g x + h y + i), (d x + e y + f) / (g x + h y + i))`.
 */
export type Matrix = readonly [Entry, Entry, Entry, Entry, Entry, Entry, Entry, Entry, Entry];

/** How images are moved. */
export interface Geometry {
  /** Rows and columns of the result. */
  readonly size: readonly [number, number];
  readonly matrix: Matrix;
  /** What is added to the rows and columns of each pixel before the matrix: `[N, P, Q]`. */
  readonly displacement?: { readonly rows: Node; readonly columns: Node };
  readonly sampling: SamplingOptions;
  /** Whether all places are middles of pixels inside the image, so that the way of sampling is all one. */
  readonly exact: boolean;
}

/** Sampling for geometries that take whole pixels alone. */
export const wholePixels: SamplingOptions = {
  interpolation: "nearest",
  fillMode: "nearest",
  fillValue: 0,
};

export const identityMatrix: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Arithmetic with entries: what is known beforehand is not computed. */
export class Entries {
  readonly #build: Builder;

  constructor(build: Builder) {
    this.#build = build;
  }

  #node(entry: Entry): Node {
    return typeof entry === "number" ? this.#build.constant(entry) : entry;
  }

  add(a: Entry, b: Entry): Entry {
    if (typeof a === "number" && typeof b === "number") return a + b;
    if (a === 0) return b;
    return b === 0 ? a : this.#build.add(this.#node(a), this.#node(b));
  }

  multiply(a: Entry, b: Entry): Entry {
    if (typeof a === "number" && typeof b === "number") return a * b;
    if (a === 0 || b === 0) return 0;
    if (a === 1) return b;
    return b === 1 ? a : this.#build.multiply(this.#node(a), this.#node(b));
  }

  subtract(a: Entry, b: Entry): Entry {
    return this.add(a, this.multiply(-1, b));
  }

  divide(a: Entry, b: Entry): Entry {
    if (a === 0 || b === 1) return a;
    if (typeof a === "number" && typeof b === "number") return a / b;
    return this.#build.divide(this.#node(a), this.#node(b));
  }

  /** `a` where `condition` is 1, `b` where it is 0. */
  select(condition: Node, a: Entry, b: Entry): Entry {
    return a === b ? a : this.#build.select(condition, this.#node(a), this.#node(b));
  }

  /** a₀ b₀ + a₁ b₁ + … */
  sumOfProducts(...pairs: readonly (readonly [Entry, Entry])[]): Entry {
    return pairs.reduce<Entry>((sum, [a, b]) => this.add(sum, this.multiply(a, b)), 0);
  }

  /** `a · b`: first where `b` leads, then where `a` leads from there. */
  product(a: Matrix, b: Matrix): Matrix {
    const at = (row: number, column: number) =>
      this.sumOfProducts(
        [a[3 * row], b[column]],
        [a[3 * row + 1], b[3 + column]],
        [a[3 * row + 2], b[6 + column]],
      );
    return [
      at(0, 0),
      at(0, 1),
      at(0, 2),
      at(1, 0),
      at(1, 1),
      at(1, 2),
      at(2, 0),
      at(2, 1),
      at(2, 2),
    ];
  }

  /** The way back, up to a factor that the division by the third row takes out. */
  inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
    const minor = (p: Entry, q: Entry, r: Entry, s: Entry) =>
      this.subtract(this.multiply(p, s), this.multiply(q, r));
    return [
      minor(e, f, h, i),
      minor(c, b, i, h),
      minor(b, c, e, f),
      minor(f, d, i, g),
      minor(a, c, g, i),
      minor(c, a, f, d),
      minor(d, e, g, h),
      minor(b, a, h, g),
      minor(a, b, d, e),
    ];
  }

  /** Where a matrix leads from column `x` and row `y`. */
  place([a, b, c, d, e, f, g, h, i]: Matrix, x: Node, y: Node): { columns: Entry; rows: Entry } {
    const one = 1;
    const columns = this.sumOfProducts([a, x], [b, y], [c, one]);
    const rows = this.sumOfProducts([d, x], [e, y], [f, one]);
    const scale = this.sumOfProducts([g, x], [h, y], [i, one]);
    if (typeof scale === "number") {
      return { columns: this.divide(columns, scale), rows: this.divide(rows, scale) };
    }
    const divisor = this.#awayFromZero(scale);
    return { columns: this.divide(columns, divisor), rows: this.divide(rows, divisor) };
  }

  /** What lies at infinity is taken to be far away: no place is NaN. */
  #awayFromZero(scale: Node): Node {
    const build = this.#build;
    const least = build.constant(1e-6);
    const isNone = build.less(build.absolute(scale), least);
    return build.select(isNone, least, scale);
  }
}

/** What `sampled` has made, and of what: so that the next one can go back to the image itself. */
const origins = new WeakMap<Node, { readonly image: Node; readonly geometry: Geometry }>();

function isSame(a: SamplingOptions, b: SamplingOptions): boolean {
  const filled = a.fillMode !== "constant" || a.fillValue === b.fillValue;
  return a.interpolation === b.interpolation && a.fillMode === b.fillMode && filled;
}

/** Whether one sampling can stand for `first`, and then `second`. */
function canMerge(first: Geometry, second: Geometry): boolean {
  if (first.displacement !== undefined) return false;
  return first.exact || second.exact || isSame(first.sampling, second.sampling);
}

/** `first`, then `second`, in one. */
function merged(build: Builder, first: Geometry, second: Geometry): Geometry {
  return {
    ...second,
    matrix: new Entries(build).product(first.matrix, second.matrix),
    sampling: second.exact ? first.sampling : second.sampling,
    exact: first.exact && second.exact,
  };
}

/**
 * `image [N, H, W, C]` moved: `[N, P, Q, C]`. What was moved before is sampled from where it came from, once,
 * unless the two are to be sampled in different ways.
 */
export function sampled(build: Builder, image: Node, geometry: Geometry): Node {
  const origin = origins.get(image);
  if (origin !== undefined && canMerge(origin.geometry, geometry)) {
    return sampled(build, origin.image, merged(build, origin.geometry, geometry));
  }
  const { rows, columns } = placesOf(build, image.shape[0], geometry);
  const result = build.sampleImage(image, rows, columns, geometry.sampling);
  origins.set(result, { image, geometry });
  return result;
}

/** 0, 1, … as a row or a column of a picture. */
function countTo(build: Builder, length: number, shape: readonly number[]): Node {
  const middles = build.samplePositions(length, length);
  return build.reshape(build.subtract(middles, build.constant(0.5)), shape);
}

/** The places in the image of all pixels of the result, `[N, P, Q]`. */
function placesOf(build: Builder, count: number, { size, matrix, displacement }: Geometry) {
  const [height, width] = size;
  const [x, y] = [countTo(build, width, [1, 1, width]), countTo(build, height, [1, height, 1])];
  const entries = new Entries(build);
  const { rows, columns } = entries.place(
    matrix,
    displacement === undefined ? x : build.add(x, displacement.columns),
    displacement === undefined ? y : build.add(y, displacement.rows),
  );
  const full = (entry: Entry) => {
    const node = typeof entry === "number" ? build.constant(entry) : entry;
    return build.broadcastTo(node, [count, height, width]);
  };
  return { rows: full(rows), columns: full(columns) };
}
