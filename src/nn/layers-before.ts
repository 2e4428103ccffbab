// A network behind layers that come before its own, such as those that change images in training.

import { input } from "./input.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { Network } from "./network.ts";
import type { SymbolicTensor, Unit } from "./symbolic.ts";

/**
 * The same network, with the same layers and names, whose first layers are `layers`; they keep the shape of images.
 * `[N, H, W, C] → as before`
 *
 * @example const network = layersBefore(classifier, augment.policy("standard", { valueRange: [0, 1] }));
 */
export function layersBefore(network: Network, layers: readonly LayerInstance[]): Network {
  const [before] = network.inputs;
  const images = input({ shape: before.shape });
  const values = new Map<SymbolicTensor, SymbolicTensor>();
  values.set(
    before,
    layers.reduce<SymbolicTensor>((x, layer) => layer.apply(x), images),
  );
  const mapped = (tensor: SymbolicTensor) => values.get(tensor) ?? tensor;
  for (const { unit, inputs, outputs } of network.applications) {
    const results = applied(unit, inputs.map(mapped));
    outputs.forEach((tensor, i) => {
      values.set(tensor, results[i]);
    });
  }
  const outputs = network.outputs.map(mapped);
  return new Network({
    name: network.name,
    inputs: images,
    outputs: network.outputForm === "one" ? outputs[0] : outputs,
  });
}

function applied(unit: Unit, inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  if (unit instanceof Network) return unit.apply(inputs);
  const result = (unit as LayerInstance).apply(inputs.length === 1 ? inputs[0] : inputs);
  return Array.isArray(result) ? result : [result];
}
