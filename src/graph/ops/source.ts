// The skeleton of the two sources: values that come from outside of the graph.

import { VerificationError } from "../../core/errors.ts";
import { checkShape } from "../../core/shape.ts";
import type { SourceAttributes } from "../graph.ts";
import type { PrimitiveOp, TensorType } from "../op.ts";

/** A source's name and type. */
export interface TypedSourceAttributes extends SourceAttributes, TensorType {}

/** A source from its op's name. */
export function source(name: string): PrimitiveOp<TypedSourceAttributes> {
  return {
    name,
    infer(_, { name: sourceName, shape, dtype }) {
      checkShape(shape, `The shape of ${name} "${sourceName}"`);
      return { shape, dtype };
    },
    reference(_, { name: sourceName }) {
      throw new VerificationError({
        what: `The ${name} "${sourceName}" was asked to compute itself.`,
        expected: "a value that is handed in",
      });
    },
    noGradient: "it has no inputs",
    lower: () => ({ kind: "source" }),
    samples: [],
  };
}
