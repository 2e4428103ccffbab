// A network again, from plain data. The data may come from a file, so nothing in it is taken on trust.

import { ConfigError } from "../core/errors.ts";
import type { CustomLayers } from "./custom-layer.ts";
import { input } from "./input.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { layerFrom } from "./layers/index.ts";
import { isNetwork, Network, type SymbolicOutputs } from "./network.ts";
import type {
  FunctionalConfig,
  NetworkConfig,
  SequentialConfig,
  TensorReference,
  UnitConfig,
} from "./network-config.ts";
import { networkKind } from "./network-parts.ts";
import { sequence } from "./sequence.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** Steps of the largest network. */
const mostSteps = 100_000;

/**
 * The network that a configuration describes; `customLayers` are those that are not in the table.
 *
 * @throws ConfigError where it names what does not exist or is too large, ShapeError where layers do not
 * fit.
 */
export function networkFrom(config: NetworkConfig, customLayers: CustomLayers = {}): Network {
  const steps = stepsOf(config);
  if (steps <= mostSteps) return networkOf(config, { customLayers, shared: new Map() });
  throw new ConfigError({
    what: `The model "${config.name}" has more steps than any should.`,
    expected: `at most ${mostSteps}, those of a network as often as it is used`,
    received: String(steps),
    fix: "use each of the networks inside of it less often",
  });
}

/** Networks that use each other twice take twice as many steps at each level: a short file may say so. */
function stepsOf(config: NetworkConfig): number {
  const sizes = config.layers.map(({ kind, options }): [unknown, number] => [
    (options as { readonly name?: string }).name,
    kind === networkKind ? stepsOf(options as NetworkConfig) : 1,
  ]);
  const byName = new Map(sizes);
  const all =
    "uses" in config
      ? config.uses.map(({ layer }) => byName.get(layer) ?? 1)
      : sizes.map(([, size]) => size);
  return all.reduce((sum, size) => sum + size, 0);
}

/** What units are made with. */
interface Parts {
  readonly customLayers: CustomLayers;
  /** Units that several networks have in common, once the first of those is made. */
  readonly shared: Map<number, LayerInstance | Network>;
}

/** A network whose name is left to the one around it has none in its configuration. */
type UnnamedConfig = Omit<NetworkConfig, "name"> & { readonly name?: string };

function networkOf(config: UnnamedConfig, parts: Parts): Network {
  if ("uses" in config) return functionalFrom(config as FunctionalConfig, parts);
  const { name, inputShape, trainable, layers: units } = config as SequentialConfig;
  const layers = units.map((unit) => unitFrom(unit, parts));
  return sequence({ name, inputShape, layers, trainable });
}

function unitFrom(config: UnitConfig, parts: Parts): LayerInstance | Network {
  const { kind, options, shared: number } = config;
  if (number === undefined) return unitOf(kind, options, parts);
  const present = parts.shared.get(number);
  if (present !== undefined) return present;
  // Each network may call it otherwise.
  const { name, ...unnamed } = options as { readonly name?: string };
  const unit = unitOf(kind, unnamed, parts);
  unit.chosenName = name;
  parts.shared.set(number, unit);
  return unit;
}

function unitOf(kind: string, options: object, parts: Parts): LayerInstance | Network {
  if (kind === networkKind) return networkOf(options as UnnamedConfig, parts);
  return layerFrom(kind, options, parts.customLayers);
}

function functionalFrom(config: FunctionalConfig, parts: Parts): Network {
  /** By name, the results of each use. */
  const results = new Map<string, (readonly SymbolicTensor[])[]>();
  const find = ([name, use, index]: TensorReference): SymbolicTensor => {
    const tensor = results.get(name)?.[use]?.[index];
    if (tensor !== undefined) return tensor;
    throw new ConfigError({
      what: `The model "${config.name}" refers to a value that does not exist.`,
      expected: `one of ${[...results.keys()].join(", ")}`,
      received: `result ${index} of use ${use} of "${name}"`,
    });
  };
  const inputs = config.inputs.map(input);
  config.inputs.forEach(({ name }, i) => {
    results.set(name, [[inputs[i]]]);
  });
  const units = new Map(
    config.layers.map((unit) => [
      (unit.options as { readonly name?: string }).name,
      unitFrom(unit, parts),
    ]),
  );
  for (const { layer: name, inputs: references } of config.uses) {
    const unit = units.get(name);
    if (unit === undefined) {
      throw new ConfigError({
        what: `The model "${config.name}" uses a layer that it does not describe.`,
        expected: [...units.keys()].join(", "),
        received: `"${name}"`,
      });
    }
    const tensors = references.map(find);
    const made = isNetwork(unit) ? unit.apply(tensors) : [unit.apply(tensors)];
    results.set(name, [...(results.get(name) ?? []), made]);
  }
  const { name, trainable } = config;
  return new Network({ name, inputs, outputs: outputsFrom(config.outputs, find), trainable });
}

function outputsFrom(
  outputs: FunctionalConfig["outputs"],
  find: (reference: TensorReference) => SymbolicTensor,
): SymbolicOutputs {
  if ("one" in outputs) return find(outputs.one);
  if ("list" in outputs) return outputs.list.map(find);
  const entries = Object.entries(outputs.record);
  return Object.fromEntries(entries.map(([name, reference]) => [name, find(reference)]));
}
