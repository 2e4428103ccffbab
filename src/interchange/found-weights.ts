// What a file has for the weights of a network, and which of it is taken: all, or what fits.

import { suggestion } from "../core/names.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Warn } from "../core/warn.ts";
import type { Hdf5Dataset } from "../formats/hdf5-tree.ts";
import type { PlacedWeight } from "./keras/weight-places.ts";
import { refuse } from "./refuse.ts";
import type { Values } from "./stored-model.ts";

/** Numbers of a file, whatever the file. */
export type StoredNumbers = Pick<Hdf5Dataset, "shape"> & Pick<Tensor, "data">;

/** A weight, and what a file has in its place. */
export interface FoundWeight {
  readonly weight: PlacedWeight;
  /** Undefined where the file has nothing there. */
  readonly value: StoredNumbers | undefined;
  /** The place in the file. */
  readonly where: string;
}

/** What a file has for the weights of a network. */
export interface FoundWeights {
  readonly found: readonly FoundWeight[];
  /** Names of the file's weights that the network has no place for. */
  readonly unexpected: readonly string[];
  /**
   * Those of them that belong to layers that the network has, such as a bias where it has none:
   * without them it computes something else. Undefined where the file may well hold what is of no
   * use here.
   */
  readonly homeless?: readonly string[];
}

/** How weights are taken over. */
export interface TakeOptions {
  /** Whether layers that do not fit keep their weights, instead of an error. */
  readonly skipMismatch: boolean;
  readonly warn: Warn;
}

/** What was taken over, and the names of weights that were not. */
export interface TakenWeights extends LeftWeights {
  readonly weights: Values;
}

/** What was not taken over: weights of the model, and of the file. */
export interface LeftWeights {
  /**
   * The model's weights that were left as they are; none unless `skipMismatch` is set. A layer is
   * taken over as a whole or not at all, so they are more than those that are missing or of another
   * shape.
   */
  readonly skipped: readonly string[];
  /** Those of them that the file does not have. */
  readonly missing: readonly string[];
  /** Those of them that have another shape in the file. */
  readonly mismatched: readonly string[];
  /** The file's weights that the model has no place for, by their names in the file. */
  readonly unexpected: readonly string[];
}

/** Some versions keep dimensions of 1 that others leave out. */
const squeezed = (shape: Shape) => shape.filter((size) => size !== 1);

function fits({ weight: { shape }, value }: FoundWeight): boolean {
  return (
    value !== undefined &&
    value.data.length === sizeOf(shape) &&
    sameShape(squeezed(value.shape), squeezed(shape))
  );
}

/** Without a copy where that can be: files may be large. */
const float32Of = (data: StoredNumbers["data"] | undefined) =>
  data instanceof Float32Array ? data : Float32Array.from(data ?? []);

const layerOf = (fullName: string) => fullName.slice(0, Math.max(0, fullName.lastIndexOf("/")));

/** The name in the file that is closest to the weight's place, or else to its name. */
function suggestionFor({ weight, where }: FoundWeight, others: readonly string[]) {
  const byPlace = suggestion(others, where);
  return byPlace.fix === undefined ? suggestion(others, weight.fullName) : byPlace;
}

const receivedOf = ({ value, where }: FoundWeight) =>
  value === undefined ? `nothing at ${where}` : formatShape(value.shape);

/**
 * The weights that are found. A layer is taken over as a whole or not at all.
 *
 * @throws FormatError that lists what does not fit, unless that is to be skipped; and where nothing
 * fits.
 */
export function takeWeights(
  { found, unexpected, homeless = [] }: FoundWeights,
  options: TakeOptions,
): TakenWeights {
  const wrong = found.filter((one) => !fits(one));
  if (wrong.length === 0 && homeless.length > 0 && !options.skipMismatch) {
    return refuseHomeless(homeless);
  }
  if (wrong.length > 0 && !options.skipMismatch) return refuseAll(wrong, unexpected);
  const layers = new Set(wrong.map(({ weight }) => layerOf(weight.fullName)));
  const isLeft = ({ weight }: FoundWeight) => layers.has(layerOf(weight.fullName));
  const taken = found.filter((one) => !isLeft(one));
  if (taken.length === 0 && wrong.length > 0) return refuseAll(wrong, unexpected);
  const weights = taken.map(
    ({ weight: { fullName, shape }, value }) =>
      [fullName, { data: float32Of(value?.data), shape }] as const,
  );
  const skipped = found.filter(isLeft).map(({ weight }) => weight.fullName);
  if (skipped.length > 0) {
    const list = wrong.map((one) => {
      const { fullName, shape } = one.weight;
      return `"${fullName}" is ${formatShape(shape)}, the file has ${receivedOf(one)}`;
    });
    options.warn(`The weights of ${layers.size} layers were left as they are: ${list.join("; ")}.`);
  }
  const namesOf = (some: readonly FoundWeight[]) => some.map(({ weight }) => weight.fullName);
  return {
    weights: new Map(weights),
    skipped,
    missing: namesOf(wrong.filter(({ value }) => value === undefined)),
    mismatched: namesOf(wrong.filter(({ value }) => value !== undefined)),
    unexpected,
  };
}

/** Some names of many. */
function listOf(all: readonly string[]): string {
  const names = all.slice(0, 7).map((name) => `"${name}"`);
  return [...names, ...(all.length > names.length ? ["…"] : [])].join(", ");
}

function refuseHomeless(names: readonly string[]): never {
  return refuse({
    what: `The file has weights for layers that have no place for them: ${listOf(names)}.`,
    expected: "the weights of the model's layers, all of them and no more",
    received: `${names.length} more`,
    fix: "Make the layers as they were when the weights were saved, such as with useBias: true.",
  });
}

function refuseAll(wrong: readonly FoundWeight[], others: readonly string[]): never {
  const [first, ...more] = wrong;
  const { fullName, shape } = first.weight;
  const rest = listOf(more.map(({ weight }) => weight.fullName));
  const nor = more.length === 0 ? "" : `, nor do ${more.length} more: ${rest}`;
  const left =
    others.length === 0 ? "" : `. The file has weights without a place: ${listOf(others)}`;
  const also = nor + left;
  const { fix } = first.value === undefined ? suggestionFor(first, others) : {};
  const load = "Load the weights into the model that they were saved from.";
  return refuse({
    what: `The weight "${fullName}" does not fit${also}.`,
    expected: formatShape(shape),
    received: receivedOf(first),
    fix: fix === undefined ? load : `${load} In the file: ${fix}`,
  });
}
