// A graph: the values that are wanted and the states that a step replaces.

import type { Node } from "./op.ts";

/** At the end of a step, `state` takes the `value`. */
export interface Update {
  readonly state: Node;
  readonly value: Node;
}

/** What one step computes. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly updates: readonly Update[];
}

/** What a source node is called; inputs and states have one. */
export interface SourceAttributes {
  readonly name: string;
}

export function sourceName(node: Node): string {
  return (node.attributes as SourceAttributes).name;
}

/** The nodes that a graph must compute: outputs, then the values of updates. */
export function rootsOf(graph: Graph): Node[] {
  return [...Object.values(graph.outputs), ...graph.updates.map((update) => update.value)];
}

/** Every node that `roots` need, each once, inputs before users; deep graphs do not overflow. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    if (state.get(node) === undefined) {
      state.set(node, "open");
      for (let i = node.inputs.length - 1; i >= 0; i--) {
        if (state.get(node.inputs[i]) === undefined) stack.push(node.inputs[i]);
      }
      continue;
    }
    stack.pop();
    if (state.get(node) === "done") continue;
    state.set(node, "done");
    order.push(node);
  }
  return order;
}

/** The nodes of a topological `order` for which `begins` holds, and all that depend on one of them. */
export function dependentsOf(order: readonly Node[], begins: (node: Node) => boolean): Set<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (begins(node) || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** Which nodes use each node, in topological order. */
export function consumersOf(order: readonly Node[]): Map<Node, Node[]> {
  const consumers = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) {
    for (const input of new Set(node.inputs)) consumers.get(input)?.push(node);
  }
  return consumers;
}

/** `graph` with every node replaced by `replace(node, its replaced inputs)`. */
export function mapGraph(
  graph: Graph,
  replace: (node: Node, inputs: readonly Node[]) => Node,
): Graph {
  const replaced = new Map<Node, Node>();
  const find = (node: Node) => replaced.get(node) as Node;
  const states = graph.updates.map((update) => update.state);
  for (const node of topologicalOrder([...rootsOf(graph), ...states])) {
    replaced.set(node, replace(node, node.inputs.map(find)));
  }
  return {
    outputs: Object.fromEntries(
      Object.entries(graph.outputs).map(([name, node]) => [name, find(node)]),
    ),
    updates: graph.updates.map(({ state, value }) => ({ state: find(state), value: find(value) })),
  };
}

/** `node` over other inputs; itself where they are the same. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs };
}
