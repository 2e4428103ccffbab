// The way from a graph as written to clusters that can be scheduled: the numbered passes, in order.

import type { Builder } from "../builder.ts";
import type { Graph } from "../graph.ts";
import { verify } from "./01-verify.ts";
import { expand } from "./02-expand.ts";
import { fold } from "./03-fold.ts";
import { simplify } from "./04-simplify.ts";
import { type Cluster, fuse } from "./05-fuse.ts";

/** The graph after passes 1 to 4: primitive ops only, nothing superfluous. */
export function normalize(graph: Graph, build: Builder): Graph {
  return verify(simplify(fold(simplify(expand(verify(graph), build)), build)));
}

/** All passes. */
export function toClusters(graph: Graph, build: Builder): Cluster[] {
  return fuse(normalize(graph, build));
}
