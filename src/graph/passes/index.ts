// The way from a graph as written to clusters that can be scheduled: the numbered passes, in order.

import type { Slices } from "../../core/slices.ts";
import type { Builder } from "../builder.ts";
import type { Graph } from "../graph.ts";
import { verify } from "./01-verify.ts";
import { expand } from "./02-expand.ts";
import { fold } from "./03-fold.ts";
import { simplify } from "./04-simplify.ts";

/** In slices, the graph after passes 1 to 4: primitive ops only, nothing superfluous. */
export function* normalize(graph: Graph, build: Builder): Slices<Graph> {
  const passes = [verify, expand, simplify, fold, simplify, verify];
  let made = graph;
  for (const pass of passes) {
    made = pass(made, build);
    yield;
  }
  return made;
}
