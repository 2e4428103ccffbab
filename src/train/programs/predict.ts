// The program of prediction.

import type { Graph } from "../../graph/graph.ts";
import { names } from "./names.ts";
import { applyToRows, type GraphParts } from "./parts.ts";
import type { RowProgram } from "./program.ts";

/** Predictions for a batch: one for each output of the network. */
export const predictProgram = {
  name: "predict",
  dependsOnTrainable: false,
  graph(parts: GraphParts): Graph {
    const { outputs } = applyToRows(parts, false);
    const named = outputs.map((output, i) => [names.output(i), output]);
    return { outputs: Object.fromEntries(named), updates: [] };
  },
} as const satisfies RowProgram;
