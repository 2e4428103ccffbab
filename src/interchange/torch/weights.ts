// Weights in the names and the layout of PyTorch: those of `.pth` and `.pt` files, and of
// safetensors that such libraries publish; and the same out.

import type { Tensor } from "../../core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import type { Network } from "../../nn/network.ts";
import type { FindOptions, WeightsFormat } from "../file-format.ts";
import type { FoundWeight, FoundWeights } from "../found-weights.ts";
import { ofFile, refuse } from "../refuse.ts";
import type { Values } from "../stored-model.ts";
import { fromTorch, toTorch } from "./layout.ts";
import { ownNames, type TorchNames } from "./names.ts";
import { type TorchPlace, torchPlaces } from "./places.ts";
import { type StateDictionary, stateDictionaryIn, unwrapped } from "./state-dictionary.ts";

/** `.pth`, `.pt` */
export const torchWeights: WeightsFormat = {
  async find(bytes, network, options) {
    const { file } = options;
    const dictionary = ofFile(file, () => stateDictionaryIn(bytes, file));
    return ofFile(file, () => foundInDictionary(dictionary, network, options));
  },
};

/** The same in a safetensors file. @throws FormatError */
export function foundInSafetensors(
  bytes: Uint8Array,
  network: Network,
  options: FindOptions,
): FoundWeights {
  const { tensors } = decodeSafetensors(bytes, options.file);
  const dictionary = new Map([...tensors].map(([name, value]) => [name, () => value] as const));
  // Such a file has its parameters in the order of their names, not of their layers.
  const inOrder = { ...options, byName: true };
  return ofFile(options.file, () => foundInDictionary(dictionary, network, inOrder));
}

/** Counts of steps, which nothing here needs. */
const isCounter = (name: string) => /(^|\.)num_batches_tracked$/.test(name);

function foundInDictionary(
  given: StateDictionary,
  network: Network,
  { names, byName }: Omit<FindOptions, "part">,
): FoundWeights {
  const all = names === undefined || names === "torch" ? [ownNames] : [names].flat();
  const choices = [...new Set([given, unwrapped(given)])].flatMap((dictionary) =>
    all.map((own) => ({ dictionary, own, places: torchPlaces(network, own) })),
  );
  const matches = ({ dictionary, places }: (typeof choices)[number]) =>
    places.filter(({ parameter }) => parameter != null && dictionary.has(parameter)).length;
  const [best] = choices.sort((a, b) => matches(b) - matches(a));
  const isOrdered = names === undefined && !byName && matches(best) < best.places.length;
  const byOrder = isOrdered ? namesByOrder(best.dictionary, network) : undefined;
  const own = byOrder ?? best.own;
  const places = byOrder === undefined ? best.places : torchPlaces(network, byOrder);
  return foundInPlaces(best.dictionary, places, own);
}

function foundInPlaces(
  dictionary: StateDictionary,
  places: readonly TorchPlace[],
  { library, unused }: TorchNames,
): FoundWeights {
  const known = new Set(places.map(({ parameter }) => parameter));
  const modules = new Set(places.map(({ module }) => module));
  const found = places.flatMap((place): FoundWeight[] => {
    const { weight, parameter } = place;
    if (parameter === null) return [];
    const where = parameter ?? `${weight.fullName} (${library} has no name for it)`;
    const stored = parameter === undefined ? undefined : dictionary.get(parameter)?.();
    if (stored === undefined) return [{ weight, value: undefined, where }];
    return [{ weight, value: withEpsilon(fromTorch(place, floats(stored, where)), place), where }];
  });
  const others = [...dictionary.keys()].filter((name) => !known.has(name) && !isCounter(name));
  const moduleOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf(".")));
  return {
    found,
    unexpected: others.filter((name) => unused?.test(name) !== true),
    // Part of a layer that the network has: it computes something else then.
    homeless: others.filter((name) => modules.has(moduleOf(name))),
  };
}

/** @throws FormatError where it holds whole numbers, which are no weights. */
function floats(stored: Tensor, name: string): Tensor {
  if (stored.data instanceof Float32Array) return stored;
  return refuse({
    what: `The parameter "${name}" holds whole numbers.`,
    expected: "floating-point numbers",
    received: stored.data.constructor.name,
    fix: "Use the weights before they were quantized.",
  });
}

/**
 * The moving variance with the difference of the epsilons, `sign` 1 on the way in and -1 on the way
 * out.
 */
function withEpsilon(value: Tensor, { added }: TorchPlace, sign = 1): Tensor {
  if (added === 0) return value;
  return { ...value, data: Float32Array.from(value.data, (number) => number + sign * added) };
}

/**
 * The modules of a file for the layers of a network, both in order; undefined where that is no way
 * to tell them apart: the layers do not stand in a row, or there are more of one than of the other.
 */
function namesByOrder(dictionary: StateDictionary, network: Network): TorchNames | undefined {
  const count = network.inputs.length;
  const isRow = network.steps.every(
    ({ inputs }, i) => inputs.length === 1 && inputs[0] === count + i - 1,
  );
  const modules = new Set<string>();
  for (const name of dictionary.keys()) {
    if (!isCounter(name)) modules.add(name.slice(0, Math.max(0, name.lastIndexOf("."))));
  }
  const layers = network.owners.filter(({ weights }) => weights.length > 0);
  if (!isRow || modules.size !== layers.length) return undefined;
  const inOrder = [...modules];
  const table = new Map(layers.map(({ path }, i) => [path, inOrder[i]]));
  return { library: "PyTorch", module: (layer) => table.get(layer) };
}

/**
 * Weights as a safetensors file with the names and the layout of PyTorch.
 *
 * @throws FormatError where a weight has no name there, or two have one.
 */
export function encodeTorchWeights(
  network: Network,
  weights: Values,
  names: TorchNames | "torch",
): Uint8Array {
  const own = names === "torch" ? ownNames : names;
  const tensors = torchPlaces(network, own).flatMap((place): [string, Tensor][] => {
    const { weight, parameter } = place;
    const value = weights.get(weight.fullName);
    if (value === undefined || parameter === null) return [];
    if (parameter === undefined) {
      return refuse({
        what: `The weight "${weight.fullName}" has no name in ${own.library}.`,
        expected: "a network whose layers all have one",
        received: weight.fullName,
        fix: 'Use the layers\' own names, { names: "torch" }.',
      });
    }
    return [[parameter, toTorch(place, withEpsilon(value, place, -1))]];
  });
  return encodeSafetensors({ tensors, metadata: { format: "pt" } });
}
