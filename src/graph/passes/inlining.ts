// Which elementwise nodes are written out in the formulas of their users, and which exist only for
// updates: what pass 5 asks before it makes clusters.

import { sizeOf } from "../../core/shape.ts";
import type { Computation } from "../computation.ts";
import {
  type Affine,
  depthOf,
  type Expression,
  type Index,
  isLookup,
  read,
  readsOf,
  rewrite,
  type ScalarOp,
  substituteAffine,
} from "../expression.ts";
import type { Node } from "../op.ts";
import { constantValue } from "./03-fold.ts";

/** Scalar operations that take a step or two. */
const quickOps: ReadonlySet<ScalarOp> = new Set([
  "add",
  "subtract",
  "multiply",
  "maximum",
  "minimum",
  "negate",
  "absolute",
  "toF32",
  "select",
  "equal",
  "less",
  "lessEqual",
]);

function isQuick<S>(formula: Expression<S>): boolean {
  if (formula.kind !== "scalar") return true;
  return quickOps.has(formula.op) && formula.args.every(isQuick);
}

/** Whether a read is affine and always inside. */
export function isPlain<S>(r: Extract<Expression<S>, { kind: "read" }>): boolean {
  return r.outside === undefined && !r.index.some(isLookup);
}

/** What is known of a graph's nodes. */
export interface KnownNodes {
  /** Inputs before users. */
  readonly order: readonly Node[];
  readonly consumers: ReadonlyMap<Node, readonly Node[]>;
  readonly computations: ReadonlyMap<Node, Computation>;
  readonly outputs: ReadonlySet<Node>;
  readonly updateValues: ReadonlySet<Node>;
}

/**
 * The longest row of operations, one after another, that a formula may have. No layer comes near it; a
 * row of elementwise nodes without end would be a kernel without end.
 */
export const deepest = 100;

export class Inlining {
  readonly #nodes: KnownNodes;
  readonly #inlined = new Set<Node>();
  /** In how many places each of them is written out. */
  readonly #copies = new Map<Node, number>();
  /** How many operations of the formulas that it is written out in come after it. */
  readonly #below = new Map<Node, number>();
  /** Those of them that are written out in any cluster, not only in a reduction's body. */
  readonly #anywhere = new Set<Node>();
  readonly #updateOnly = new Set<Node>();

  constructor(nodes: KnownNodes) {
    this.#nodes = nodes;
    for (const node of [...nodes.order].reverse()) this.#classify(node);
  }

  /** Whether the formulas of a node's users have it written out. */
  has(node: Node): boolean {
    return this.#inlined.has(node);
  }

  /** Whether nothing but updates needs a node. */
  isForUpdates(node: Node): boolean {
    return this.#updateOnly.has(node);
  }

  /** Writes a node out in its only user after all. */
  add(node: Node): void {
    this.#inlined.add(node);
  }

  /** Whether the formula of `user` can have `node` written out in it. */
  readsPlainly(user: Node, node: Node): boolean {
    const computation = this.#computationOf(user);
    if (computation.kind !== "map" && computation.kind !== "reduce") return false;
    const uses = [...readsOf(computation.body)].filter((r) => user.inputs[r.source] === node);
    return uses.every(isPlain);
  }

  /**
   * A formula over inputs as one over nodes, with constants and inlined nodes written out: each once
   * a place, or a chain of nodes that read a value twice would double at every link.
   */
  resolve(
    body: Expression<number>,
    inputs: readonly Node[],
    axes?: readonly Affine[],
    written = new Map<Node, Map<string, Expression<Node>>>(),
  ): Expression<Node> {
    const move = (at: Affine) => (axes === undefined ? at : substituteAffine(at, axes));
    const resolveIndex = (index: Index<number>): Index<Node> =>
      isLookup(index) ? { lookup: this.resolve(index.lookup, inputs, axes, written) } : move(index);
    const resolveRead = (r: Extract<Expression<number>, { kind: "read" }>): Expression<Node> => {
      const source = inputs[r.source];
      const value = constantValue(source);
      if (value !== undefined && r.outside === undefined) {
        return { kind: "constant", value, dtype: source.dtype === "f32" ? "f32" : "i32" };
      }
      const index = r.index.map(resolveIndex);
      if (!this.#inlined.has(source)) return read(source, index, r.outside);
      const places = written.get(source) ?? new Map<string, Expression<Node>>();
      written.set(source, places);
      const place = JSON.stringify(index);
      const known = places.get(place);
      if (known !== undefined) return known;
      const { body } = this.#computationOf(source) as Computation & { kind: "map" };
      const formula = this.resolve(body, source.inputs, index as readonly Affine[], written);
      places.set(place, formula);
      return formula;
    };
    return rewrite<number, Node>(body, resolveRead, move);
  }

  #computationOf(node: Node): Computation {
    return this.#nodes.computations.get(node) as Computation;
  }

