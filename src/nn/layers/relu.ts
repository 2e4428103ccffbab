// ReLU with all its settings, as a layer.

import { requireNumber } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { leakyRelu, relu6 } from "../activations.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface ReluOptions extends CommonOptions {
  /** The largest output. Default: no limit. */
  readonly maxValue?: number;
  /** The slope below the threshold. Default: 0. */
  readonly negativeSlope?: number;
  /** Inputs up to the threshold are scaled by `negativeSlope`. Default: 0. */
  readonly threshold?: number;
}

/**
 * ReLU: any shape. `min(x, maxValue)` where `x` is above `threshold`, else
 * `negativeSlope · (x − threshold)`. Source: Nair and Hinton, ICML 2010. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is negative.
 * @example layers.relu({ maxValue: 6 })
 */
export function relu(options: ReluOptions = {}): LayerInstance<ReluOptions> {
  return makeLayer(relu.facts, options, (given) => {
    const settings = { negativeSlope: 0, threshold: 0, ...given };
    const { maxValue, negativeSlope, threshold } = settings;
    if (maxValue !== undefined) requireNumber("maxValue", maxValue, { least: 0 });
    requireNumber("negativeSlope", negativeSlope, { least: 0 });
    requireNumber("threshold", threshold, { least: 0 });
    return {
      options: settings,
      plan: ([input]) => ({
        outputShape: input,
        call: ([x], { build }) => reluOf(build, x, settings),
      }),
    };
  });
}
relu.facts = layerFacts<ReluOptions>({
  name: "relu",
  options: {
    maxValue: "max_value",
    negativeSlope: "negative_slope",
    threshold: "threshold",
  },
  keras: { className: "ReLU" },
  example: "{ maxValue: 6 }",
});

type Settings = ReluOptions & Required<Pick<ReluOptions, "negativeSlope" | "threshold">>;

function reluOf(build: Builder, x: Node, { maxValue, negativeSlope, threshold }: Settings): Node {
  const border = build.constant(threshold);
  if (maxValue === undefined && threshold === 0 && negativeSlope !== 0) {
    return leakyRelu(build, x, negativeSlope);
  }
  let y = build.relu(x);
  if (threshold !== 0) y = build.select(build.lessEqual(x, border), build.constant(0), x);
  // Keras has a function of its own for the limit 6, without slope there.
  if (maxValue === 6 && threshold === 0) y = relu6(build, x);
  else if (maxValue !== undefined) y = build.minimum(y, build.constant(maxValue));
  if (negativeSlope === 0) return y;
  const below = build.relu(build.subtract(border, x));
  return build.subtract(y, build.multiply(below, build.constant(negativeSlope)));
}
