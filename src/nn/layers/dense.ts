// A fully connected layer. Floor 4.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
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
 * Fully connected: `[N, …, C] → [N, …, U]`, `y = activation(x · kernel + bias)` along the last
 * axis; of images, each pixel by itself. Weights: `kernel [C, U]`, `bias [U]`. Source: Rosenblatt,
 * 1958; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input has no axis.
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
      const channels = input.at(-1);
      if (channels === undefined) {
        throw new ShapeError({
          what: "dense works along an axis.",
          expected: "[…, C] for each example",
          received: formatShape(input),
        });
      }
      const outputShape = input.with(-1, units);
      return {
        outputShape,
        weights: [kernel([channels, units]), ...(useBias ? [bias([units])] : [])],
        macs: sizeOf(input) * units,
        // Along the channels of an image it looks at one pixel at a time.
        ...(input.length === 1 ? { reach: "all" as const } : {}),
        call([x], { build, weights }) {
          const rows = build.reshape(x, [sizeOf(x.shape) / channels, channels]);
          const product = build.matmul(rows, weights.kernel);
          const y = build.reshape(product, [x.shape[0], ...outputShape]);
          return activate(activation, build, useBias ? build.add(y, weights.bias) : y);
        },
      };
    },
  };
}
