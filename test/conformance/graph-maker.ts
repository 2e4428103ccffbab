// The values of a graph that is being made up, what is known of their numbers, and how sources,
// outputs and updates are added. Which ops there are is the business of random-graph.ts.

import type { DType } from "../../src/core/dtype.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sameShape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Graph, Update } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";

/** Which step to do, and what it chooses. */
export type Move = readonly number[];

/** Adds something to a graph, or nothing where nothing fits. */
export type Step = (make: GraphMaker) => void;

/** A node, and what its values are multiples of; `undefined` where they are rounded. */
export interface Value {
  readonly node: Node;
  readonly grid: Grid | undefined;
}

/** Multiples of 2^-`fraction` below 2^`size` in magnitude. */
export interface Grid {
  readonly size: number;
  readonly fraction: number;
}

/** Small whole numbers. */
export const whole: Grid = { size: 0, fraction: 0 };

/** The grid, if f32 holds all of its values. */
export function held({ size, fraction }: Grid): Grid | undefined {
  return size + fraction <= 24 ? { size, fraction } : undefined;
}

/** The grid of sums of `count` values. */
export function sumGrid(count: number, ...grids: readonly (Grid | undefined)[]): Grid | undefined {
  if (!grids.every((grid) => grid !== undefined)) return undefined;
  return held({
    size: Math.max(...grids.map((grid) => grid.size)) + Math.ceil(Math.log2(count)),
    fraction: Math.max(...grids.map((grid) => grid.fraction)),
  });
}

/** The grid of sums of `count` products. */
export function productGrid(a: Grid | undefined, b: Grid | undefined, count = 1): Grid | undefined {
  if (a === undefined || b === undefined) return undefined;
  const size = a.size + b.size + Math.ceil(Math.log2(count));
  return held({ size, fraction: a.fraction + b.fraction });
}

/** A graph, values for its sources, and which of its nodes must agree exactly. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly sources: Readonly<Record<string, Tensor>>;
  readonly exact: ReadonlySet<Node>;
}

export class GraphMaker {
  readonly #specials: boolean;
  readonly #random: RandomStream;
  readonly #sources: Record<string, Tensor> = {};
  readonly #values: Value[] = [];
  readonly #states: Node[] = [];
  #choices: readonly number[] = [];

  /** With `specials`, some numbers of sources are NaN and infinities. */
  constructor(seed: number, specials = false) {
    this.#random = new RandomStream(seed);
    this.#specials = specials;
  }

  #special(): number {
    return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][this.#random.below(3)];
  }

  /** A number below `limit`, by the move at hand. */
  choose(limit: number): number {
    const [first = 0, ...rest] = this.#choices;
    this.#choices = rest;
    return first % limit;
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.choose(list.length)];
  }

  #fill(shape: Shape, dtype: DType): Tensor {
    const length = sizeOf(shape);
    if (dtype === "u8") {
      return { data: Uint8Array.from({ length }, () => this.#random.below(256)), shape };
    }
    if (dtype === "i32") {
      return { data: Int32Array.from({ length }, () => this.#random.below(9) - 2), shape };
    }
    const number = () => (this.#random.below(17) - 8) / 4;
    const special = () => (this.#random.below(16) === 0 ? this.#special() : number());
    return { data: Float64Array.from({ length }, this.#specials ? special : number), shape };
  }

  source(kind: "input" | "state", shape: Shape, dtype: DType = "f32"): Node {
    const name = `${kind}${Object.keys(this.#sources).length}`;
    const node = ops[kind](name, { shape, dtype });
    this.#sources[name] = this.#fill(shape, dtype);
    if (kind === "state") this.#states.push(node);
    this.add(node, dtype === "f32" ? { size: 2, fraction: 2 } : whole);
    return node;
  }

  add(node: Node, grid: Grid | undefined): void {
    this.#values.push({ node, grid });
  }

  /** A value that fits, rather a young one; none, where none does. */
  pick(fits: (value: Value) => boolean): Value | undefined {
    const list = this.#values.filter(fits);
    const age = () => this.choose(list.length);
    return list.length === 0 ? undefined : list[list.length - 1 - Math.min(age(), age())];
  }

  pickFloat(fits: (value: Value) => boolean = () => true): Value | undefined {
    return this.pick((value) => value.node.dtype === "f32" && fits(value));
  }

  /** Does one step, which takes its choices from `move`. */
  move([kind = 0, ...choices]: Move, steps: readonly Step[]): void {
    this.#choices = choices;
    steps[kind % steps.length](this);
  }

  /** Outputs, and updates of the states, by what is left of the last move. */
  finish([count = 0, ...choices]: Move): RandomGraph {
    this.#choices = choices;
    const outputs: Record<string, Node> = {};
    for (let i = 0; i <= count % 4; i++) {
      const value = this.pick(() => true) as Value;
      outputs[`y${i}`] = value.node;
    }
    const updates: Update[] = [];
    for (const state of this.#states) {
      const value = this.#next(state);
      if (value !== undefined) updates.push({ state, value });
    }
    const exact = new Set(
      this.#values.flatMap(({ node, grid }) =>
        node.dtype !== "f32" || grid !== undefined ? [node] : [],
      ),
    );
    return { graph: { outputs, updates }, sources: this.#sources, exact };
  }

  /** A value for a state: a node that fits, another shape of one, a step downhill, or none. */
  #next(state: Node): Node | undefined {
    const { shape, dtype } = state;
    const alike = (value: Value) =>
      sameShape(value.node.shape, shape) && value.node.dtype === dtype;
    const asLarge = ({ node }: Value) =>
      sizeOf(node.shape) === sizeOf(shape) && node.dtype === dtype;
    switch (this.choose(6)) {
      case 0:
        return undefined;
      case 1:
        return this.pick(alike)?.node;
      case 2: {
        const value = this.pick(asLarge);
        return value && ops.reshape(value.node, shape);
      }
      case 3: {
        const value = this.pickFloat(asLarge);
        if (value === undefined || dtype !== "f32") return undefined;
        const next = ops.add(state, ops.reshape(value.node, shape));
        this.add(next, undefined);
        return next;
      }
      case 4:
        return dtype === "u8" ? undefined : ops.constant(3, shape, dtype);
      default: {
        const value = this.pickFloat();
        if (value === undefined || dtype !== "f32") return undefined;
        const loss = ops.mean(ops.tanh(value.node));
        const [gradient] = gradients(loss, [state], ops);
        const next = ops.subtract(state, ops.multiply(gradient, ops.constant(0.5)));
        this.add(gradient, undefined);
        this.add(next, undefined);
        return next;
      }
    }
  }
}
