// Pass 2: ops that are short for others are replaced by them, until none is left.

import type { Builder } from "../builder.ts";
import { type Graph, mapGraph, withInputs } from "../graph.ts";
import { isComposite, type Node } from "../op.ts";

/** Only ops that schedules know are left. */
export function expand(graph: Graph, build: Builder): Graph {
  const expandNode = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(expandNode);
    const result = isComposite(node.op)
      ? expandNode(node.op.expand(inputs, node.attributes, build))
      : withInputs(node, inputs);
    done.set(node, result);
    return result;
  };
  const done = new Map<Node, Node>();
  return mapGraph(graph, (node, inputs) => expandNode(withInputs(node, inputs)));
}
