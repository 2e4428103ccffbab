// The axes in another order, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireOption, shown } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface PermuteOptions extends CommonOptions {
  /** The new order of the axes. The first axis behind N is 1; N is 0 and stays. */
  readonly dims: readonly number[];
}

/**
 * Reorders the axes: axis i of the output is axis `dims[i − 1]` of the input. `[2, 1]` turns `[N, A, B]`
 * into `[N, B, A]`. As in Keras.
 *
 * @throws ConfigError if `dims` does not have each of 1, 2, … once, ShapeError if the input has another
 * number of axes.
 * @example layers.permute({ dims: [3, 1, 2] })
 */
export function permute(options: PermuteOptions): LayerInstance<PermuteOptions> {
  return makeLayer(permute.facts, options, (given) => {
    const { dims } = given;
    requireOption("dims", dims, Array.isArray(dims), "each of 1, 2, … once, in a list");
    if (dims.length === 0 || !dims.every((_, i) => dims.includes(i + 1))) {
      throw new ConfigError({
        what: "The option dims cannot be used.",
        expected: "each of 1, 2, … once, in any order",
        received: shown(dims),
      });
    }
    return {
      options: given,
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
          call: ([x], { build }) => build.transpose(x, [0, ...dims]),
        };
      },
    };
  });
}
permute.facts = layerFacts<PermuteOptions>({
  name: "permute",
  options: { dims: "dims" },
  keras: { className: "Permute" },
  example: "{ dims: [2, 1] }",
});
