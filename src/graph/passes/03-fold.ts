// Pass 3: what depends on constants alone is computed now. A constant is one number everywhere, so a
// formula without reads of anything else, and without coordinates, is one too.

import type { Builder } from "../builder.ts";
import type { Expression } from "../expression.ts";
import { type Graph, mapGraph, withInputs } from "../graph.ts";
import { isComposite, type Node } from "../op.ts";
import { evaluateScalar } from "../scalar.ts";

/** The number that fills a constant node. */
export function constantValue(node: Node): number | undefined {
  return node.op.name === "constant" ? (node.attributes as { value: number }).value : undefined;
}

function numberOf(expression: Expression<number>, inputs: readonly Node[]): number | undefined {
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "read":
      return expression.outside === undefined
        ? constantValue(inputs[expression.source])
        : undefined;
    case "scalar": {
      const args = expression.args.map((arg) => numberOf(arg, inputs));
      return args.every((arg) => arg !== undefined)
        ? evaluateScalar(expression.op, args)
        : undefined;
    }
    case "coordinate":
    case "result":
      return undefined;
  }
}

/** Elementwise ops and movements of constants become constants. */
export function fold(graph: Graph, build: Builder): Graph {
  return mapGraph(graph, (original, inputs) => {
    const node = withInputs(original, inputs);
    if (inputs.length === 0 || isComposite(node.op) || node.dtype === "u8") return node;
    const computation = node.op.lower(inputs, node.attributes, node);
    let value: number | undefined;
    if (computation.kind === "alias") value = constantValue(inputs[0]);
    if (computation.kind === "map") value = numberOf(computation.body, inputs);
    return value === undefined ? node : build.constant(value, node.shape, node.dtype as "f32");
  });
}
