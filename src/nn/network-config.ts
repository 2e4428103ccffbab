// A network as plain data. Layers in a row are a list; any other graph is a list of layers and a list of
// their uses.

import { ConfigError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { hasParts, type NetworkParts, type TensorReference } from "./network-parts.ts";
import type { SymbolicTensor, Unit } from "./symbolic.ts";

export type { TensorReference } from "./network-parts.ts";

/** A layer, or a network with the kind `network` and its own configuration as options. */
export interface UnitConfig {
  readonly kind: string;
  readonly options: object;
  /** A number that units have in common which are one and the same in several networks. */
  readonly shared?: number;
}

/** Layers in a row. */
export interface SequentialConfig {
  readonly name: string;
  readonly trainable?: boolean;
  readonly inputShape: Shape;
  readonly layers: readonly UnitConfig[];
}

/** Any graph of layers. */
export interface FunctionalConfig {
  readonly name: string;
  readonly trainable?: boolean;
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly layers: readonly UnitConfig[];
  /** Each use of a layer, those that others need first. */
  readonly uses: readonly { readonly layer: string; readonly inputs: readonly TensorReference[] }[];
  readonly outputs:
    | { readonly one: TensorReference }
    | { readonly list: readonly TensorReference[] }
    | { readonly record: Readonly<Record<string, TensorReference>> };
}

/** A network as plain data, enough to make it again. */
export type NetworkConfig = SequentialConfig | FunctionalConfig;

/** The units that are in several of the networks, with a number for each. */
type SharedUnits = ReadonlyMap<Unit, number>;

function sharedUnits(network: NetworkParts): SharedUnits {
  const seen = new Set<Unit>();
  const shared = new Map<Unit, number>();
  const visit = ({ layers }: NetworkParts) => {
    for (const { layer } of layers) {
      if (seen.has(layer)) shared.set(layer, shared.get(layer) ?? shared.size);
      else if (hasParts(layer)) visit(layer);
      seen.add(layer);
    }
  };
  visit(network);
  return shared;
}

/**
 * What a file needs to say of a unit. Freezing is said where it differs from what is usual.
 *
 * @throws ConfigError where an option is a function: no file can keep it.
 */
export function unitConfig(name: string, unit: Unit, shared: SharedUnits = new Map()): UnitConfig {
  const given = hasParts(unit) ? configOf(unit, shared) : unit.options;
  const { trainable: _, ...options } = given as { readonly trainable?: boolean };
  const number = shared.get(unit);
  const own = Object.entries(options).find(([, value]) => typeof value === "function");
  if (own !== undefined) {
    throw new ConfigError({
      what: `The option ${own[0]} of the layer "${name}" is a function, which no file can keep.`,
      expected: "a name, or a layer",
      received: "a function",
      fix: "Make a layer of your own of it with defineLayer, or save the weights alone.",
    });
  }
  return {
    kind: unit.kind,
    options: { ...options, name, ...(unit.trainable ? {} : { trainable: false }) },
    ...(number === undefined ? {} : { shared: number }),
  };
}

/** The network as plain data. */
export function configOf(network: NetworkParts, shared = sharedUnits(network)): NetworkConfig {
  const inputLayers = new Set<string>(network.inputNames);
  const layers = network.layers
    .filter(({ name }) => !inputLayers.has(name))
    .map(({ name, layer }) => unitConfig(name, layer, shared));
  const frozen = network.trainable ? {} : { trainable: false };
  const { name, inputs } = network;
  if (network.className === "Sequential") {
    return { name, ...frozen, inputShape: inputs[0].shape, layers };
  }
  const refer = (tensor: SymbolicTensor) => network.referenceTo(tensor);
  return {
    name,
    ...frozen,
    inputs: inputs.map(({ shape }, i) => ({ name: network.inputNames[i], shape })),
    layers,
    uses: network.applications.map((application) => ({
      layer: network.nameOf(application.unit),
      inputs: application.inputs.map(refer),
    })),
    outputs: outputsOf(network, network.outputs.map(refer)),
  };
}

function outputsOf(
  { outputForm, outputNames }: NetworkParts,
  references: readonly TensorReference[],
): FunctionalConfig["outputs"] {
  if (outputForm === "one") return { one: references[0] };
  if (outputForm === "list") return { list: references };
  return { record: Object.fromEntries(outputNames.map((name, i) => [name, references[i]])) };
}
