// From a graph to a program: clusters get their schedules, stages their order, blocks their places. What
// it makes is proven where it is loaded.

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
import { valuesByRows } from "../graph/rows.ts";
import { stageCycles } from "./cost.ts";
import type { View, ViewStore } from "./draft.ts";
import { Scheduler } from "./job.ts";
import type { MachineDescription } from "./machine-description.ts";
import { newStorage, Places } from "./places.ts";
import { arrangeStages, planMemory, splitStages, storageBytes } from "./plan.ts";
import { postpone } from "./postpone.ts";
import type { Program, ProgramValue } from "./program.ts";
import { jobCycles } from "./schedules/index.ts";
import type { Job, Precision, ScheduleContext, Stage } from "./schedules/schedule.ts";
import { type Stretch, stretchesOf } from "./turns.ts";

/** What a schedule context takes over from the options. */
type Choices = Pick<ScheduleContext, "precision" | "prefer">;

/** Neighbouring clusters, with the places that their values have in one turn, and their stages. */
interface Section {
  readonly places: Places;
  readonly parts: Stage[][];
}

class Compiler {
  readonly #name: string;
  readonly #machine: MachineDescription;
  readonly #choices: Choices;
  readonly #turns: number | undefined;
  readonly #graph: Graph;
  readonly #scheduler = new Scheduler();
  readonly #places: Places;
  /** Copies before and after all else: outputs that show a state, and updates that others read. */
  readonly #early: { from: View; to: View }[] = [];
  readonly #late: { from: View; to: View }[] = [];

  constructor(
    name: string,
    graph: Graph,
    machine: MachineDescription,
    { turns, ...choices }: Choices & { readonly turns: number | undefined },
  ) {
    this.#name = name;
    this.#choices = choices;
    this.#turns = turns;
    this.#graph = graph;
    this.#machine = machine;
    const updated = new Set(graph.updates.map(({ state }) => state));
    const order = topologicalOrder([...rootsOf(graph), ...updated]);
    // What is not the same in every step.
    const moving = dependentsOf(order, (n) => n.op.name === "input" || updated.has(n));
    // A step that replaces states takes all rows at once.
    const byRows = updated.size > 0 ? undefined : valuesByRows(order);
    this.#places = new Places(moving, byRows);
  }

