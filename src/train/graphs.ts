// The graphs of training, of evaluation and of prediction, for one batch size. They share weights by
// name; what differs is what they compute from them.

import { gradients } from "../graph/autodiff.ts";
import type { Graph, Update } from "../graph/graph.ts";
import type { Node, TensorType } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import { reduceLoss } from "../nn/losses/reduce-loss.ts";
import type { Network } from "../nn/network.ts";
import type { Optimizer, TrainedWeight } from "../nn/optimizers/optimizer.ts";
import type { Head } from "./heads.ts";

const metricPrefix = "metric/";

/** The names of values that are not weights. */
export const names = {
  inputs: (index: number) => `data/x/${index}`,
  /** By the output that they belong to. */
  targets: (output: number) => `data/y/${output}`,
  /** By the output whose targets they weigh. */
  weights: (output: number) => `data/weights/${output}`,
  halted: "halted",
  weight: (fullName: string) => `weight/${fullName}`,
  slot: (fullName: string, slot: string) => `slot/${fullName}/${slot}`,
  number: (name: string) => `number/${name}`,
  metric: (name: string, sum: string) => `${metricPrefix}${name}/${sum}`,
  /** `accuracy/total`, from the name of an output; undefined where it is no metric's. */
  metricOfOutput: (output: string) =>
    output.startsWith(metricPrefix) ? output.slice(metricPrefix.length) : undefined,
  output: (index: number) => `output/${index}`,
} as const;

/** What graphs are made of. */
export interface GraphParts {
  readonly network: Network;
  readonly seed: number;
  /** How many examples a step takes. */
  readonly batch: number;
  /** The inputs that are resident, of which a step takes rows. */
  readonly inputs: readonly TensorType[];
}

/** What a graph that compares with targets needs besides. */
export interface ScoredParts extends GraphParts {
  readonly heads: readonly Head[];
  /** For each head. */
  readonly targets: readonly TensorType[];
  /** For each head a weight for each example; absent where all count alike. */
  readonly weights?: readonly (TensorType | undefined)[];
}

/** The rows of a resident tensor that this step takes; u8 images become 0 to 1. */
function takeRows(name: string, type: TensorType, rows: Node): Node {
  const taken = ops.gather(ops.state(name, type), rows);
  return type.dtype === "u8" ? ops.multiply(ops.cast(taken, "f32"), ops.constant(1 / 255)) : taken;
}

interface Applied {
  readonly weights: ReadonlyMap<string, Node>;
  readonly rows: Node;
  readonly outputs: readonly Node[];
  /** The result of each step of the network. */
  readonly results: readonly Node[];
  readonly updates: ReadonlyMap<string, Node>;
  /** What regularizers add to the loss. */
  readonly penalties: readonly Node[];
}

function applyNetwork({ network, seed, batch, inputs }: GraphParts, training: boolean): Applied {
  const rows = ops.input("rows", { shape: [batch], dtype: "i32" });
  const step = ops.input("step", { shape: [], dtype: "i32" });
  const weights = new Map(
    network.weights.map(({ fullName, shape }) => [
      fullName,
      ops.state(names.weight(fullName), { shape, dtype: "f32" }),
    ]),
  );
  const x = inputs.map((type, i) => takeRows(names.inputs(i), type, rows));
  const graph = network.graph(x, { build: ops, training, weights, step, seed });
  return { weights, rows, ...graph };
}

interface Scores {
  /** What training lowers, with what regularizers add. */
  readonly trained: Node;
  /** What logs show of it. */
  readonly loss: Node;
  /** Sums over the batch, by output name. */
  readonly sums: Readonly<Record<string, Node>>;
}

function score({ heads, targets, weights = [] }: ScoredParts, applied: Applied): Scores {
  const { rows, outputs, penalties } = applied;
  const sums: Record<string, Node> = {};
  const take = (name: string, type: TensorType) => ops.gather(ops.state(name, type), rows);
  const losses = heads.map(({ output, loss, weight: factor, reports }, i) => {
    const type = weights[i];
    const taken = take(names.targets(output), targets[i]);
    const plain = { build: ops, targets: taken, predictions: outputs[output] };
    const weighed =
      type === undefined ? plain : { ...plain, weights: take(names.weights(output), type) };
    for (const report of reports) {
      const added = report.sums(report.weighted ? weighed : plain);
      for (const [key, sum] of Object.entries(added)) sums[names.metric(report.name, key)] = sum;
    }
    const { trained, shown } = reduceLoss(loss, weighed);
    const scaled = (node: Node) => ops.multiply(node, ops.constant(factor));
    return { trained: scaled(trained), shown: scaled(shown) };
  });
  const total = (parts: readonly Node[]) =>
    [...parts, ...penalties].reduce((a, b) => ops.add(a, b));
  return {
    trained: total(losses.map(({ trained }) => trained)),
    loss: total(losses.map(({ shown }) => shown)),
    sums,
  };
}

