// From a graph to a program: clusters get their schedules, stages their order, blocks their places. What
// it makes is proven where it is loaded.

import type { DType } from "../core/dtype.ts";
import { VerificationError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { atOnce, type Slices } from "../core/slices.ts";
import type { Builder } from "../graph/builder.ts";
import { aligned, axis, type Expression, isLookup, read, rewrite } from "../graph/expression.ts";
import { dependentsOf, type Graph, rootsOf, sourceName, topologicalOrder } from "../graph/graph.ts";
import type { Node } from "../graph/op.ts";
import {
  type Cluster,
  type ClusterRoot,
  clusterSources,
  fuse,
  storageOf,
} from "../graph/passes/05-fuse.ts";
import { normalize } from "../graph/passes/index.ts";
import type { Storage, View, ViewStore } from "./draft.ts";
import { Scheduler } from "./job.ts";
import type { MachineDescription } from "./machine-description.ts";
import { arrangeStages, planMemory, splitStages, storageBytes } from "./plan.ts";
import type { Program, ProgramValue } from "./program.ts";
import type { Job, Precision, ScheduleContext, Stage } from "./schedules/schedule.ts";

/** What a schedule context takes over from the options. */
type Choices = Pick<ScheduleContext, "precision" | "prefer">;

class Compiler {
  readonly #name: string;
  readonly #machine: MachineDescription;
  readonly #choices: Choices;
  readonly #graph: Graph;
  readonly #scheduler = new Scheduler();
  /** What is not the same in every step. */
  readonly #moving: ReadonlySet<Node>;
  readonly #storages = new Map<Node, Storage>();
  /** Copies before and after all else: outputs that show a state, and updates that others read. */
  readonly #early: { from: View; to: View }[] = [];
  readonly #late: { from: View; to: View }[] = [];

  constructor(name: string, graph: Graph, machine: MachineDescription, options: Choices) {
    this.#name = name;
    this.#choices = options;
    this.#graph = graph;
    this.#machine = machine;
    const updated = new Set(graph.updates.map(({ state }) => state));
    const order = topologicalOrder([...rootsOf(graph), ...updated]);
    this.#moving = dependentsOf(order, (n) => n.op.name === "input" || updated.has(n));
  }

  *run(): Slices<Program> {
    const clusters = yield* fuse(this.#graph);
    const lastReader = new Map<Node, number>();
    clusters.forEach((cluster, at) => {
      for (const source of clusterSources(cluster)) lastReader.set(storageOf(source), at);
    });
    const parts: Stage[][] = [];
    for (const [at, cluster] of clusters.entries()) {
      yield;
      parts.push(this.#schedule(cluster, at, lastReader));
    }
    yield;
    const states = this.#graph.updates.map((update) => update.state);
    const outputs = Object.entries(this.#graph.outputs).map(([name, node]) =>
      states.includes(storageOf(node)) ? this.#shown(name, node) : this.#value(name, node),
    );
    const early = this.#early.map(({ from, to }) => this.#copy(from, to));
    const late = this.#late.map(({ from, to }) => this.#copy(from, to));
    const arranged = arrangeStages([...early, ...parts, ...late]);
    yield;

    const nodes = topologicalOrder([...rootsOf(this.#graph), ...states]);
    const inputs = nodes.filter((node) => node.op.name === "input").map((n) => this.#source(n));
    const resident = nodes.filter((node) => node.op.name === "state").map((n) => this.#source(n));
    const outside = new Set([...inputs, ...resident].map((value) => value.storage));
    const moving = [
      ...inputs.map(({ storage }) => storage),
      ...states.map((s) => this.#storage(s)),
    ];
    const { preparation, stages, prepared } = splitStages(arranged, new Set(moving));
    const kept = new Set([...outputs.map(({ storage }) => storage), ...prepared]);
    const memory = planMemory([...preparation, ...stages], outside, kept);
    const preparedBytes = [...prepared].reduce((sum, storage) => sum + storageBytes(storage), 0);
    return {
      name: this.#name,
      inputs,
      states: resident,
      outputs,
      preparation,
      stages,
      ...memory,
      preparedBytes,
    };
  }

  #value(name: string, node: Node): ProgramValue {
    return { name, storage: this.#storage(node), dtype: node.dtype, shape: node.shape };
  }

  /** An output that is a state which the step replaces: a copy of what it was before. */
  #shown(name: string, node: Node): ProgramValue {
    const storage = newStorage(`${name}.before`, node.dtype, sizeOf(node.shape));
    this.#early.push({ from: this.#view(node), to: { storage, shape: node.shape } });
    return { name, storage, dtype: node.dtype, shape: node.shape };
  }

  #source(node: Node): ProgramValue {
    return this.#value(sourceName(node), node);
  }

  #storage(node: Node): Storage {
    const base = storageOf(node);
    const known = this.#storages.get(base);
    if (known !== undefined) return known;
    const isSource = base.op.name === "state" || base.op.name === "input";
    const name = isSource ? sourceName(base) : `${base.op.name}${this.#storages.size}`;
    const moves = this.#moving.has(base);
    const plain = newStorage(name, base.dtype, sizeOf(base.shape));
    const storage: Storage = moves ? plain : { ...plain, isLasting: true };
    this.#storages.set(base, storage);
    return storage;
  }

  #view(node: Node): View {
    return { storage: this.#storage(node), shape: node.shape };
  }

  #formula(formula: Expression<Node>, known: Map<Expression<Node>, Expression<View>>) {
    const convert = (f: Expression<Node>): Expression<View> =>
      rewrite<Node, View>(
        f,
        (r) =>
          read(
            this.#view(r.source),
            r.index.map((index) => (isLookup(index) ? { lookup: convert(index.lookup) } : index)),
            r.outside,
          ),
        (at) => at,
        known,
      );
    return convert(formula);
  }

  /** Where a cluster's value goes; an update that others still read goes there by way of a copy. */
  #target(node: Node, cluster: Cluster, at: number, lastReader: ReadonlyMap<Node, number>): View {
    if (node.op.name !== "state") return this.#view(node);
    const isReadLater = (lastReader.get(node) ?? 0) > at;
    if (!isReadLater && readsInPlace(cluster, node)) return this.#view(node);
    const storage = newStorage(`${sourceName(node)}.next`, node.dtype, sizeOf(node.shape));
    const next = { storage, shape: node.shape };
    this.#late.push({ from: next, to: this.#view(node) });
    return next;
  }

  #schedule(cluster: Cluster, at: number, lastReader: ReadonlyMap<Node, number>): Stage[] {
    const known = new Map<Expression<Node>, Expression<View>>();
    const { shape, root } = cluster;
    const stores = cluster.stores.map(
      ({ node, formula }): ViewStore => ({
        view: this.#target(node, cluster, at, lastReader),
        formula: this.#formula(formula, known),
      }),
    );
    const job = { shape, stores, root: this.#root(root, known) };
    return this.#scheduler.schedule(this.#context(`k${at}`), job);
  }

  #root(root: ClusterRoot, known: Map<Expression<Node>, Expression<View>>): Job["root"] {
    switch (root.kind) {
      case "none":
        return root;
      case "contraction":
        return { ...root, inputs: root.inputs.map((node) => this.#view(node)) };
      default:
        return { ...root, body: this.#formula(root.body, known) };
    }
  }

  #copy(from: View, to: View): Stage[] {
    const { shape } = to;
    const stores = [{ view: to, formula: read(from, aligned(shape, shape)) }];
    const job = { shape, stores, root: { kind: "none" as const } };
    return this.#scheduler.schedule(this.#context(`copy.${to.storage.name}`), job);
  }

  #context(name: string): ScheduleContext {
    let scratches = 0;
    return {
      machine: this.#machine,
      ...this.#choices,
      name,
      scratch: (dtype, size) => newStorage(`${name}.scratch${scratches++}`, dtype, size),
    };
  }
}

function newStorage(name: string, dtype: DType, size: number): Storage {
  return { name, dtype, size };
}

/** Whether a cluster reads `state` only where it also writes it. */
function readsInPlace(cluster: Cluster, state: Node): boolean {
  if (cluster.root.kind !== "none" && clusterSources(cluster).has(state)) return false;
  const seen = new Set<Expression<Node>>();
  const plain = (formula: Expression<Node>): boolean => {
    if (seen.has(formula)) return true;
    seen.add(formula);
    if (formula.kind === "scalar") return formula.args.every(plain);
    if (formula.kind !== "read") return true;
    const base = storageOf(formula.source);
    if (base !== state) return formula.index.every((i) => !isLookup(i) || plain(i.lookup));
    return (
      formula.source === state &&
      formula.outside === undefined &&
      formula.index.every(
        (index, i) =>
          !isLookup(index) &&
          (state.shape[i] === 1 || JSON.stringify(index) === JSON.stringify(axis(i))),
      )
    );
  };
  return cluster.stores.every(({ formula }) => plain(formula));
}

export interface CompileOptions {
  /** `fast` uses Winograd's convolution where it saves time. Default: "fast". */
  readonly precision?: Precision;
  /** The name of a schedule to take wherever it applies, whatever it costs: for tests and timings. */
  readonly prefer?: string;
}

/** What `compile` takes. */
type CompileArguments = [
  name: string,
  graph: Graph,
  machine: MachineDescription,
  build: Builder,
  options?: CompileOptions,
];

/**
 * Compiles `graph` for a machine: shapes are fixed, memory is planned. A device proves every access
 * when it loads the program.
 *
 * @throws VerificationError where a rule is broken: a fault in Fovea, found before anything runs.
 */
export function compile(...given: CompileArguments): Program {
  return atOnce(compiling(...given));
}

/** The same in slices. @throws VerificationError */
export function* compiling(
  ...[name, graph, machine, build, { precision = "fast", prefer } = {}]: CompileArguments
): Slices<Program> {
  if (machine.lanes < 1 || machine.registers < 4) {
    throw new VerificationError({
      what: "The machine description cannot be scheduled for.",
      expected: "at least 1 lane and 4 registers",
      received: `${machine.lanes} lanes, ${machine.registers} registers`,
    });
  }
  const normal = yield* normalize(graph, build);
  return yield* new Compiler(name, normal, machine, { precision, prefer }).run();
}
