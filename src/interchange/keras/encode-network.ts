// A network as Keras's files describe it.

import type { Shape } from "../../core/shape.ts";
import { isNetwork, type Network, type PlacedLayer } from "../../nn/network.ts";
import { unitConfig } from "../../nn/network-config.ts";
import type { SymbolicTensor, Unit } from "../../nn/symbolic.ts";
import { refuse } from "../refuse.ts";
import { encodeLayer } from "./layer.ts";
import { encodeObject, type KerasStyle } from "./object.ts";
import { encodeOperands, encodeOperation, operationKind } from "./operation.ts";

type Config = Readonly<Record<string, unknown>>;

const withBatch = (shape: Shape) => [null, ...shape];

/** A network on its way into a file. */
interface Part {
  readonly network: Network;
  readonly style: KerasStyle;
  /** What the paths of its layers begin with. */
  readonly prefix: string;
  /** Layers that are written under another name than their own, by path. */
  readonly otherNames: ReadonlyMap<string, string>;
}

/** The network as an object, nested ones inside; `otherNames` are those of layers, by path. */
export function encodeNetwork(
  network: Network,
  style: KerasStyle,
  otherNames: Part["otherNames"] = new Map(),
): Config {
  return encodePart({ network, style, prefix: "", otherNames }, network.name);
}

function encodePart(part: Part, name: string): Config {
  const { network, style } = part;
  const base = { name, trainable: network.trainable };
  if (network.className === "Sequential") {
    const { shape } = network.inputs[0];
    const layers = network.layers.map((placed) => encodeUnit(part, placed));
    const first = inputLayer(network.inputNames[0], shape, style);
    const config = { ...base, layers: [first, ...layers], build_input_shape: withBatch(shape) };
    return encodeObject("Sequential", config, "keras", style);
  }
  const names = new Set(network.inputNames);
  const layers = network.layers.map((placed) => {
    const { name: own, applications } = placed;
    if (names.has(own)) {
      const input = network.inputs[network.inputNames.indexOf(own)];
      return { ...inputLayer(own, input.shape, style), name: own, inbound_nodes: [] };
    }
    const nodes = applications.map(({ unit, inputs }) => encodeNode(part, unit, inputs));
    return { ...encodeUnit(part, placed), name: nameIn(part, own), inbound_nodes: nodes };
  });
  const inputs = network.inputs.map((tensor) => referenceTo(part, tensor));
  const config = {
    ...base,
    layers,
    input_layers: inputs.length === 1 && style === "keras3" ? inputs[0] : inputs,
    output_layers: encodeOutputs(part),
  };
  return encodeObject("Functional", config, "keras", style);
}

/** What the file calls the part's layer `name`. */
const nameIn = ({ prefix, otherNames }: Part, name: string) =>
  otherNames.get(prefix + name) ?? name;

function encodeUnit(part: Part, { name: own, layer }: PlacedLayer): Config {
  const name = nameIn(part, own);
  if (isNetwork(layer)) {
    return encodePart({ ...part, network: layer, prefix: `${part.prefix}${own}/` }, name);
  }
  const config = unitConfig(name, layer);
  if (layer.kind === operationKind) {
    return part.style === "keras3" ? encodeOperation(config) : refuseOperation(name);
  }
  return encodeLayer(config, layer.className, part.style);
}

/** Keras itself does not read back what it writes of an operation with numbers into `.h5`. */
function refuseOperation(name: string): never {
  return refuse({
    what: `Only .keras files of Keras can hold operations such as "${name}".`,
    expected: "layers alone",
    received: "an operation",
    fix: "Save the model as .keras or .safetensors.",
  });
}

function inputLayer(name: string, shape: Shape, style: KerasStyle): Config {
  const key = style === "keras3" ? "batch_shape" : "batch_input_shape";
  const config = { name, dtype: "float32", sparse: false, [key]: withBatch(shape) };
  return encodeObject("InputLayer", config, "keras.layers", style);
}

/**
 * Where a tensor comes from. To TensorFlow.js a network counts its own making as its first use; Keras
 * counts results that are a record by their sorted keys.
 */
function referenceTo(part: Part, tensor: SymbolicTensor): readonly [string, number, number] {
  const { network, style } = part;
  const [own, use, index] = network.referenceTo(tensor);
  const unit = network.layers.find((placed) => placed.name === own)?.layer;
  const name = nameIn(part, own);
  if (unit === undefined || !isNetwork(unit)) return [name, use, index];
  if (style === "tensorflowJs") return [name, use + 1, index];
  return [name, use, unit.kerasOrder.indexOf(index)];
}

/** A reference among the results, where Keras counts the making of a Functional as its first use. */
function resultOf(part: Part, tensor: SymbolicTensor): readonly [string, number, number] {
  const [name, use, index] = referenceTo(part, tensor);
  const unit = part.network.layers.find((placed) => nameIn(part, placed.name) === name)?.layer;
  const isCounted = unit?.className === "Functional" && part.style !== "tensorflowJs";
  return [name, use + (isCounted ? 1 : 0), index];
}

function encodeNode(part: Part, unit: Unit, inputs: readonly SymbolicTensor[]) {
  const references = inputs.map((tensor) => referenceTo(part, tensor));
  if (part.style !== "keras3") return references.map((reference) => [...reference, {}]);
  const tensors = references.map((reference, i) => ({
    class_name: "__keras_tensor__",
    config: { shape: withBatch(inputs[i].shape), dtype: "float32", keras_history: reference },
  }));
  if (unit.kind === operationKind) return encodeOperands(unit.options, tensors);
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
}

/** Keras 2 has one output as a list of one; TensorFlow.js knows lists alone. */
function encodeOutputs(part: Part): unknown {
  const { network, style } = part;
  const references = network.outputs.map((tensor) => resultOf(part, tensor));
  if (style === "tensorflowJs" || network.outputForm === "list") return references;
  if (network.outputForm === "one") return style === "keras3" ? references[0] : references;
  return Object.fromEntries(network.outputNames.map((name, i) => [name, references[i]]));
}
