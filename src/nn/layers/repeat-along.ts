// Every element several times: what the layers that enlarge by repeating share.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** Every element `factor` times, one after another, along `axis`. */
export function repeatAlong(build: Builder, x: Node, axis: number, factor: number): Node {
  const { shape } = x;
  const column = build.reshape(x, shape.toSpliced(axis + 1, 0, 1));
  const repeated = build.broadcastTo(column, shape.toSpliced(axis + 1, 0, factor));
  return build.reshape(repeated, shape.with(axis, shape[axis] * factor));
}
