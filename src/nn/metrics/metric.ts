// What a metric is. Floor 4. A metric is a sum over the examples of a batch; training adds the sums of
// a whole epoch and divides once, so that batches of different sizes count as they should.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

export interface Metric {
  /** The name that logs use. */
  readonly name: string;
  /** A scalar: the sum over the batch, from answers and results. */
  sum(answers: Node, results: Node, build: Builder): Node;
}
