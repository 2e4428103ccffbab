// What a regularizer is: a number that a tensor adds to the loss.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Facts } from "../facts.ts";

export interface Regularizer {
  /** The name that files use. */
  readonly name: string;
  readonly options: object;
  /** A number, from a weight of any shape, or from a batch of results. @throws ShapeError */
  penalty(value: Node, build: Builder): Node;
}

/** The facts of a regularizer. */
export function regularizerFacts<O extends object>(own: Omit<Facts<O>, "group">): Facts<O> {
  return { group: "regularizers", ...own };
}
