// An activation function as a layer of its own.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

export interface ActivationOptions extends CommonOptions {
  /**
   * The activation function: a name such as `relu`, a layer such as
   * `layers.leakyRelu({ negativeSlope: 0.1 })`, or a function of nodes.
   */
  readonly activation: ActivationSetting;
}

/**
 * Applies an activation function: any shape, unchanged; `glu` halves the last axis. `softmax` works along the last axis. As in Keras.
 *
 * @throws ConfigError if there is no such activation.
 * @example layers.activation({ activation: "relu" })
 */
export function activation(options: ActivationOptions): LayerInstance<ActivationOptions> {
  return makeLayer(activation.facts, options, (given) => {
    const { setting, outputShape, apply } = activationFrom(given.activation);
    return {
      options: { ...given, activation: setting },
      plan: ([input]) => ({
        outputShape: outputShape(input),
        call: ([x], context) => apply(x, context),
      }),
    };
  });
}
activation.facts = layerFacts<ActivationOptions>({
  name: "activation",
  options: { activation: "activation" },
  keras: { className: "Activation" },
  example: '{ activation: "relu" }',
});
