// Runs a graph by its ops' own naive loops: slow, plain, and the definition of right. In f64 it is the
// oracle that gradients and targets are held against.

import { type DType, dtypeOf, type NumericArray } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { sourceName, topologicalOrder } from "./graph.ts";
import type { Node } from "./op.ts";

/** The arithmetic of f32 values: as targets compute, or wider, to compare against. */
export type Precision = "f32" | "f64";

function emptyArray(dtype: DType, size: number, precision: Precision): NumericArray {
  if (dtype === "u8") return new Uint8Array(size);
  if (dtype === "i32") return new Int32Array(size);
  return precision === "f64" ? new Float64Array(size) : new Float32Array(size);
}

/**
 * The values of `roots`, given those of inputs and states by name.
 *
 * @throws DataError where a source has no value, or one of another shape or dtype.
 */
export function evaluate(
  roots: readonly Node[],
  sources: Readonly<Record<string, Tensor>>,
  precision: Precision = "f64",
): Tensor[] {
  const values = new Map<Node, Tensor>();
  for (const node of topologicalOrder(roots)) {
    if (node.op.name === "input" || node.op.name === "state") {
      const value = sources[sourceName(node)];
      if (!value || !sameShape(value.shape, node.shape) || dtypeOf(value.data) !== node.dtype) {
        throw new DataError({
          what: `The graph's ${node.op.name} "${sourceName(node)}" has no fitting value.`,
          expected: `${node.dtype} ${formatShape(node.shape)}`,
          received: value ? `${dtypeOf(value.data)} ${formatShape(value.shape)}` : "nothing",
        });
      }
      values.set(node, value);
      continue;
    }
    const output = {
      data: emptyArray(node.dtype, sizeOf(node.shape), precision),
      shape: node.shape,
    };
    const inputs = node.inputs.map((input) => values.get(input) as Tensor);
    node.op.reference(inputs, node.attributes, output);
    values.set(node, output);
  }
  return roots.map((root) => values.get(root) as Tensor);
}
