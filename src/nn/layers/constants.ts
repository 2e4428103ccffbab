// Numbers that layers know as nodes.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** A number, or a list of them: `[C]`. */
export function constantOf(build: Builder, value: number | readonly number[]): Node {
  if (typeof value === "number") return build.constant(value);
  return build.concatenate(
    value.map((number) => build.constant(number, [1])),
    0,
  );
}
