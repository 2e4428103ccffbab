// A fully connected layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

export interface DenseOptions extends CommonOptions, WeightOptions<"kernel" | "bias"> {
  /** U, the number of results. */
  readonly units: number;
  /**
   * Applied to the result: a name, a layer such as `layers.leakyReLU({ negativeSlope: 0.1 })`, or a
   * function of nodes. Default: `linear`.
   */
  readonly activation?: ActivationSetting;
  /** Whether each unit adds a number of its own. Default: true. */
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
    activation: "linear" as ActivationSetting,
    useBias: true,
    kernelInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { units, useBias } = settings;
  requireWhole(units, "units");
  const activation = activationFrom(settings.activation);
  const kernel = weightMaker("kernel", settings);
  const bias = weightMaker("bias", settings);
  return {
    kind: "dense",
    className: "Dense",
    options: { ...settings, activation: activation.setting },
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
        call([x], context) {
          const { build, weights } = context;
          const rows = build.reshape(x, [sizeOf(x.shape) / channels, channels]);
          const product = build.matmul(rows, weights.kernel);
          const y = build.reshape(product, [x.shape[0], ...outputShape]);
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