  *run(): Slices<Program> {
    const clusters = yield* fuse(this.#graph);
    const sections = yield* this.#sections(clusters);
    yield;
    const states = this.#graph.updates.map((update) => update.state);
    const outputs = Object.entries(this.#graph.outputs).map(([name, node]) =>
      states.includes(storageOf(node)) ? this.#shown(name, node) : this.#value(name, node),
    );
    sections[0]?.parts.unshift(...this.#early.map(({ from, to }) => this.#copy(from, to)));
    sections.at(-1)?.parts.push(...this.#late.map(({ from, to }) => this.#copy(from, to)));
    const arranged = sections.map(({ parts }) => arrangeStages(parts));
    yield;

    const nodes = topologicalOrder([...rootsOf(this.#graph), ...states]);
    const inputs = nodes.filter((node) => node.op.name === "input").map((n) => this.#source(n));
    const resident = nodes.filter((node) => node.op.name === "state").map((n) => this.#source(n));
    const outside = new Set([...inputs, ...resident].map((value) => value.storage));
    const moving = [
      ...inputs.map(({ storage }) => storage),
      ...states.map((s) => this.#places.storage(s)),
      ...this.#places.rowStorages,
    ];
    const { preparation, parts, prepared } = splitStages(arranged, new Set(moving));
    const given = new Set(resident.map(({ storage }) => storage));
    const stages = sections.flatMap(({ places }, i) => places.inTurns(postpone(parts[i], given)));
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

  /** The clusters of each stretch, scheduled for the rows of one turn. */
  *#sections(clusters: readonly Cluster[]): Slices<Section[]> {
    const lastReader = new Map<Node, number>();
    clusters.forEach((cluster, at) => {
      for (const source of clusterSources(cluster)) lastReader.set(storageOf(source), at);
    });
    const sections: Section[] = [];
    for (const { from, to, turns } of yield* this.#stretches(clusters)) {
      const section: Section = { places: this.#places.forTurns(turns), parts: [] };
      sections.push(section);
      for (let at = from; at < to; at++) {
        yield;
        const isReadLater = (node: Node) => (lastReader.get(node) ?? 0) > at;
        const job = this.#job(clusters[at], section.places, isReadLater);
        section.parts.push(this.#scheduler.schedule(this.#context(`k${at}`), job));
      }
    }
    return sections;
  }

  /** The stretches that take turns, and those between them. */
  *#stretches(clusters: readonly Cluster[]): Slices<Stretch[]> {
    const whole = { from: 0, to: clusters.length, turns: 1 };
    const { byRows } = this.#places;
    if (byRows === undefined) return [whole];
    const cyclesOf = (cluster: Cluster, turns: number) => {
      const job = this.#job(cluster, this.#places.apart(turns), () => false);
      return turns * (jobCycles(this.#context("estimate"), job) + stageCycles);
    };
    return yield* stretchesOf(clusters, byRows, cyclesOf, this.#turns);
  }

  #value(name: string, node: Node): ProgramValue {
    const storage = this.#places.storage(node);
    return { name, storage, dtype: node.dtype, shape: node.shape };
  }

  /** An output that is a state which the step replaces: a copy of what it was before. */
  #shown(name: string, node: Node): ProgramValue {
    const storage = newStorage(`${name}.before`, node.dtype, sizeOf(node.shape));
    this.#early.push({ from: this.#places.view(node), to: { storage, shape: node.shape } });
    return { name, storage, dtype: node.dtype, shape: node.shape };
  }

  #source(node: Node): ProgramValue {
    return this.#value(sourceName(node), node);
  }

  #formula(
    formula: Expression<Node>,
    places: Places,
    known: Map<Expression<Node>, Expression<View>>,
  ) {
    const convert = (f: Expression<Node>): Expression<View> =>
      rewrite<Node, View>(
        f,
        (r) =>
          read(
            places.view(r.source),
            r.index.map((index) => (isLookup(index) ? { lookup: convert(index.lookup) } : index)),
            r.outside,
          ),
        (at) => at,
        known,
      );
    return convert(formula);
  }

  /** Where a cluster's value goes; an update that others still read goes there by way of a copy. */
  #target(
    node: Node,
    cluster: Cluster,
    places: Places,
    isReadLater: (node: Node) => boolean,
  ): View {
    if (node.op.name !== "state") return places.view(node);
    if (!isReadLater(node) && readsInPlace(cluster, node)) return places.view(node);
    const storage = newStorage(`${sourceName(node)}.next`, node.dtype, sizeOf(node.shape));
    const next = { storage, shape: node.shape };
    this.#late.push({ from: next, to: places.view(node) });
    return next;
  }

  #job(cluster: Cluster, places: Places, isReadLater: (node: Node) => boolean): Job {
    const known = new Map<Expression<Node>, Expression<View>>();
    const stores = cluster.stores.map(
      ({ node, formula }): ViewStore => ({
        view: this.#target(node, cluster, places, isReadLater),
        formula: this.#formula(formula, places, known),
      }),
    );
    const shape = places.shapeOf(cluster);
    return { shape, stores, root: this.#root(cluster.root, places, known) };
  }

  #root(
    root: ClusterRoot,
    places: Places,
    known: Map<Expression<Node>, Expression<View>>,
  ): Job["root"] {
    switch (root.kind) {
      case "none":
        return root;
      case "contraction": {
        const computation = places.rootOf(root.computation);
        return { ...root, computation, inputs: root.inputs.map((node) => places.view(node)) };
      }
      case "reduce":
        return { ...root, bodies: root.bodies.map((body) => this.#formula(body, places, known)) };
      case "argMaximum":
        return { ...root, body: this.#formula(root.body, places, known) };
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
  /** In how many turns all that is made row by row is computed, for the same. Default: as pays best. */
  readonly turns?: number;
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
  ...[name, graph, machine, build, { precision = "fast", prefer, turns } = {}]: CompileArguments
): Slices<Program> {
  if (machine.lanes < 1 || machine.registers < 4) {
    throw new VerificationError({
      what: "The machine description cannot be scheduled for.",
      expected: "at least 1 lane and 4 registers",
      received: `${machine.lanes} lanes, ${machine.registers} registers`,
    });
  }
  const normal = yield* normalize(graph, build);
  return yield* new Compiler(name, normal, machine, { precision, prefer, turns }).run();
}
