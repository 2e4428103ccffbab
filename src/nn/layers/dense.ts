// A fully connected layer. Floor 4.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type ActivationName, activate, requireActivation } from "../activations.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";

export interface DenseOptions extends CommonOptions, WeightOptions<"kernel" | "bias"> {
  /** U, the number of results. */
  readonly units: number;
  /** Applied to the result; `linear` unless told. */
  readonly activation?: ActivationName;
  /** Whether each unit adds a number of its own; true unless told. */
  readonly useBias?: boolean;
}

/**
 * Fully connected: `[N, C] → [N, U]`, `y = activation(x · kernel + bias)`. Weights: `kernel [C, U]`,
 * `bias [U]`. Source: Rosenblatt, 1958; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input is not a row.
 * @example layers.dense({ units: 10, activation: "softmax" })
 */
export function dense(options: DenseOptions): Layer<DenseOptions> {
  const settings = {
    activation: "linear" as ActivationName,
    useBias: true,
    kernelInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { units, activation, useBias } = settings;
  requireWhole(units, "units");
  requireActivation(activation);
  const kernel = weightMaker("kernel", settings);
  const bias = weightMaker("bias", settings);
  return {
    kind: "dense",
    className: "Dense",
    options: settings,
    plan([input]) {
      if (input.length !== 1) {
        throw new ShapeError({
          what: "dense works on rows.",
          expected: "[C] for each example",
          received: formatShape(input),
          fix: "put flatten or globalAveragePooling2d before it",
        });
      }
      const [channels] = input;
      return {
        outputShape: [units],
        weights: [kernel([channels, units]), ...(useBias ? [bias([units])] : [])],
        macs: channels * units,
        reach: "all",
        call([x], { build, weights }) {
          const y = build.matmul(x, weights.kernel);
          return activate(activation, build, useBias ? build.add(y, weights.bias) : y);
        },
      };
    },
  };
}
