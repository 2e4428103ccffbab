// The program of evaluation.

import type { Head } from "../heads.ts";
import { applyToRows, score } from "./parts.ts";
import type { RowProgram } from "./program.ts";

/** Loss and metrics of a batch: `loss`, and sums for each metric. */
export function evaluateProgram(heads: readonly Head[]): RowProgram {
  return {
    name: "evaluate",
    dependsOnTrainable: true,
    graph(parts) {
      const { loss, sums } = score(heads, parts, applyToRows(parts, false));
      return { outputs: { loss, ...sums }, updates: [] };
    },
  };
}