  #consumersOf(node: Node): readonly Node[] {
    return this.#nodes.consumers.get(node) as readonly Node[];
  }

  /** Decides, users first, which nodes exist only for updates and which only inside a reduction. */
  #classify(node: Node): void {
    if (this.#computationOf(node).kind !== "map" || this.#nodes.outputs.has(node)) return;
    const consumers = this.#consumersOf(node);
    const wanted = this.#nodes.updateValues.has(node);
    if ((wanted || consumers.length > 0) && consumers.every((user) => this.#updateOnly.has(user))) {
      this.#updateOnly.add(node);
      return;
    }
    if (wanted) return;
    const copies = consumers.reduce((sum, user) => sum + (this.#copies.get(user) ?? 1), 0);
    const below = Math.max(0, ...consumers.map((user) => this.#depthFrom(user)));
    this.#below.set(node, below);
    if (below + this.#ownDepth(node) > deepest) return;
    if (
      (this.#isComparison(node) || this.#isWorthRepeating(node)) &&
      consumers.every((user) => this.readsPlainly(user, node))
    ) {
      this.#inline(node, copies);
      this.#anywhere.add(node);
      return;
    }
    if (consumers.length !== 1 || copies > 1) return;
    const [user] = consumers;
    const computation = this.#computationOf(user);
    const inside = computation.kind === "reduce" || this.#inlined.has(user);
    if (!inside || this.#iterations(user) > sizeOf(node.shape)) return;
    if (!this.readsPlainly(user, node)) return;
    if (this.#anywhere.has(user)) {
      // A cluster's lanes lie as its root wants them: there, only plain reads can follow.
      const { body } = this.#computationOf(node) as Computation & { kind: "map" };
      if (![...readsOf(body)].every(isPlain)) return;
      this.#anywhere.add(node);
    }
    this.#inline(node, copies);
  }

  #ownDepth(node: Node): number {
    const computation = this.#computationOf(node);
    return computation.kind === "map" ? depthOf(computation.body) : 0;
  }

  /** How many operations follow a value that the formula of `user` has written out in it. */
  #depthFrom(user: Node): number {
    const after = this.#inlined.has(user) ? (this.#below.get(user) ?? 0) : 0;
    return after + this.#ownDepth(user);
  }

  #inline(node: Node, copies: number): void {
    this.#inlined.add(node);
    this.#copies.set(node, copies);
  }

  /** How often the formula of `user` is evaluated. */
  #iterations(user: Node): number {
    const computation = this.#computationOf(user);
    const inner = computation.kind === "reduce" ? sizeOf(computation.extents) : 1;
    return sizeOf(user.shape) * inner;
  }

  /**
   * Whether all users of a node should compute it again: it takes a few quick steps from one value of
   * its own size that must lie in memory anyway, so that no user reads more than it would.
   */
  #isWorthRepeating(node: Node): boolean {
    const { body } = this.#computationOf(node) as Computation & { kind: "map" };
    const reads = [...readsOf(body)];
    if (!reads.every(isPlain) || !isQuick(body)) return false;
    const size = sizeOf(node.shape);
    const large = [...new Set(reads.map((r) => node.inputs[r.source]))].filter(
      (input) => 8 * sizeOf(input.shape) > size,
    );
    if (large.length !== 1 || sizeOf(large[0].shape) !== size) return false;
    const [from] = large;
    if (constantValue(from) !== undefined) return false;
    const isSource = this.#computationOf(from).kind === "source";
    const shared = new Set(this.#consumersOf(from)).size > 1;
    const consumers = this.#consumersOf(node);
    return (isSource || shared) && consumers.every((user) => this.#iterations(user) <= size);
  }

  /** A comparison costs less than the memory it would fill: its users compare again. */
  #isComparison(node: Node): boolean {
    return ["equal", "less", "lessEqual"].includes(node.op.name);
  }
}
