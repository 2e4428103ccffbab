// Builds a graph from a list of numbers, so that fast-check can make graphs up and shrink them. Most
// values stay multiples of a power of two that f32 holds without rounding: where they do, a target
// must agree with the reference exactly, and ops that jump (comparisons, whole numbers) are allowed.

import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sameShape, sizeOf } from "../../src/core/shape.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { ReduceOptions } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Padding } from "../../src/graph/window.ts";
import {
  GraphMaker,
  type Grid,
  held,
  type Move,
  productGrid,
  type RandomGraph,
  type Step,
  sumGrid,
  type Value,
  whole,
} from "./graph-maker.ts";

/** A function of one value; `jumps` where a rounding error could change all of the result. */
function unary(
  apply: (x: Node) => Node,
  gridOf: (grid: Grid | undefined, x: Node) => Grid | undefined,
  jumps = false,
): Step {
  return (make) => {
    const x = make.pickFloat(({ grid }) => !jumps || grid !== undefined);
    if (x !== undefined) make.add(apply(x.node), gridOf(x.grid, x.node));
  };
}

const same = (grid: Grid | undefined) => grid;
const lost = () => undefined;

/** A function of two values that stretch to each other. */
function binary(
  apply: (a: Node, b: Node) => Node,
  gridOf: (a: Grid | undefined, b: Grid | undefined) => Grid | undefined,
  jumps = false,
): Step {
  return (make) => {
    const usable = ({ grid }: Value) => !jumps || grid !== undefined;
    const a = make.pickFloat(usable);
    if (a === undefined) return;
    const b = make.pickFloat((value) => usable(value) && stretches(a.node.shape, value.node.shape));
    if (b !== undefined) make.add(apply(a.node, b.node), gridOf(a.grid, b.grid));
  };
}

function stretches(a: Shape, b: Shape): boolean {
  return a.every((dimension, i) => {
    const other = b[i - a.length + b.length] ?? 1;
    return dimension === other || dimension === 1 || other === 1;
  });
}

/** A reduction over some axes; `jumps` where a rounding error could change all of its gradient. */
function reduction(
  apply: (x: Node, options: ReduceOptions) => Node,
  gridOf: (count: number, grid: Grid | undefined) => Grid | undefined,
  jumps = false,
): Step {
  return (make) => {
    const x = make.pickFloat(({ grid }) => !jumps || grid !== undefined);
    if (x === undefined) return;
    const axes = x.node.shape.flatMap((_, a) => (make.choose(2) === 0 ? [a] : []));
    const y = apply(x.node, { axes, keepDimensions: make.choose(2) === 0 });
    make.add(y, gridOf(sizeOf(x.node.shape) / sizeOf(y.shape), x.grid));
  };
}

/** A movement of elements of any dtype. */
function movement(apply: (make: GraphMaker, x: Node) => Node): Step {
  return (make) => {
    const x = make.pick(() => true) as Value;
    make.add(apply(make, x.node), x.grid);
  };
}

function factorsOf(size: number): number[] {
  return Array.from({ length: size }, (_, i) => i + 1).filter((factor) => size % factor === 0);
}

function paddingOf(make: GraphMaker): Padding {
  const some = () => make.choose(3);
  return make.oneOf<() => Padding>([
    () => "valid",
    () => "same",
    () => ({ top: some(), bottom: some(), left: some(), right: some() }),
  ])();
}

const isImage = ({ node: { shape } }: Value) =>
  shape.length === 4 && shape[1] >= 3 && shape[2] >= 3 && sizeOf(shape) <= 2000;

const convolve: Step = (make) => {
  const x = make.pickFloat(isImage);
  if (x === undefined) return;
  const channels = x.node.shape[3];
  const groups = make.oneOf(factorsOf(channels).slice(0, 2));
  const taps = [make.choose(3) + 1, make.choose(3) + 1];
  const filters = groups * make.oneOf([1, 3, 4, 6, 17]);
  const shape = [taps[0], taps[1], channels / groups, filters];
  const filter = make.source("state", shape);
  const strides = [make.choose(3) + 1, make.choose(3) + 1] as const;
  const options = { strides, groups, padding: paddingOf(make) };
  const products = (sizeOf(taps) * channels) / groups;
  make.add(
    ops.conv2d(x.node, filter, options),
    productGrid(x.grid, { size: 2, fraction: 2 }, products),
  );
};

