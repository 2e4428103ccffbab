// A fully connected layer. Floor 4.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type ActivationName, activate, requireActivation } from "../activations.ts";
import { type InitializerName, requireInitializer } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole, type WeightSpec } from "../layer.ts";

export interface DenseOptions extends CommonOptions {
  /** U, the number of results. */
  readonly units: number;
  /** Applied to the result; `linear` unless told. */
  readonly activation?: ActivationName;
  /** Whether each unit adds a number of its own; true unless told. */
  readonly useBias?: boolean;
  readonly kernelInitializer?: InitializerName;
  readonly biasInitializer?: InitializerName;
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
    kernelInitializer: "glorotUniform" as InitializerName,
    biasInitializer: "zeros" as InitializerName,
    ...options,
  };
  const { units, activation, useBias } = settings;
  requireWhole(units, "units");
  requireActivation(activation);
  requireInitializer(settings.kernelInitializer);
  requireInitializer(settings.biasInitializer);
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
      const kernel: WeightSpec = {
        name: "kernel",
        shape: [channels, units],
        initializer: settings.kernelInitializer,
        trainable: true,
      };
      const bias: WeightSpec = {
        name: "bias",
        shape: [units],
        initializer: settings.biasInitializer,
        trainable: true,
      };
      return {
        outputShape: [units],
        weights: useBias ? [kernel, bias] : [kernel],
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
