// The program that finds where numbers ceased to be finite.

import type { Graph } from "../../graph/graph.ts";
import { ops } from "../../graph/ops/index.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { Head } from "../heads.ts";
import { flaw } from "./flaw.ts";
import { applyToRows, type ScoredParts, score, slopesOf } from "./parts.ts";
import type { RowProgram } from "./program.ts";
import type { TrainingParts } from "./train.ts";

/**
 * What is not finite in a training step, so as to name it: for each layer's results `layer0`, …, and
 * for the gradient of each trained weight `gradient0`, …, a number that is 0 where all is well.
 */
export function inspectProgram({ heads, optimizer }: TrainingParts): RowProgram {
  return {
    name: "inspect",
    dependsOnTrainable: true,
    graph: (parts) => inspectionGraph(heads, optimizer, parts),
  };
}

function inspectionGraph(heads: readonly Head[], optimizer: Optimizer, parts: ScoredParts): Graph {
  const applied = applyToRows(parts, true);
  const { trained: lowered } = score(heads, parts, applied);
  const trained = parts.network.weights.filter((weight) => weight.trainable);
  const results = applied.results.map((value, i) => [`layer${i}`, flaw(value)]);
  const slopes = slopesOf(lowered, trained, applied).map(({ gradient }, i) => [
    `gradient${i}`,
    optimizer.flawOf(gradient, ops),
  ]);
  return { outputs: Object.fromEntries([...results, ...slopes]), updates: [] };
}