const multiplyMatrices: Step = (make) => {
  const a = make.pickFloat(({ node: { shape } }) => shape.length >= 1 && sizeOf(shape) <= 2000);
  if (a === undefined) return;
  const rows = make.oneOf([a.node.shape[0], sizeOf(a.node.shape)]);
  const inner = sizeOf(a.node.shape) / rows;
  const matrix = ops.reshape(a.node, [rows, inner]);
  const columns = make.oneOf([1, 3, 4, 10]);
  const transposeA = make.choose(2) === 0;
  const length = transposeA ? rows : inner;
  const transposeB = make.choose(2) === 0;
  const b = make.source("state", transposeB ? [columns, length] : [length, columns]);
  make.add(
    ops.matmul(matrix, b, { transposeA, transposeB }),
    productGrid(a.grid, { size: 2, fraction: 2 }, length),
  );
};

function pool(apply: (x: Node, options: PoolChoice) => Node, jumps: boolean): Step {
  return (make) => {
    const x = make.pickFloat((value) => isImage(value) && (!jumps || value.grid !== undefined));
    if (x === undefined) return;
    const size = [make.choose(2) + 2, make.choose(2) + 2] as const;
    const strides = [make.choose(3) + 1, make.choose(3) + 1] as const;
    const padding = make.oneOf<Padding>([
      "valid",
      "same",
      { top: 1, bottom: 0, left: 1, right: 1 },
    ]);
    make.add(apply(x.node, { size, strides, padding }), jumps ? x.grid : undefined);
  };
}

