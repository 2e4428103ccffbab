// The axes in another order, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { checkOption, shown } from "../option.ts";

export interface PermuteOptions extends CommonOptions {
  /** The axis that comes first, second, …; N is 0 and stays, so the first is counted 1. */
  readonly dims: readonly number[];
}

/**
 * Permute: axis i of the result is axis `dims[i − 1]` of the input; `[2, 1]` makes `[N, A, B]` into
 * `[N, B, A]`. As in Keras.
 *
 * @throws ConfigError unless `dims` has each of 1, 2, … once, ShapeError where the input has not as
 * many axes.
 * @example layers.permute({ dims: [3, 1, 2] })
 */
export function permute(options: PermuteOptions): Layer<PermuteOptions> {
  const { dims } = options;
  checkOption("dims", dims, Array.isArray(dims), "each of 1, 2, … once, in a list");
  if (dims.length === 0 || !dims.every((_, i) => dims.includes(i + 1))) {
    throw new ConfigError({
      what: "The option dims cannot be used.",
      expected: "each of 1, 2, … once, in any order",
      received: shown(dims),
    });
  }
  return {
    kind: "permute",
    className: "Permute",
    options,
    plan([input]) {
      if (input.length !== dims.length) {
        throw new ShapeError({
          what: "permute names every axis.",
          expected: `${dims.length} axes beside N`,
          received: formatShape(input),
        });
      }
      return {
        outputShape: dims.map((axis) => input[axis - 1]),
        weights: [],
        macs: 0,
        call: ([x], { build }) => build.transpose(x, [0, ...dims]),
      };
    },
  };
}
