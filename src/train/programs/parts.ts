// What the programs of a model share: the rows that a step takes, the network applied to them, loss and
// metrics.

import { gradients } from "../../graph/autodiff.ts";
import type { Node, TensorType } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import { reduceLoss } from "../../nn/losses/reduce-loss.ts";
import type { Network, NetworkGraph } from "../../nn/network.ts";
import { type Preprocess, preprocess } from "../../nn/preprocess.ts";
import type { NetworkWeight } from "../../nn/steps.ts";
import type { Head } from "../heads.ts";
import { mixedTargets } from "./mixed-targets.ts";
import { names } from "./names.ts";

/** What graphs are made of. */
export interface GraphParts {
  readonly network: Network;
  readonly seed: number;
  /** How many examples a step takes. */
  readonly batch: number;
  /** The inputs that are resident, of which a step takes rows. */
  readonly inputs: readonly TensorType[];
  /** What is done to each input's numbers first. Default: nothing. */
  readonly preprocess?: readonly (Preprocess | undefined)[];
}

/** What a program that compares with targets needs besides. */
export interface ScoredParts extends GraphParts {
  /** For each head. */
  readonly targets: readonly TensorType[];
  /** For each head a weight for each example; absent where all count alike. */
  readonly weights?: readonly (TensorType | undefined)[];
}

/** The weights of a network as states, by full name. */
export function weightStates({ weights }: Network): Map<string, Node> {
  return new Map(
    weights.map(({ fullName, shape }) => [
      fullName,
      ops.state(names.weight(fullName), { shape, dtype: "f32" }),
    ]),
  );
}

/** The number of a step, by which random layers draw. */
export function stepNumber(): Node {
  return ops.input("step", { shape: [], dtype: "i32" });
}

/** A network applied to the rows that a step takes. */
export interface Applied extends NetworkGraph {
  readonly weights: ReadonlyMap<string, Node>;
  readonly rows: Node;
}

export function applyToRows(
  { network, seed, batch, inputs, preprocess: records = [] }: GraphParts,
  training: boolean,
): Applied {
  const rows = ops.input("rows", { shape: [batch], dtype: "i32" });
  const step = stepNumber();
  const weights = weightStates(network);
  const x = inputs.map((type, i) => {
    const taken = ops.gather(ops.state(names.inputs(i), type), rows);
    return preprocess(ops, taken, records[i]);
  });
  const graph = network.graph(x, { build: ops, training, weights, step, seed });
  return { weights, rows, ...graph };
}

export interface Scores {
  /** What training lowers, with what regularizers add. */
  readonly trained: Node;
  /** What logs show of it. */
  readonly loss: Node;
  /** Sums over the batch, by output name. */
  readonly sums: Readonly<Record<string, Node>>;
}

/** Loss and metrics of the applied network by its heads. */
export function score(
  heads: readonly Head[],
  { targets, weights = [] }: ScoredParts,
  applied: Applied,
): Scores {
  const { rows, outputs, penalties, mixings } = applied;
  const sums: Record<string, Node> = {};
  const take = (name: string, type: TensorType) => ops.gather(ops.state(name, type), rows);
  const losses = heads.map(({ output, loss: given, weight: factor, reports }, i) => {
    const type = weights[i];
    const taken = mixedTargets(given, take(names.targets(i), targets[i]), mixings);
    const { loss } = taken;
    const plain = { build: ops, targets: taken.targets, predictions: outputs[output] };
    const weighed =
      type === undefined ? plain : { ...plain, weights: take(names.weights(i), type) };
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

/** A trained weight as a step begins with it, and the gradient of what is lowered. */
interface Slope {
  readonly weight: Node;
  readonly gradient: Node;
}

/**
 * The slopes of `lowered` for each of `trained`. A weight that its layer replaces counts as what it
 * was replaced by, at each of the layer's uses.
 */
export function slopesOf(
  lowered: Node,
  trained: readonly NetworkWeight[],
  { weights, replaced }: Applied,
): Slope[] {
  const nodes = trained.map(
    ({ fullName }) => replaced.get(fullName) ?? [weights.get(fullName) as Node],
  );
  const flowing = gradients(lowered, nodes.flat(), ops);
  let at = 0;
  return nodes.map((uses) => ({
    weight: uses[uses.length - 1],
    gradient: uses.map(() => flowing[at++]).reduce((a, b) => ops.add(a, b)),
  }));
}
