// One row many times, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";

export interface RepeatVectorOptions extends CommonOptions {
  /** How many times the row is repeated. */
  readonly n: number;
}

/**
 * Repeat vector: `[N, C] → [N, n, C]`. As in Keras.
 *
 * @throws ConfigError where n cannot be used, ShapeError where the input is not a row.
 * @example layers.repeatVector({ n: 3 })
 */
export function repeatVector(options: RepeatVectorOptions): Layer<RepeatVectorOptions> {
  const { n } = options;
  requireWhole(n, "n");
  return {
    kind: "repeatVector",
    className: "RepeatVector",
    options,
    plan([input]) {
      if (input.length !== 1) {
        throw new ShapeError({
          what: "repeatVector works on rows.",
          expected: "[C] for each example",
          received: formatShape(input),
          fix: "put flatten before it",
        });
      }
      const [channels] = input;
      return {
        outputShape: [n, channels],
        weights: [],
        macs: 0,
        call([x], { build }) {
          const row = build.reshape(x, [x.shape[0], 1, channels]);
          return build.broadcastTo(row, [x.shape[0], n, channels]);
        },
      };
    },
  };
}
