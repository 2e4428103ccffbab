// What a program is: a name, and the graph of one step. Training, evaluation, prediction and inspection are
// four of them; whoever writes another one has a program like any other.

import type { Graph } from "../../graph/graph.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { ScoredParts } from "./parts.ts";

/** A program: `P` is what its graph is made of. */
export interface Program<P> {
  readonly name: string;
  /** The graph of one step. */
  graph(parts: P): Graph;
}

/** A program that takes rows of examples. */
export interface RowProgram extends Program<ScoredParts> {
  /** Whether it becomes another one when a layer is frozen or trained again. */
  readonly dependsOnTrainable: boolean;
  /** The optimizer whose slots it updates, if it does. */
  readonly optimizer?: Optimizer;
}
