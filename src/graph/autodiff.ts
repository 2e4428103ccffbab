// Reverse-mode differentiation: one walk from the loss back to what it depends on. It knows no op; each
// op's record brings its own rule. Linnainmaa, 1970; Griewank and Walther, 2008.

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Builder } from "./builder.ts";
import { topologicalOrder } from "./graph.ts";
import type { Node } from "./op.ts";

/** Sums a gradient over the axes along which its value was stretched. */
function sumTo(gradient: Node, shape: Shape, build: Builder): Node {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dimension, i) =>
    i < lead || (shape[i - lead] === 1 && dimension !== 1) ? [i] : [],
  );
  const summed = axes.length === 0 ? gradient : build.sum(gradient, { axes });
  return sameShape(summed.shape, shape) ? summed : build.reshape(summed, shape);
}

/** What flows back through one application of an op: what `gradient` of the op's record gives. */
export type GradientRule = (
  context: { readonly node: Node; readonly inputs: readonly Node[]; readonly gradient: Node },
  build: Builder,
) => readonly (Node | undefined)[];

/**
 * The gradients of the scalar `loss` for each of `targets`, in their order; zeros where the loss
 * does not depend on one. `rules` replace those of ops by name, as guided backpropagation and DeepLIFT do.
 *
 * @throws ShapeError where `loss` is not a single f32 number.
 */
export function gradients(
  loss: Node,
  targets: readonly Node[],
  build: Builder,
  rules: Readonly<Record<string, GradientRule>> = {},
): Node[] {
  if (sizeOf(loss.shape) !== 1 || loss.dtype !== "f32") {
    throw new ShapeError({
      what: "Only a single number has a gradient.",
      expected: "f32 []",
      received: `${loss.dtype} ${formatShape(loss.shape)}`,
      fix: "sum the loss, or take its mean, first",
    });
  }
  const order = topologicalOrder([loss]);
  const needed = new Set<Node>(targets);
  for (const node of order) if (node.inputs.some((input) => needed.has(input))) needed.add(node);

  const gradientOf = new Map<Node, Node>([[loss, build.constant(1, loss.shape)]]);
  for (const node of order.reverse()) {
    const gradient = gradientOf.get(node);
    if (gradient === undefined || !needed.has(node) || node.op.gradient === undefined) continue;
    const context = { node, inputs: node.inputs, gradient };
    const parts =
      rules[node.op.name]?.(context, build) ?? node.op.gradient(context, node.attributes, build);
    parts.forEach((part, i) => {
      const input = node.inputs[i];
      if (part === undefined || !needed.has(input)) return;
      const flowing = sumTo(part, input.shape, build);
      const before = gradientOf.get(input);
      gradientOf.set(input, before === undefined ? flowing : build.add(before, flowing));
    });
  }
  return targets.map((target) => gradientOf.get(target) ?? build.constant(0, target.shape));
}
