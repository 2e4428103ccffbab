// A network as Keras's files describe it. Floor 5.

import type { Shape } from "../../core/shape.ts";
import type { Network, PlacedLayer } from "../../nn/network.ts";
import { isNetwork } from "../../nn/steps.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { encodeLayer } from "./layer.ts";
import { encodeObject, type KerasStyle } from "./object.ts";

type Config = Readonly<Record<string, unknown>>;

const withBatch = (shape: Shape) => [null, ...shape];

/** The network as an object, nested ones inside. */
export function encodeNetwork(network: Network, style: KerasStyle, name = network.name): Config {
  const base = { name, trainable: network.trainable };
  if (network.className === "Sequential") {
    const { shape } = network.inputs[0];
    const layers = network.layers.map((placed) => encodeUnit(placed, style));
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
    const nodes = applications.map(({ inputs }) => encodeNode(network, inputs, style));
    return { ...encodeUnit(placed, style), name: own, inbound_nodes: nodes };
  });
  const inputs = network.inputs.map((tensor) => referenceTo(network, tensor, style));
  const config = {
    ...base,
    layers,
    input_layers: inputs.length === 1 && style === "keras3" ? inputs[0] : inputs,
    output_layers: encodeOutputs(network, style),
  };
  return encodeObject("Functional", config, "keras", style);
}

function encodeUnit({ name, layer }: PlacedLayer, style: KerasStyle): Config {
  if (isNetwork(layer)) return encodeNetwork(layer, style, name);
  const { trainable: _, ...options } = layer.options as { readonly trainable?: boolean };
  const config = { kind: layer.kind, options: { ...options, name, trainable: layer.trainable } };
  return encodeLayer(config, layer.className, style);
}

function inputLayer(name: string, shape: Shape, style: KerasStyle): Config {
  const key = style === "keras3" ? "batch_shape" : "batch_input_shape";
  const config = { name, dtype: "float32", sparse: false, [key]: withBatch(shape) };
  return encodeObject("InputLayer", config, "keras.layers", style);
}

/** Where a tensor comes from. To TensorFlow.js a network counts its own making as its first use. */
function referenceTo(
  network: Network,
  tensor: SymbolicTensor,
  style: KerasStyle,
): readonly [string, number, number] {
  const [name, use, index] = network.referenceTo(tensor);
  const unit = network.layers.find((placed) => placed.name === name)?.layer;
  if (unit === undefined || !isNetwork(unit)) return [name, use, index];
  return [name, use + (style === "tensorflowJs" ? 1 : 0), index];
}

function encodeNode(network: Network, inputs: readonly SymbolicTensor[], style: KerasStyle) {
  const references = inputs.map((tensor) => referenceTo(network, tensor, style));
  if (style !== "keras3") return references.map((reference) => [...reference, {}]);
  const tensors = references.map((reference, i) => ({
    class_name: "__keras_tensor__",
    config: { shape: withBatch(inputs[i].shape), dtype: "float32", keras_history: reference },
  }));
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
}

/** Keras 2 and TensorFlow.js know lists alone. */
function encodeOutputs(network: Network, style: KerasStyle): unknown {
  const references = network.outputs.map((tensor) => referenceTo(network, tensor, style));
  if (style !== "keras3" || network.outputForm === "list") return references;
  if (network.outputForm === "one") return references[0];
  return Object.fromEntries(network.outputNames.map((name, i) => [name, references[i]]));
}
