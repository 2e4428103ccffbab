// A network again, from what Keras's files say of it: Sequential or a graph, of Keras 3 or 2. Nothing in
// the file is taken on trust.

import { ConfigError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type {
  FunctionalConfig,
  NetworkConfig,
  SequentialConfig,
  TensorReference,
  UnitConfig,
} from "../../nn/network-config.ts";
import { networkKind } from "../../nn/network-parts.ts";
import { askedShape } from "../file-format.ts";
import { listIn, recordOf, refuse, textIn } from "../refuse.ts";
import { decodeNodes, referencesIn, sortedKeys } from "./inbound-nodes.ts";
import { decodeLayer, type Reading } from "./layer.ts";
import { objectIn } from "./object.ts";
import { decodeOperation, isOperation } from "./operation.ts";
import { type FoundUnit, splitsIn } from "./split.ts";
import { firstUsesOf } from "./use-numbers.ts";

type Config = Readonly<Record<string, unknown>>;

/** Networks inside of networks. */
const deepest = 50;

/** The classes of networks. Any other model is a class of its own, whose code no file holds. */
const isNetworkClass = (className: string) =>
  className === "Sequential" || className === "Functional" || className === "Model";

/** @throws FormatError where `value` describes no network that Fovea can make. */
export function decodeNetwork(value: unknown, reading: Reading, depth = 0): NetworkConfig {
  const { className, config, isKeras } = objectIn(value, "The model");
  if (depth > deepest) {
    refuse({ what: "Models are nested too deep.", expected: `${deepest} levels`, received: depth });
  }
  if (isKeras && className === "Sequential") return decodeSequential(config, reading, depth);
  if (isKeras && isNetworkClass(className)) return decodeFunctional(config, reading, depth);
  return refuse({
    what: `The model is of a class of its own, ${className}.`,
    expected: "Sequential or Functional",
    received: className,
    fix: "Build it with keras.Model(inputs, outputs), and save it again.",
  });
}

function decodeUnit(value: unknown, reading: Reading, depth: number): UnitConfig {
  const { className } = objectIn(value, "A layer");
  if (!isNetworkClass(className)) return decodeLayer(value, reading);
  return { kind: networkKind, options: decodeNetwork(value, reading, depth + 1) };
}

function nameAndTrainable(config: Config) {
  const frozen = config.trainable === false ? { trainable: false } : {};
  // Sequential models of Keras 2.2 and before have none.
  return { name: textIn(config.name ?? "sequential", "The model's name"), ...frozen };
}

/** A shape with N, which is any: `[null, 28, 28, 1]` → `[28, 28, 1]`; sizes left free are those asked for. */
function shapeIn(value: unknown, what: string, name: string, { inputShape }: Reading): Shape {
  const [, ...stored] = listIn(value, `The shape of ${what}`);
  const asked = askedShape(inputShape, name);
  const isFree = stored.includes(null);
  const shape = isFree && asked !== undefined ? asked : stored;
  const isShape =
    shape.length <= 8 && shape.every((one) => Number.isSafeInteger(one) && Number(one) > 0);
  const fits =
    shape.length === stored.length && stored.every((one, i) => one === null || one === shape[i]);
  if (isShape && fits) return shape as number[];
  if (!isFree) {
    return refuse({
      what: `The shape of ${what} is not one that Fovea can use.`,
      expected: "[null, height, width, channels]",
      received: value,
    });
  }
  const sizes = stored.map((one, i) => one ?? [224, 224][i] ?? 1);
  return refuse({
    what: `The shape of ${what} has free sizes, and Fovea needs to know all of them.`,
    expected: `inputShape that fits ${JSON.stringify(stored)}`,
    received: asked ?? "none",
    fix: `Choose them: loadModel(path, { inputShape: ${JSON.stringify(sizes).replaceAll(",", ", ")} }).`,
  });
}

const inputShapeOf = (config: Config) => config.batch_shape ?? config.batch_input_shape;

function decodeSequential(config: Config, reading: Reading, depth: number): SequentialConfig {
  const units = listIn(config.layers, "The list of layers");
  const parts = units.map((unit) => ({ unit, ...objectIn(unit, "A layer") }));
  const layers = parts.filter(({ className }) => className !== "InputLayer");
  const given = parts.map((part) => inputShapeOf(part.config)).find((one) => one !== undefined);
  const shape = given ?? config.build_input_shape ?? inputShapeInside(layers[0]?.unit);
  return {
    ...nameAndTrainable(config),
    inputShape: shapeIn(shape, "the model's input", String(config.name), reading),
    layers: layers.map(({ unit }) => decodeUnit(unit, reading, depth)),
  };
}

/** A sequential model may begin with another model, which knows the shape. */
function inputShapeInside(first: unknown, depth = 0): unknown {
  if (first === undefined || depth > deepest) return undefined;
  const { config } = objectIn(first, "A layer");
  if (!Array.isArray(config.layers)) return inputShapeOf(config) ?? config.build_input_shape;
  return inputShapeOf(config) ?? inputShapeInside(config.layers[0], depth + 1);
}

function decodeFunctional(config: Config, reading: Reading, depth: number): FunctionalConfig {
  const described = listIn(config.layers, "The list of layers").map((entry) => {
    const { name, inbound_nodes: nodes } = recordOf(entry, "A layer");
    const object = objectIn(entry, "A layer");
    const own = textIn(name ?? object.config.name, "A layer's name");
    return { entry, ...object, name: own, nodes: listIn(nodes ?? [], `The use of "${own}"`) };
  });
  const inputs = described.filter(({ className }) => className === "InputLayer");
  const others = described.filter(({ className }) => className !== "InputLayer");
  const shapes = new Map(
    inputs.map(({ name, config: own }) => [
      name,
      shapeIn(inputShapeOf(own), `the input "${name}"`, name, reading),
    ]),
  );
  const splits = splitsIn(others);
  const found = others.flatMap((part): readonly FoundUnit[] => {
    const { entry, name, nodes } = part;
    const parts = splits.get(name);
    if (parts !== undefined) return parts;
    const { unit, inputs } = isOperation(entry)
      ? decodeOperation(entry, nodes)
      : { unit: decodeUnit(entry, reading, depth), inputs: decodeNodes(nodes, name) };
    return [{ name, unit: named(unit, name), inputs }];
  });
  const inputNames = referencesIn(config.input_layers, "The list of inputs").map(([name]) => name);
  const { form, references } = outputsIn(config.output_layers);
  const nested = others
    .filter(({ className }) => isNetworkClass(className))
    .map(({ name, className, nodes }) => {
      return { name, className, uses: nodes.length, isOlder: nodes.some(Array.isArray) };
    });
  const firsts = firstUsesOf(nested, found.flatMap((use) => use.inputs).flat(), references);
  const shifted =
    (place: "applied" | "results") =>
    ([name, use, index]: TensorReference): TensorReference => {
      const parts = splits.get(name);
      if (parts !== undefined) return [parts[index]?.name ?? missing(name), use, 0];
      return [name, use - (firsts.get(name)?.[place] ?? 0), index];
    };
  return {
    ...nameAndTrainable(config),
    inputs: inputNames.map((name) => ({ name, shape: shapes.get(name) ?? missing(name) })),
    layers: found.map(({ unit }) => unit),
    uses: inOrder(found, inputNames, shifted("applied")),
    outputs: form(references.map(shifted("results"))),
  };
}

const named = ({ kind, options }: UnitConfig, name: string): UnitConfig => ({
  kind,
  options: { ...options, name },
});

function missing(name: string): never {
  throw new ConfigError({
    what: "The model refers to a layer that it does not describe.",
    expected: "a description of every layer",
    received: `"${name}"`,
  });
}

interface LayerUses {
  readonly name: string;
  readonly inputs: readonly (readonly TensorReference[])[];
}

/** Each use of a layer, those that others need first. @throws FormatError where they go in a circle. */
function inOrder(
  layers: readonly LayerUses[],
  inputNames: readonly string[],
  shift: (reference: TensorReference) => TensorReference,
): FunctionalConfig["uses"] {
  const done = new Map(inputNames.map((name) => [name, 1]));
  const ordered: { layer: string; inputs: readonly TensorReference[] }[] = [];
  /** Layers by the use of another that they wait for. */
  const waiting = new Map<string, LayerUses[]>();
  const next = [...layers];
  // Whatever a layer sets free comes to the end of the list.
  for (const layer of next) {
    const { name, inputs } = layer;
    for (let own = done.get(name) ?? 0; own < inputs.length; own++) {
      const references = inputs[own].map(shift);
      const missing = references.find(([other, use]) => use >= (done.get(other) ?? 0));
      if (missing !== undefined) {
        const key = `${missing[1]} ${missing[0]}`;
        waiting.set(key, [...(waiting.get(key) ?? []), layer]);
        break;
      }
      ordered.push({ layer: name, inputs: references });
      done.set(name, own + 1);
      next.push(...(waiting.get(`${own} ${name}`) ?? []));
    }
  }
  const left = layers.filter(({ name, inputs }) => (done.get(name) ?? 0) < inputs.length);
  if (left.length === 0) return ordered;
  return refuse({
    what: "Layers of the model wait for each other, or for what does not exist.",
    expected: "a way from the inputs to each layer",
    received: left
      .slice(0, 5)
      .map(({ name }) => `"${name}"`)
      .join(", "),
  });
}

/** Outputs in the form in which a file gives them: one, a list, or a record. */
function outputsIn(value: unknown): {
  readonly references: readonly TensorReference[];
  form(references: readonly TensorReference[]): FunctionalConfig["outputs"];
} {
  const references = referencesIn(value, "The list of outputs");
  if (!Array.isArray(value)) {
    const names = sortedKeys(recordOf(value, "The list of outputs"));
    return {
      references,
      form: (all) => ({ record: Object.fromEntries(names.map((name, i) => [name, all[i]])) }),
    };
  }
  // Keras 2 has one output as a list of one.
  const isOne = references.length === 1;
  return { references, form: (all) => (isOne ? { one: all[0] } : { list: all }) };
}
