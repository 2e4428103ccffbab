// The program of training.

import type { Graph, Update } from "../../graph/graph.ts";
import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import type { Optimizer, TrainedWeight } from "../../nn/optimizers/optimizer.ts";
import type { Head } from "../heads.ts";
import { flaw } from "./flaw.ts";
import { names } from "./names.ts";
import { applyToRows, type ScoredParts, score, slopesOf } from "./parts.ts";
import type { RowProgram } from "./program.ts";

/** What the programs of training are made of. */
export interface TrainingParts {
  readonly heads: readonly Head[];
  readonly optimizer: Optimizer;
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
export function trainProgram({ heads, optimizer }: TrainingParts): RowProgram {
  return {
    name: "train",
    dependsOnTrainable: true,
    optimizer,
    graph: (parts) => trainingGraph(heads, optimizer, parts),
  };
}

function trainingGraph(heads: readonly Head[], optimizer: Optimizer, parts: ScoredParts): Graph {
  const { network } = parts;
  const applied = applyToRows(parts, true);
  const { trained: lowered, loss, sums } = score(heads, parts, applied);
  const trained = network.weights.filter((weight) => weight.trainable);
  const slopes = slopesOf(lowered, trained, applied);

  const flaws = [flaw(loss), ...slopes.map((slope) => optimizer.flawOf(slope.gradient, ops))];
  for (const value of applied.updates.values()) flaws.push(flaw(value));
  const sound = ops.equal(
    flaws.reduce((a, b) => ops.add(a, b)),
    ops.constant(0),
  );
  const before = ops.state(names.halted, { shape: [], dtype: "f32" });
  const halted = ops.maximum(before, ops.subtract(ops.constant(1), sound));
  const updates: Update[] = [{ state: before, value: halted }];
  const stateOf = (fullName: string) => applied.weights.get(fullName) as Node;
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
      ...slopes[i],
      slots: Object.fromEntries(slots),
      ...(constraint === undefined ? {} : { constrain: (value) => constraint.apply(value, ops) }),
    };
  });
  optimizer.update({ build: ops, weights, numbers }).forEach((next, i) => {
    const { slots, fullName } = weights[i];
    for (const slot of optimizer.slots) replace(slots[slot], next.slots[slot]);
    replace(stateOf(fullName), next.weight);
  });
  const isTrained = new Set(trained.map(({ fullName }) => fullName));
  for (const [fullName, value] of applied.updates) {
    if (!isTrained.has(fullName)) replace(stateOf(fullName), value);
  }
  return { outputs: { loss, ...sums, halted }, updates };
}
