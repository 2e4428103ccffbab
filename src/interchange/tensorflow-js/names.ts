// What TensorFlow.js calls layers and their weights. It knows a weight by its layer's name alone, without
// those of the networks around it, so layers of several networks must not share one.

import { freeName } from "../../nn/naming.ts";
import { isNetwork, type Network } from "../../nn/network.ts";
import { weightName } from "../../nn/steps.ts";
import type { Unit } from "../../nn/symbolic.ts";

/** A weight in a place of its layer; TensorFlow.js has one for each place. */
export interface NamedWeight {
  readonly fullName: string;
  readonly shape: readonly number[];
  /** The layer's place in the model, such as `sequential/dense`. */
  readonly path: string;
  /** The weight's own name, such as `kernel`. */
  readonly last: string;
}

/** Every weight, as often as its layer has a place. */
export function weightsInPlaces(network: Network): readonly NamedWeight[] {
  const owners = new Map(network.owners.map((owner) => [owner.layer as Unit, owner]));
  return placesIn(network).flatMap(({ path, layer }) => {
    const owner = owners.get(layer);
    return (owner?.weights ?? []).map(({ name, shape }) => {
      const isDepthwise = layer.kind === "depthwiseConv2d" && name === "kernel";
      const last = isDepthwise ? "depthwise_kernel" : name;
      return { fullName: weightName(owner?.path ?? "", name), shape, path, last };
    });
  });
}

/** Names for the layers whose own name another layer with weights has, by their places. */
export function otherNames(network: Network): ReadonlyMap<string, string> {
  const taken = new Set(placesIn(network).map(({ path }) => lastOf(path)));
  const used = new Set<string>();
  const names = new Map<string, string>();
  for (const path of new Set(weightsInPlaces(network).map((weight) => weight.path))) {
    const own = lastOf(path);
    if (used.has(own)) {
      const name = freeName(path.replaceAll("/", "_"), taken);
      taken.add(name);
      names.set(path, name);
    }
    used.add(own);
  }
  return names;
}

export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Every unit in every place that it has, networks included. */
function placesIn(network: Network, prefix = ""): { path: string; layer: Unit }[] {
  return network.layers.flatMap(({ name, layer }) => {
    const place = { path: prefix + name, layer };
    return isNetwork(layer) ? [place, ...placesIn(layer, `${place.path}/`)] : [place];
  });
}
