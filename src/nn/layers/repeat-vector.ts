// A vector repeated as a sequence, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface RepeatVectorOptions extends CommonOptions {
  /** T, how often the vector is repeated. */
  readonly n: number;
}

/**
 * Repeats a vector as each step of a sequence: `[N, C] → [N, T, C]`. As in Keras.
 *
 * @throws ConfigError if n is invalid, ShapeError if the input is not a vector.
 * @example layers.repeatVector({ n: 3 })
 */
export function repeatVector(options: RepeatVectorOptions): LayerInstance<RepeatVectorOptions> {
  return makeLayer(repeatVector.facts, options, (given) => {
    const { n } = given;
    requireWhole("n", n);
    return {
      options: given,
      plan([input]) {
        if (input.length !== 1) {
          throw new ShapeError({
            what: "repeatVector works on vectors.",
            expected: "[C] for each example",
            received: formatShape(input),
            fix: "put flatten before it",
          });
        }
        const [channels] = input;
        return {
          outputShape: [n, channels],
          call([x], { build }) {
            const row = build.reshape(x, [x.shape[0], 1, channels]);
            return build.broadcastTo(row, [x.shape[0], n, channels]);
          },
        };
      },
    };
  });
}
repeatVector.facts = layerFacts<RepeatVectorOptions>({
  name: "repeatVector",
  options: { n: "n" },
  keras: { className: "RepeatVector" },
  example: "{ n: 3 }",
});
