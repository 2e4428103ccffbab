// Pass 1: the graph is what its ops say it is. Every pass may rely on this one, and runs after changes
// are verified again in tests: a broken rule is found where it was broken.

import { VerificationError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import { type Graph, rootsOf, sourceName, topologicalOrder } from "../graph.ts";
import type { Node } from "../op.ts";

function isSource(node: Node): boolean {
  return node.op.name === "input" || node.op.name === "state";
}

function fail(what: string, expected: string, received: string): never {
  throw new VerificationError({ what, expected, received });
}

/** Shapes and dtypes follow the rules, names of sources are unique, updates fit their states. */
export function verify(graph: Graph): Graph {
  const states = graph.updates.map((update) => update.state);
  const sources = new Map<string, Node>();
  for (const node of topologicalOrder([...rootsOf(graph), ...states])) {
    const type = node.op.infer(node.inputs, node.attributes);
    if (!sameShape(type.shape, node.shape) || type.dtype !== node.dtype) {
      fail(
        `A node of op ${node.op.name} does not follow its shape rule.`,
        `${type.dtype} ${formatShape(type.shape)}`,
        `${node.dtype} ${formatShape(node.shape)}`,
      );
    }
    if (!isSource(node)) continue;
    const other = sources.get(sourceName(node));
    if (other !== undefined && other !== node) {
      fail("Two sources have one name.", "one node a name", `"${sourceName(node)}" twice`);
    }
    sources.set(sourceName(node), node);
  }
  for (const { state, value } of graph.updates) {
    if (state.op.name !== "state") {
      fail("An update goes to a state.", "a state", `a node of op ${state.op.name}`);
    }
    if (!sameShape(state.shape, value.shape) || state.dtype !== value.dtype) {
      fail(
        `The update of "${sourceName(state)}" does not fit it.`,
        `${state.dtype} ${formatShape(state.shape)}`,
        `${value.dtype} ${formatShape(value.shape)}`,
      );
    }
  }
  if (new Set(states).size !== states.length) {
    fail("A state is updated twice.", "one update a state", `${states.length} updates`);
  }
  return graph;
}
