// What a constraint is: a rule that brings a weight back after every update.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Facts } from "../facts.ts";

export interface Constraint {
  /** The name that files use. */
  readonly name: string;
  readonly options: object;
  /** The weight as it may be, in the same shape. @throws ShapeError */
  apply(weight: Node, build: Builder): Node;
}

/** The facts of a constraint. */
export function constraintFacts<O extends object>(own: Omit<Facts<O>, "group">): Facts<O> {
  return { group: "constraints", ...own };
}
