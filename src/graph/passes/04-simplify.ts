// Pass 4: nodes that change nothing go, and equal nodes become one. Nothing here depends on a target, and
// no rule changes a result by more than the order of its rounding.

import { sameShape } from "../../core/shape.ts";
import { type Graph, mapGraph, withInputs } from "../graph.ts";
import type { Node } from "../op.ts";
import { constantValue } from "./03-fold.ts";

/** The input that `node` merely repeats, if it does. */
function repeated(node: Node): Node | undefined {
  const [a, b] = node.inputs;
  const sameAs = (input: Node) =>
    sameShape(input.shape, node.shape) && input.dtype === node.dtype ? input : undefined;
  switch (node.op.name) {
    case "reshape":
    case "broadcastTo":
    case "cast":
      return sameAs(a);
    case "transpose":
      return (node.attributes as { order: readonly number[] }).order.every((axis, i) => axis === i)
        ? a
        : undefined;
    case "sum":
    case "reduceMaximum":
    case "reduceMinimum":
      return (node.attributes as { axes: readonly number[] }).axes.length === 0 ? a : undefined;
    case "add":
      if (constantValue(b) === 0) return sameAs(a);
      return constantValue(a) === 0 ? sameAs(b) : undefined;
    case "subtract":
      return constantValue(b) === 0 ? sameAs(a) : undefined;
    case "multiply":
      if (constantValue(b) === 1) return sameAs(a);
      return constantValue(a) === 1 ? sameAs(b) : undefined;
    case "divide":
      return constantValue(b) === 1 ? sameAs(a) : undefined;
    default:
      return undefined;
  }
}

/** Two reshapes in a row are one. */
function shortened(node: Node): Node {
  const [inner] = node.inputs;
  return node.op.name === "reshape" && inner.op.name === "reshape"
    ? { ...node, inputs: inner.inputs }
    : node;
}

/** Nodes with one key have one value; numbers that JSON does not know are spelt out. */
function keyOf(node: Node, numbers: Map<Node, number>): string {
  const inputs = node.inputs.map((input) => numbers.get(input));
  const attributes = JSON.stringify(node.attributes, (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? "-0" : value}`
      : value,
  );
  return `${node.op.name} [${inputs}] ${node.dtype}[${node.shape}] ${attributes}`;
}

/** Fewer nodes, same values. */
export function simplify(graph: Graph): Graph {
  const known = new Map<string, Node>();
  const numbers = new Map<Node, number>();
  return mapGraph(graph, (original, inputs) => {
    const node = shortened(withInputs(original, inputs));
    const same = repeated(node);
    if (same !== undefined) return same;
    const key = keyOf(node, numbers);
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, node);
    numbers.set(node, numbers.size);
    return node;
  });
}
