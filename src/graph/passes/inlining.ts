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

/** Scalar operations that take a step or two; any other counts as `slowSteps`. */
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

const slowSteps = 16;

/** Steps that a value may take to be made again: about what it takes to write it to memory and read it twice. */
const mostSteps = 64;

/** The steps of a formula's operations; parts that it has twice count once. */
function stepsOf<S>(formula: Expression<S>, counted = new Set<Expression<S>>()): number {
  if (formula.kind !== "scalar" || counted.has(formula)) return 0;
  counted.add(formula);
  const own = quickOps.has(formula.op) ? 1 : slowSteps;
  return formula.args.reduce((sum, arg) => sum + stepsOf(arg, counted), own);
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

/** What a value can be made of again: one value of its size in memory, and nodes in between. */
interface Origin {
  readonly from: Node;
  /** The nodes in between and the value's own, each with its steps and one for itself. */
  readonly by: ReadonlyMap<Node, number>;
}

export class Inlining {
  readonly #nodes: KnownNodes;
  readonly #origins = new Map<Node, Origin>();
  readonly #inlined = new Set<Node>();
  /** What stands for a node in formulas, by place. */
  readonly #written = new Map<Node, Map<string, Expression<Node>>>();
  /** In how many places each of them is written out. */
  readonly #copies = new Map<Node, number>();
  /** How many operations of the formulas that it is written out in come after it. */
  readonly #below = new Map<Node, number>();
  /** Those of them that are written out in any cluster, not only in a reduction's body. */
  readonly #anywhere = new Set<Node>();
  readonly #updateOnly = new Set<Node>();

  constructor(nodes: KnownNodes) {
    this.#nodes = nodes;
    for (const node of nodes.order) this.#origins.set(node, this.#findOrigin(node));
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
   * A formula over inputs as one over nodes, with constants and inlined nodes written out. What is read or
   * written out at one place is one expression in all formulas, so that a cluster computes it once, and a chain
   * of nodes that read a value twice does not double at every link.
   */
  resolve(
    body: Expression<number>,
    inputs: readonly Node[],
    axes?: readonly Affine[],
  ): Expression<Node> {
    const move = (at: Affine) => (axes === undefined ? at : substituteAffine(at, axes));
    const resolveIndex = (index: Index<number>): Index<Node> =>
      isLookup(index) ? { lookup: this.resolve(index.lookup, inputs, axes) } : move(index);
    const resolveRead = (r: Extract<Expression<number>, { kind: "read" }>): Expression<Node> => {
      const source = inputs[r.source];
      const value = constantValue(source);
      if (value !== undefined && r.outside === undefined) {
        return { kind: "constant", value, dtype: source.dtype === "f32" ? "f32" : "i32" };
      }
      const index = r.index.map(resolveIndex);
      return isPlain(r) ? this.#at(source, index as Affine[]) : read(source, index, r.outside);
    };
    return rewrite<number, Node>(body, resolveRead, move);
  }

  /** A node's value at one place: a read, or its own formula where it is written out. */
  #at(node: Node, index: readonly Affine[]): Expression<Node> {
    const places = this.#written.get(node) ?? new Map<string, Expression<Node>>();
    this.#written.set(node, places);
    const place = JSON.stringify(index);
    const known = places.get(place);
    if (known !== undefined) return known;
    const { body } = this.#computationOf(node) as Computation & { kind: "map" };
    const formula = this.#inlined.has(node)
      ? this.resolve(body, node.inputs, index)
      : read(node, index);
    places.set(place, formula);
    return formula;
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
   * Whether all users of a node should make it again: that takes a few steps from one value of its own size
   * that must lie in memory anyway, so that no user reads more than it would.
   */
  #isWorthRepeating(node: Node): boolean {
    const { from } = this.#originOf(node);
    if (from === node || constantValue(from) !== undefined) return false;
    return this.#computationOf(from).kind === "source" || new Set(this.#consumersOf(from)).size > 1;
  }

  #originOf(node: Node): Origin {
    return this.#origins.get(node) as Origin;
  }

  /** Of what a node can be made again: of itself where it has to lie in memory, or reads too much. */
  #findOrigin(node: Node): Origin {
    const itself = { from: node, by: new Map() };
    const computation = this.#computationOf(node);
    if (computation.kind !== "map" || !this.#canBeRepeated(node)) return itself;
    const reads = [...readsOf(computation.body)];
    if (!reads.every(isPlain)) return itself;
    const size = sizeOf(node.shape);
    const inputs = new Set(reads.map((r) => node.inputs[r.source]));
    const large = [...inputs].filter(({ shape }) => 8 * sizeOf(shape) > size);
    const origins = large.map((input) => this.#originOf(input));
    const [from, ...others] = new Set(origins.map((origin) => origin.from));
    if (from === undefined || others.length > 0 || sizeOf(from.shape) !== size) return itself;
    const by = new Map(origins.flatMap((origin) => [...origin.by]));
    by.set(node, 1 + stepsOf(computation.body));
    const steps = [...by.values()].reduce((sum, own) => sum + own, 0);
    return steps <= mostSteps ? { from, by } : itself;
  }

  /** Whether the formulas of all users can have a node written out, and none asks for it more than once. */
  #canBeRepeated(node: Node): boolean {
    if (this.#nodes.outputs.has(node) || this.#nodes.updateValues.has(node)) return false;
    const size = sizeOf(node.shape);
    return this.#consumersOf(node).every(
      (user) => this.readsPlainly(user, node) && this.#iterations(user) <= size,
    );
  }

  /** A comparison costs less than the memory it would fill: its users compare again. */
  #isComparison(node: Node): boolean {
    return ["equal", "less", "lessEqual"].includes(node.op.name);
  }
}
