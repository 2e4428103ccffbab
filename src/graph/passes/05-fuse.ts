// Pass 5: nodes become clusters, and a cluster becomes one pass over memory. An elementwise node joins
// the cluster that makes its input, so a bias, an activation or a mask costs no trip to memory of its
// own. It decides what is computed together, never how.

import { type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import type { Slices } from "../../core/slices.ts";
import type { Combine, Computation } from "../computation.ts";
import {
  aligned,
  depthOf,
  type Expression,
  type Index,
  isLookup,
  read,
  readsOf,
  rewrite,
} from "../expression.ts";
import { consumersOf, dependentsOf, type Graph, rootsOf, topologicalOrder } from "../graph.ts";
import { computationOf, type Node } from "../op.ts";
import { constantValue } from "./03-fold.ts";
import { deepest, Inlining, isPlain } from "./inlining.ts";

/** The contraction or reduction at the heart of a cluster. */
export type Root = Exclude<
  Computation,
  { kind: "source" | "alias" | "map" | "reduce" | "argMaximum" }
>;

/** A cluster's heart with its formulas over nodes. */
export type ClusterRoot =
  | { readonly kind: "none" }
  | { readonly kind: "contraction"; readonly computation: Root; readonly inputs: readonly Node[] }
  | {
      readonly kind: "reduce";
      readonly extents: readonly number[];
      readonly combine: Combine;
      /** One for each reduction of the same elements. */
      readonly bodies: readonly Expression<Node>[];
    }
  | { readonly kind: "argMaximum"; readonly extent: number; readonly body: Expression<Node> };

/** A value that a cluster leaves in memory; for an update, `node` is the state that takes it. */
export interface Store {
  readonly node: Node;
  readonly formula: Expression<Node>;
}

/** What is computed in one pass over `shape`. */
export interface Cluster {
  readonly shape: Shape;
  readonly root: ClusterRoot;
  readonly stores: readonly Store[];
}

interface Draft {
  /** Its place in its list; those for updates have one of their own. */
  readonly at: number;
  readonly isForUpdates: boolean;
  readonly shape: Shape;
  root: ClusterRoot;
  readonly formulas: Map<Node, Expression<Node>>;
  /** Parts of formulas as they are in this draft, where what it makes itself is not read. */
  readonly inside: Map<Expression<Node>, Expression<Node>>;
  readonly reads: Set<Node>;
}

type Read = Extract<Expression<Node>, { kind: "read" }>;
type Reduction = Extract<ClusterRoot, { kind: "reduce" }>;

/** The node whose bytes `node` shows. */
export function storageOf(node: Node): Node {
  let base = node;
  while (base.op.name === "reshape") base = base.inputs[0];
  return base;
}

/**
 * What depends on states alone before all else, each in the order in which it was: a convolution's
 * cluster can then take along the scale that inference makes of moving statistics.
 */
function steadyFirst(order: readonly Node[]): Node[] {
  const moving = dependentsOf(order, (node) => node.op.name === "input");
  return [...order.filter((node) => !moving.has(node)), ...order.filter((n) => moving.has(n))];
}

/** Whether a read takes the element at the same coordinates of an equally shaped value. */
function isIdentity(r: Read, domain: Shape): boolean {
  if (!sameShape(r.source.shape, domain)) return false;
  return r.index.every((index: Index<Node>, i) => {
    if (isLookup(index) || index.offset !== 0 || index.factors.length <= i) return false;
    return index.factors.every((factor, a) => factor === (a === i ? 1 : 0));
  });
}

class Fuser {
  readonly #graph: Graph;
  readonly #order: readonly Node[];
  readonly #consumers: Map<Node, Node[]>;
  readonly #computations: Map<Node, Computation>;
  readonly #outputs: Set<Node>;
  readonly #updateValues: Set<Node>;
  /** The states that take each value. */
  readonly #updated = new Map<Node, Node[]>();
  readonly #inlining: Inlining;
  readonly #drafts: Draft[] = [];
  readonly #updateDrafts: Draft[] = [];
  readonly #home = new Map<Node, Draft>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#order = steadyFirst(topologicalOrder(rootsOf(graph)));
    this.#consumers = consumersOf(this.#order);
    this.#computations = new Map(this.#order.map((node) => [node, computationOf(node)]));
    this.#outputs = new Set(Object.values(graph.outputs));
    this.#updateValues = new Set(graph.updates.map((update) => update.value));
    for (const { state, value } of graph.updates) {
      const known = this.#updated.get(value);
      if (known === undefined) this.#updated.set(value, [state]);
      else known.push(state);
    }
    this.#inlining = new Inlining({
      order: this.#order,
      consumers: this.#consumers,
      computations: this.#computations,
      outputs: this.#outputs,
      updateValues: this.#updateValues,
    });
  }

  *run(): Slices<Cluster[]> {
    for (const node of this.#order) {
      this.#place(node);
      yield;
    }
    for (const update of this.#graph.updates) {
      if (!this.#inlining.isForUpdates(update.value)) this.#copy(update.value, update.state);
    }
    const stored = this.#storedNodes();
    return [...this.#drafts, ...this.#updateDrafts]
      .map((draft) => this.#finish(draft, stored))
      .filter((cluster) => cluster.stores.length > 0);
  }

  #kind(node: Node) {
    return (this.#computations.get(node) as Computation).kind;
  }

  #place(node: Node): void {
    const computation = this.#computations.get(node) as Computation;
    switch (computation.kind) {
      case "source":
      case "alias":
        return;
      case "map":
        if (constantValue(node) !== undefined && !this.#mustExist(node)) return;
        if (!this.#inlining.has(node)) this.#placeMap(node, computation.body);
        return;
      case "reduce": {
        const { extents, combine, finish } = computation;
        const body = this.#inlining.resolve(computation.body, node.inputs);
        if (finish === undefined) {
          this.#placeReduction(node, { kind: "reduce", extents, combine, bodies: [body] });
          return;
        }
        const result = this.#inlining.resolve(finish, node.inputs);
        this.#open(node, { kind: "reduce", extents, combine, bodies: [body] }, result);
        return;
      }
      case "argMaximum": {
        const body = this.#inlining.resolve(computation.body, node.inputs);
        this.#open(node, { kind: "argMaximum", extent: computation.extent, body });
        return;
      }
      default:
        this.#open(node, { kind: "contraction", computation, inputs: node.inputs });
    }
  }

  /** Whether a constant is needed as bytes: no formula of a user can hold its number instead. */
  #mustExist(node: Node): boolean {
    if (this.#outputs.has(node) || this.#updateValues.has(node)) return true;
    return (this.#consumers.get(node) as Node[]).some((user) => {
      const computation = this.#computations.get(user) as Computation;
      if (!("body" in computation)) return true;
      const reads = [...readsOf(computation.body)].filter((r) => user.inputs[r.source] === node);
      return reads.some((r) => r.outside !== undefined);
    });
  }

  #open(node: Node, root: ClusterRoot, formula: Expression<Node> = { kind: "result" }): Draft {
    const draft: Draft = {
      at: this.#drafts.length,
      isForUpdates: false,
      shape: node.shape,
      root,
      formulas: new Map([[node, formula]]),
      inside: new Map(),
      reads: new Set(),
    };
    this.#drafts.push(draft);
    this.#home.set(node, draft);
    return draft;
  }

  /** A reduction joins another one of the same elements that reads some of the same values. */
  #placeReduction(node: Node, root: Reduction): void {
    const home = this.#drafts.findLast((draft) => this.#canReduceWith(draft, node, root));
    if (home?.root.kind !== "reduce") {
      this.#open(node, root);
      return;
    }
    home.formulas.set(node, { kind: "result", part: home.root.bodies.length });
    home.root = { ...home.root, bodies: [...home.root.bodies, ...root.bodies] };
    this.#home.set(node, home);
  }

  #canReduceWith(draft: Draft, node: Node, { extents, combine, bodies }: Reduction): boolean {
    const { root, at, shape } = draft;
    if (root.kind !== "reduce" || root.combine !== combine || !sameShape(shape, node.shape)) {
      return false;
    }
    const size = sizeOf(shape) * sizeOf(extents);
    const [mine, theirs] = [bodies, root.bodies].map((some) =>
      some.flatMap((b) => [...readsOf(b)]),
    );
    const large = (r: Read) => sizeOf(r.source.shape) === size;
    const shared = new Set(theirs.filter(large).map((r) => storageOf(r.source)));
    return (
      sameShape(extents, root.extents) &&
      mine.some((r) => large(r) && shared.has(storageOf(r.source))) &&
      [...mine, ...theirs].every(isPlain) &&
      mine.every((r) => (this.#home.get(storageOf(r.source))?.at ?? -1) < at)
    );
  }

  #placeMap(node: Node, body: Expression<number>): void {
    const formula = this.#inlining.resolve(body, node.inputs);
    const reads = [...readsOf(formula)];
    const depth = depthOf(formula);
    const drafts = this.#inlining.isForUpdates(node) ? this.#updateDrafts : this.#drafts;
    let home = drafts.findLast((draft) => this.#canJoin(draft, node, reads, depth));
    if (home === undefined && depth < deepest && this.#canWait(node)) {
      this.#inlining.add(node);
      return;
    }
    if (home === undefined) {
      home = {
        at: drafts.length,
        isForUpdates: drafts === this.#updateDrafts,
        shape: node.shape,
        root: { kind: "none" },
        formulas: new Map(),
        inside: new Map(),
        reads: new Set(),
      };
      drafts.push(home);
    }
    const target = home;
    const joined = rewrite<Node, Node>(
      formula,
      (r) => target.formulas.get(r.source) ?? r,
      (at) => at,
      target.inside,
    );
    target.formulas.set(node, joined);
    for (const r of reads) target.reads.add(r.source);
    this.#home.set(node, target);
  }

  /** Whether a node that no draft takes is left to its only user, which may have other drafts to join. */
  #canWait(node: Node): boolean {
    const [user, ...others] = this.#consumers.get(node) as Node[];
    if (user === undefined || others.length > 0 || this.#mustBeStored(node)) return false;
    const { body } = this.#computations.get(node) as Computation & { kind: "map" };
    return (
      this.#kind(user) === "map" &&
      sameShape(user.shape, node.shape) &&
      [...readsOf(body)].every(isPlain) &&
      this.#inlining.readsPlainly(user, node)
    );
  }

  #mustBeStored(node: Node): boolean {
    return this.#outputs.has(node) || this.#updateValues.has(node);
  }

  /**
   * A node may join a draft that makes something it reads at the same coordinates, or (among
   * updates) one that reads the same values, if all else that it reads is made before. `depth` is
   * that of its own formula.
   */
  #canJoin(draft: Draft, node: Node, reads: readonly Read[], depth: number): boolean {
    if (!sameShape(draft.shape, node.shape) || draft.root.kind === "argMaximum") return false;
    let related = false;
    for (const r of reads) {
      const home = this.#home.get(storageOf(r.source));
      if (r.index.some((i) => isLookup(i) && this.#readsFrom(draft, i.lookup))) return false;
      if (home === draft) {
        const joined = draft.formulas.get(r.source);
        if (joined === undefined || !isIdentity(r, draft.shape)) return false;
        if (depthOf(joined) + depth > deepest) return false;
        related = true;
      } else if (home?.isForUpdates === draft.isForUpdates && home.at > draft.at) {
        return false;
      } else if (this.#inlining.isForUpdates(node) && isIdentity(r, draft.shape)) {
        related ||= draft.reads.has(r.source);
      }
    }
    return related;
  }

  #readsFrom(draft: Draft, formula: Expression<Node>): boolean {
    return [...readsOf(formula)].some((r) => this.#home.get(storageOf(r.source)) === draft);
  }

  /** An update whose value lives elsewhere: its bytes are copied at the end. */
  #copy(value: Node, state: Node): void {
    const formula = read(value, aligned(value.shape, value.shape));
    this.#updateDrafts.push({
      at: this.#updateDrafts.length,
      isForUpdates: true,
      shape: state.shape,
      root: { kind: "none" },
      formulas: new Map([[state, formula]]),
      inside: new Map(),
      reads: new Set([value]),
    });
  }

  /** The nodes that something outside of their own cluster reads. */
  #storedNodes(): Set<Node> {
    const stored = new Set([...this.#outputs].map(storageOf));
    for (const draft of [...this.#drafts, ...this.#updateDrafts]) {
      for (const source of sourcesOf(draft)) stored.add(storageOf(source));
    }
    return stored;
  }

  #finish(draft: Draft, stored: Set<Node>): Cluster {
    const stores: Store[] = [];
    for (const [node, formula] of draft.formulas) {
      if (node.op.name === "state" || stored.has(node)) stores.push({ node, formula });
      if (!this.#inlining.isForUpdates(node)) continue;
      for (const state of this.#updated.get(node) ?? []) stores.push({ node: state, formula });
    }
    return { shape: draft.shape, root: draft.root, stores };
  }
}

function sourcesOf(draft: Pick<Draft, "root" | "formulas">): Set<Node> {
  const sources = new Set<Node>();
  const add = (formula: Expression<Node>) => {
    for (const r of readsOf(formula)) sources.add(r.source);
  };
  for (const formula of draft.formulas.values()) add(formula);
  if (draft.root.kind === "reduce") draft.root.bodies.forEach(add);
  if (draft.root.kind === "argMaximum") add(draft.root.body);
  if (draft.root.kind === "contraction") for (const input of draft.root.inputs) sources.add(input);
  return sources;
}

/** The values that a cluster reads from memory. */
export function clusterSources(cluster: Cluster): Set<Node> {
  return sourcesOf({
    root: cluster.root,
    formulas: new Map(cluster.stores.map(({ node, formula }) => [node, formula])),
  });
}

/** In slices, the clusters of `graph`, in an order in which they can run. */
export function fuse(graph: Graph): Slices<Cluster[]> {
  return new Fuser(graph).run();
}