interface PoolChoice {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** The gradient of a sum of squares of one value for another value, which may be in its middle. */
const differentiate: Step = (make) => {
  const y = make.pickFloat();
  const x = make.pickFloat();
  if (x === undefined || y === undefined) return;
  const loss = ops.sum(ops.tanh(ops.multiply(y.node, y.node)));
  const [gradient] = gradients(loss, [x.node], ops);
  make.add(gradient, undefined);
};

/** Rows of a table, or elements of one row, at indices that may be computed. */
const lookUp: Step = (make) => {
  const x = make.pick(({ node }) => node.shape.length > 0);
  const given = make.pick(({ node }) => node.dtype !== "f32" && node.shape.length === 1);
  if (x === undefined || given === undefined) return;
  const table = make.choose(2) === 0 ? x.node : ops.reshape(x.node, [sizeOf(x.node.shape)]);
  const next = () => ops.add(ops.cast(given.node, "i32"), ops.constant(1, [], "i32"));
  make.add(ops.gather(table, make.choose(2) === 0 ? given.node : next()), x.grid);
};

/** One of two values, by a comparison of two others. */
const chooseBy: Step = (make) => {
  const a = make.pickFloat();
  if (a === undefined) return;
  const alike = ({ node }: Value) => sameShape(node.shape, a.node.shape);
  const exactly = (value: Value) => alike(value) && value.grid !== undefined;
  const b = make.pickFloat(alike);
  const [c, d] = [make.pickFloat(exactly), make.pickFloat(exactly)];
  if (b === undefined || c === undefined || d === undefined) return;
  const condition = make.choose(2) === 0 ? ops.less(c.node, d.node) : ops.equal(c.node, d.node);
  make.add(ops.select(condition, a.node, b.node), sumGrid(1, a.grid, b.grid));
};

/** A sum with a value that is seen in another shape. */
const addReshaped: Step = (make) => {
  const a = make.pickFloat();
  const b = make.pickFloat(({ node }) => sizeOf(node.shape) === sizeOf(a?.node.shape ?? []));
  if (a === undefined || b === undefined) return;
  make.add(ops.add(a.node, ops.reshape(b.node, a.node.shape)), sumGrid(2, a.grid, b.grid));
};

const moves: readonly Step[] = [
  unary((x) => ops.negate(x), same),
  unary((x) => ops.relu(x), same, true),
  unary((x) => ops.absolute(x), same, true),
  unary(
    (x) => ops.sign(x),
    () => whole,
    true,
  ),
  unary(
    (x) => ops.floor(x),
    (grid) => grid && { size: grid.size + 1, fraction: 0 },
    true,
  ),
  unary((x) => ops.tanh(x), lost),
  unary((x) => ops.sigmoid(x), lost),
  unary((x) => ops.squareRoot(ops.add(ops.multiply(x, x), ops.constant(1))), lost),
  unary((x) => ops.exponential(ops.negate(ops.multiply(x, x))), lost),
  unary((x) => ops.logarithm(ops.add(ops.multiply(x, x), ops.constant(1))), lost),
  unary(
    (x) => ops.multiply(x, ops.constant(0.5)),
    (grid) => productGrid(grid, { size: 0, fraction: 1 }),
  ),
  unary(
    (x) => ops.divide(ops.constant(2, x.shape), ops.constant(4)),
    () => ({
      size: 0,
      fraction: 1,
    }),
  ),
  unary(
    (x) => ops.cast(x, "i32"),
    () => whole,
    true,
  ),
  binary(
    (a, b) => ops.add(a, b),
    (a, b) => sumGrid(2, a, b),
  ),
  binary(
    (a, b) => ops.subtract(a, b),
    (a, b) => sumGrid(2, a, b),
  ),
  binary((a, b) => ops.multiply(a, b), productGrid),
  binary((a, b) => ops.multiply(ops.tanh(a), b), lost),
  binary(
    (a, b) => ops.maximum(a, b),
    (a, b) => sumGrid(1, a, b),
    true,
  ),
  binary(
    (a, b) => ops.minimum(a, b),
    (a, b) => sumGrid(1, a, b),
    true,
  ),
  binary(
    (a, b) => ops.less(a, b),
    () => whole,
    true,
  ),
  binary(
    (a, b) => ops.equal(a, b),
    () => whole,
    true,
  ),
  binary(
    (a, b) => ops.select(ops.lessEqual(a, b), a, b),
    (a, b) => sumGrid(1, a, b),
    true,
  ),
  binary((a, b) => ops.divide(a, ops.add(ops.multiply(b, b), ops.constant(1))), lost),
  reduction((x, options) => ops.sum(x, options), sumGrid),
  reduction(
    (x, options) => ops.sum(ops.multiply(x, x), options),
    (count, grid) => productGrid(grid, grid, count),
  ),
  reduction(
    (x, options) => ops.reduceMaximum(x, options),
    (_, grid) => grid,
    true,
  ),
  reduction(
    (x, options) => ops.reduceMinimum(x, options),
    (_, grid) => grid,
    true,
  ),
  movement((make, x) => {
    const first = make.oneOf(factorsOf(sizeOf(x.shape)));
    return ops.reshape(x, [first, sizeOf(x.shape) / first]);
  }),
  movement((_, x) => ops.reshape(x, [sizeOf(x.shape)])),
  movement((make, x) => {
    const left = x.shape.map((_, a) => a);
    const order = x.shape.map(() => left.splice(make.choose(left.length), 1)[0]);
    return ops.transpose(x, order);
  }),
  movement((make, x) => {
    const some = () => x.shape.map(() => make.choose(3));
    return ops.pad(x, some(), some(), make.oneOf([0, 1]));
  }),
  movement((make, x) => {
    const start = x.shape.map((dimension) => make.choose(dimension));
    const step = x.shape.map(() => make.choose(2) + 1);
    const size = x.shape.map((dimension, a) => Math.ceil((dimension - start[a]) / step[a]));
    return ops.slice(x, start, size, step);
  }),
  movement((make, x) => {
    const [axis] = x.shape.length === 0 ? [-1] : [make.choose(x.shape.length)];
    return axis < 0 ? ops.broadcastTo(x, [3]) : ops.concatenate([x, x], axis);
  }),
  movement((make, x) => ops.broadcastTo(x, [make.choose(3) + 1, ...x.shape])),
  (make) => {
    const a = make.pickFloat(({ node }) => node.shape.length > 0);
    if (a === undefined) return;
    const ones = ops.constant(1, a.node.shape);
    const order = make.choose(2) === 0 ? [a.node, ones] : [ones, a.node];
    make.add(ops.concatenate(order, make.choose(a.node.shape.length)), sumGrid(1, a.grid, whole));
  },
  lookUp,
  lookUp,
  chooseBy,
  chooseBy,
  addReshaped,
  addReshaped,
  (make) => {
    const labels = make.pick(({ node }) => node.dtype !== "f32" && node.shape.length === 1);
    if (labels !== undefined) make.add(ops.oneHot(labels.node, make.choose(6) + 1), whole);
  },
  (make) => {
    const x = make.pick(({ node }) => node.dtype !== "f32");
    if (x !== undefined) make.add(ops.cast(x.node, "f32"), { size: 9, fraction: 0 });
  },
  (make) => {
    const x = make.pick(({ node }) => node.dtype === "i32");
    const one = ops.constant(1, [], "i32");
    if (x !== undefined) make.add(ops.maximum(ops.add(x.node, one), one), whole);
  },
  (make) => {
    const x = make.pickFloat(({ node, grid }) => node.shape.length > 0 && grid !== undefined);
    if (x !== undefined) make.add(ops.argMaximum(x.node, make.choose(x.node.shape.length)), whole);
  },
  (make) => {
    const x = make.pickFloat();
    const step = make.pick(({ node }) => node.dtype === "i32" && node.shape.length === 0);
    if (x === undefined || step === undefined) return;
    const options = { shape: x.node.shape, rate: 0.5, seed: 7, stream: make.choose(2) };
    const masked = ops.multiply(x.node, ops.dropoutMask(step.node, options));
    make.add(masked, x.grid && held({ ...x.grid, size: x.grid.size + 1 }));
  },
  (make) => {
    const x = make.pickFloat(({ node }) => node.shape.length > 0);
    if (x !== undefined) make.add(ops.softmax(x.node), undefined);
  },
  convolve,
  convolve,
  multiplyMatrices,
  pool((x, options) => ops.maxPool(x, options), true),
  pool((x, options) => ops.averagePool(x, options), false),
  differentiate,
  differentiate,
];

/** Their padding may be zeros that are multiplied, and 0 · ∞ is NaN. */
const finiteMoves: ReadonlySet<Step> = new Set([convolve, multiplyMatrices]);
const specialMoves = moves.filter((move) => !finiteMoves.has(move));

/**
 * The graph that `seed` (its numbers) and `steps` (its ops) describe; with `specials` some numbers of
 * its sources are NaN and infinities.
 */
export function randomGraph(
  seed: number,
  steps: readonly Move[],
  last: Move,
  specials = false,
): RandomGraph {
  const make = new GraphMaker(seed, specials);
  const random = new RandomStream(seed, 1);
  const height = 3 + random.below(3);
  const or = (other: number) => (random.below(3) === 0 ? other : height);
  const image = [or(1 + random.below(3)), height, or(3 + random.below(4)), or(1 + random.below(6))];
  make.source("input", image);
  make.source("input", [image[0]], "i32");
  make.source("input", [], "i32");
  make.source("input", [4, image[3]], "u8");
  make.source("state", image);
  make.source("state", image);
  make.source("state", [image[3]]);
  make.source("state", [5, image[3]], "u8");
  make.source("state", [image[0]], "i32");
  if (seed % 8 === 1) make.source("state", [700, 33]);
  for (const step of steps) make.move(step, specials ? specialMoves : moves);
  return make.finish(last);
}
