// Where weights begin: which variable is whose, and which random stream its first values come from. A
// weight that has no values yet belongs to the outermost model around it (decision 10).

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import { requireLength, withinMemory } from "../core/tensor.ts";
import { initialize, initializerFrom } from "../nn/initializers/index.ts";
import type { WeightSpec } from "../nn/layer.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { isNetwork, type Network } from "../nn/network.ts";
import { type Owner, weightName } from "../nn/steps.ts";
import { Variable } from "./variable.ts";

/** A model's claim on the weights that have no values yet. */
export interface SeedOfModel {
  readonly network: Network;
  /** The seed that the model was given; undefined where it has none of its own. */
  readonly seed: number | undefined;
}

/** Where first values come from. */
interface Origin {
  /** What messages call the weight. */
  readonly fullName: string;
  readonly seed: number;
  readonly stream: number;
  /** The network whose seed it is; none before a model has claimed the weight. */
  readonly network?: Network;
  /** Whether the seed was given: then no model around this one changes it. */
  readonly isGiven?: boolean;
}

/** A weight, with what its first values come from. */
class DrawnVariable extends Variable {
  origin: Origin;

  constructor(weight: WeightSpec, origin: Origin) {
    super(weight.shape, () => firstValues(weight, this.origin));
    this.origin = origin;
  }
}

/** Every weight that exists, by the layer that owns it. */
const variables = new WeakMap<LayerInstance, Map<string, DrawnVariable>>();

/** Streams below this belong to the layers' own random numbers, and to the order of examples. */
const firstWeightStream = 1 << 16;

/** The seed of models that were given none. */
export const defaultSeed = 0;

/**
 * The variables of layers by full name.
 *
 * @throws ShapeError where a layer was used before on inputs that need other weights, or an initializer
 * does not fit; TargetError where no memory could hold a weight.
 */
export function variablesOf(owners: readonly Owner[]): Map<string, Variable> {
  return findVariables(owners);
}

function findVariables(owners: readonly Owner[]): Map<string, DrawnVariable> {
  const found = new Map<string, DrawnVariable>();
  for (const { layer, path, weights } of owners) {
    const own = variables.get(layer) ?? new Map<string, DrawnVariable>();
    variables.set(layer, own);
    for (const weight of weights) {
      const { name, shape } = weight;
      const fullName = weightName(path, name);
      const stream = firstWeightStream + found.size;
      const origin = { fullName, seed: defaultSeed, stream };
      const variable = own.get(name) ?? newVariable(weight, origin);
      requireShape(variable.shape, shape, fullName);
      own.set(name, variable);
      found.set(fullName, variable);
    }
  }
  return found;
}

/**
 * The variables of a model's network by full name. Those that have no values yet, and belong to no model
 * or to one inside this one that has no seed of its own, will be drawn from their places in this one.
 *
 * @throws as variablesOf.
 */
export function claimVariables({ network, seed }: SeedOfModel): Map<string, Variable> {
  const found = findVariables(network.owners);
  const claim = {
    network,
    seed: seed ?? defaultSeed,
    isGiven: seed !== undefined,
  };
  const isInside = insideOf(network);
  const isFree = ({ hasValues, origin }: DrawnVariable) =>
    !hasValues && (origin.network === undefined || (!origin.isGiven && isInside(origin.network)));
  // What stays as it is keeps its stream; no other weight gets the same numbers.
  const kept = [...found.values()].filter((variable) => !isFree(variable));
  const taken = new Set(
    kept.filter(({ origin }) => origin.seed === claim.seed).map(({ origin }) => origin.stream),
  );
  let further = firstWeightStream + found.size;
  let place = firstWeightStream;
  for (const [fullName, variable] of found) {
    let stream = place++;
    if (!isFree(variable)) continue;
    while (taken.has(stream)) stream = further++;
    variable.origin = { ...claim, fullName, stream };
  }
  return found;
}

/** Whether a network is a part of `outer`: one of its networks, or made of some of its layers. */
function insideOf(outer: Network): (inner: Network) => boolean {
  const parts = new Set<Network>();
  const visit = ({ layers }: Network) => {
    for (const { layer } of layers) {
      if (!isNetwork(layer) || parts.has(layer)) continue;
      parts.add(layer);
      visit(layer);
    }
  };
  visit(outer);
  const layers = new Set(outer.owners.map(({ layer }) => layer));
  const known = new Map<Network, boolean>();
  return (inner) => {
    const isMadeOfSome =
      inner.owners.length < layers.size && inner.owners.every(({ layer }) => layers.has(layer));
    const answer = known.get(inner) ?? (parts.has(inner) || isMadeOfSome);
    known.set(inner, answer);
    return answer;
  };
}

/** @throws ShapeError where the weight's initializer does not fit, TargetError without memory for it. */
function newVariable(weight: WeightSpec, origin: Origin): DrawnVariable {
  const { initializer, shape, values } = weight;
  const { fullName } = origin;
  requireLength(memoryOf(shape, fullName));
  if (values === undefined) {
    namingWeight(fullName, () => initializerFrom(initializer).check?.(shape));
  }
  return new DrawnVariable(weight, origin);
}

/** @throws ShapeError where the initializer does not fit, TargetError without memory for the values. */
function firstValues(
  { initializer, shape, values }: WeightSpec,
  { fullName, seed, stream }: Origin,
): Float32Array {
  if (values !== undefined) return Float32Array.from(values);
  return withinMemory(memoryOf(shape, fullName), () =>
    namingWeight(fullName, () => initialize(initializer, shape, seed, stream)),
  );
}

const memoryOf = (shape: Shape, fullName: string) => ({
  shape,
  name: `The weight "${fullName}"`,
  fix: "make the layer smaller, or its input",
});

/** Makes an initializer's refusal say which weight it was. */
function namingWeight<T>(fullName: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const { what, ...rest } = cause.facts;
    throw new ShapeError({
      ...rest,
      what: `The weight "${fullName}" cannot begin so. ${what}`,
      cause,
    });
  }
}

function requireShape(present: Shape, wanted: Shape, fullName: string): void {
  if (sameShape(present, wanted)) return;
  throw new ShapeError({
    what: `The weight "${fullName}" belongs to a layer that another model uses on other inputs.`,
    expected: formatShape(present),
    received: formatShape(wanted),
    fix: "make a layer of its own for this model",
  });
}
