// The moving average that optimizers remember gradients by.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** `from + (to − from) · (1 − kept)` */
export function movedTo(build: Builder, from: Node, to: Node, kept: number): Node {
  const distance = build.subtract(to, from);
  return build.add(from, build.multiply(distance, build.constant(1 - kept)));
}

/** `from · kept + to · (1 − kept)` */
export function mixed(build: Builder, from: Node, to: Node, kept: number): Node {
  return build.add(
    build.multiply(from, build.constant(kept)),
    build.multiply(to, build.constant(1 - kept)),
  );
}

/** `x · x` */
export function squared(build: Builder, x: Node): Node {
  return build.multiply(x, x);
}