/** Results for a batch: one for each output of the network. */
export function predictionGraph(parts: GraphParts): Graph {
  const { outputs } = applyNetwork(parts, false);
  const named = outputs.map((output, i) => [names.output(i), output]);
  return { outputs: Object.fromEntries(named), updates: [] };
}

/** Loss and metrics of a batch: `loss`, and a sum for each metric. */
export function evaluationGraph(parts: ScoredParts): Graph {
  const { loss, sums } = score(parts, applyNetwork(parts, false));
  return { outputs: { loss, ...sums }, updates: [] };
}

/** A scalar: 0 where all elements are finite, else not a number. */
function flaw(value: Node): Node {
  return ops.sum(ops.multiply(value, ops.constant(0)));
}

const largest = 3.4028234663852886e38;

/**
 * What a learning rate beyond all bounds carries past f32 stops at its end: weights stay numbers,
 * and the next loss tells.
 */
function within(value: Node): Node {
  return ops.minimum(ops.maximum(value, ops.constant(-largest)), ops.constant(largest));
}

/**
 * One training step: the same outputs, new values for weights, slots and statistics, and `halted`.
 * From the first step on whose loss, gradients or statistics are not finite, nothing is replaced any
 * more and `halted` is 1: the last good weights stay.
 */
export function trainingGraph(parts: ScoredParts & { readonly optimizer: Optimizer }): Graph {
  const { network, optimizer } = parts;
  const applied = applyNetwork(parts, true);
  const { trained: lowered, loss, sums } = score(parts, applied);
  const trained = network.weights.filter((weight) => weight.trainable);
  const trainedNodes = trained.map(({ fullName }) => applied.weights.get(fullName) as Node);
  const flowing = gradients(lowered, trainedNodes, ops);

  const flaws = [flaw(loss), ...flowing.map((gradient) => optimizer.flawOf(gradient, ops))];
  for (const value of applied.updates.values()) flaws.push(flaw(value));
  const sound = ops.equal(
    flaws.reduce((a, b) => ops.add(a, b)),
    ops.constant(0),
  );
  const before = ops.state(names.halted, { shape: [], dtype: "f32" });
  const halted = ops.maximum(before, ops.subtract(ops.constant(1), sound));
  const updates: Update[] = [{ state: before, value: halted }];
  const replace = (state: Node, next: Node) =>
    updates.push({ state, value: ops.select(halted, state, within(next)) });

  const numbers = Object.fromEntries(
    Object.keys(optimizer.numbers(1, 1)).map((name) => [
      name,
      ops.input(names.number(name), { shape: [], dtype: "f32" }),
    ]),
  );
  optimizer.checkNames(network.weights.map(({ fullName }) => fullName));
  const weights = trained.map(({ fullName, shape, constraint }, i): TrainedWeight => {
    const slots = optimizer.slots.map((slot): [string, Node] => [
      slot,
      ops.state(names.slot(fullName, slot), { shape, dtype: "f32" }),
    ]);
    return {
      fullName,
      weight: trainedNodes[i],
      gradient: flowing[i],
      slots: Object.fromEntries(slots),
      ...(constraint === undefined ? {} : { constrain: (value) => constraint.apply(value, ops) }),
    };
  });
  optimizer.update({ build: ops, weights, numbers }).forEach((next, i) => {
    const { slots, weight } = weights[i];
    for (const slot of optimizer.slots) replace(slots[slot], next.slots[slot]);
    replace(weight, next.weight);
  });
  for (const [fullName, value] of applied.updates) {
    replace(applied.weights.get(fullName) as Node, value);
  }
  return { outputs: { loss, ...sums, halted }, updates };
}

/**
 * What is not finite in a training step, so as to name it: for each layer's results `layer0`, …, and
 * for the gradient of each trained weight `gradient0`, …, a number that is 0 where all is well.
 */
export function inspectionGraph(parts: ScoredParts & { readonly optimizer: Optimizer }): Graph {
  const applied = applyNetwork(parts, true);
  const { trained: lowered } = score(parts, applied);
  const trained = parts.network.weights.filter((weight) => weight.trainable);
  const trainedNodes = trained.map(({ fullName }) => applied.weights.get(fullName) as Node);
  const results = applied.results.map((value, i) => [`layer${i}`, flaw(value)]);
  const slopes = gradients(lowered, trainedNodes, ops).map((value, i) => [
    `gradient${i}`,
    parts.optimizer.flawOf(value, ops),
  ]);
  return { outputs: Object.fromEntries([...results, ...slopes]), updates: [] };
}
