// How a graph tells whether its numbers are finite.

import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";

/** A scalar: 0 where all elements are finite, else not a number. */
export function flaw(value: Node): Node {
  return ops.sum(ops.multiply(value, ops.constant(0)));
}
