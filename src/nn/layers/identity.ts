// A layer that changes nothing, such as a name for a value.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

/**
 * Identity: any shape, unchanged. As in Keras.
 *
 * @example layers.identity({ name: "features" })
 */
export function identity(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(identity.facts, options, (given) => ({
    options: given,
    plan: ([input]) => ({ outputShape: input, call: ([x]) => x }),
  }));
}
identity.facts = layerFacts<CommonOptions>({
  name: "identity",
  options: {},
  keras: { className: "Identity" },
});
