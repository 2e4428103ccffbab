// What dense layers and convolutions end with: a bias is added, and an activation applied.

import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import type { CallContext, WeightSpec } from "../layer.ts";
import { type BiasOptions, weightMaker, weightNames } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

/** Options of a layer that adds a bias and applies an activation. */
export interface ResultOptions extends BiasOptions {
  /**
   * The activation function: a name such as `relu`, a layer such as
   * `layers.leakyRelu({ negativeSlope: 0.1 })`, or a function of nodes. Default: `linear`.
   */
  readonly activation?: ActivationSetting;
  /** Whether a bias is added. Default: true. */
  readonly useBias?: boolean;
}

/** Keras's names for them, for a layer's facts. */
export const resultNames: KerasNames<ResultOptions> = {
  activation: "activation",
  useBias: "use_bias",
  ...weightNames("bias"),
};

/** How a layer ends. */
export interface Result {
  /** The options, defaults filled in. */
  readonly options: Required<Pick<ResultOptions, "activation" | "useBias" | "biasInitializer">>;
  /** The bias of so many outputs, or none. */
  weights(count: number): readonly WeightSpec[];
  /** The shape of what the layer gives, where `shape` is that of `y`; both without N. */
  outputShape(shape: Shape): Shape;
  /** Adds the bias to `y`, and applies the activation. */
  finish(y: Node, context: CallContext): Node;
}

/** @throws ConfigError where an option cannot be used. */
export function resultFrom(given: ResultOptions): Result {
  const { useBias = true, biasInitializer = "zeros" } = given;
  const { setting, outputShape, apply } = activationFrom(given.activation ?? "linear");
  const bias = weightMaker("bias", { ...given, biasInitializer });
  return {
    options: { activation: setting, useBias, biasInitializer },
    weights: (count) => (useBias ? [bias([count])] : []),
    outputShape,
    finish: (y, context) =>
      apply(useBias ? context.build.add(y, context.weights.bias) : y, context),
  };
}
