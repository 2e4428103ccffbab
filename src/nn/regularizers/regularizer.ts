// What a regularizer is: a number that a tensor adds to the loss.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

export interface Regularizer {
  /** The name that files use. */
  readonly name: string;
  readonly options: object;
  /** A number, from a weight of any shape, or from a batch of results. @throws ShapeError */
  penalty(value: Node, build: Builder): Node;
}
