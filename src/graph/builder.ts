// The vocabulary of the graph over its nodes. `ops` in ops/index.ts is the one thing that fills it.

import type { Node } from "./op.ts";
import type { Vocabulary } from "./vocabulary.ts";

export type {
  ConvolutionOptions,
  PoolAttributes,
  PoolGradientAttributes,
  PoolOptions,
  ReduceOptions,
} from "./vocabulary.ts";

/** Makes nodes: what layers, losses and gradient rules are handed. */
export type Builder = Vocabulary<Node>;
