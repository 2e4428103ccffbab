// A network unfolded: which layers are computed one after another, and which of them own weights. Nested
// networks vanish here; what is left of them is the beginning of their weights' names.

import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { LayerPlan, WeightSpec } from "./layer.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { hasParts, type NetworkParts } from "./network-parts.ts";
import type { SymbolicTensor, Unit } from "./symbolic.ts";

/** One layer applied once. Values are numbered: first the network's inputs, then the steps' results. */
export interface Step {
  readonly layer: LayerInstance;
  /** Where the layer's weights are found: its name, behind those of the networks around it. */
  readonly path: string;
  readonly plan: LayerPlan;
  readonly inputs: readonly number[];
  /** The networks around the layer that are used as layers and have weights, the outermost first. */
  readonly around: readonly NetworkParts[];
}

/**
 * Whether a layer computes as in training when its network is trained. A network with weights that is frozen as a whole
 * computes as in prediction, so that its dropout does nothing: its results are features that stay the same.
 */
export function isInTraining({ around }: Pick<Step, "around">): boolean {
  return around.every(({ trainable }) => trainable);
}

/** A layer with weights. */
export interface Owner {
  readonly layer: LayerInstance;
  readonly path: string;
  readonly weights: readonly WeightSpec[];
}

/** The full name of a weight of the layer at `path`. */
export function weightName(path: string, weight: string): string {
  return path === "" ? weight : `${path}/${weight}`;
}

/** A weight of the network, by its full name, such as `conv2d/kernel`. */
export interface NetworkWeight extends WeightSpec {
  readonly fullName: string;
}

/**
 * Every layer once, in Keras's order, nested ones in the place of their network.
 *
 * @throws ShapeError where a layer is used on shapes that need other weights.
 */
export function ownersOf(network: NetworkParts): Owner[] {
  const owners = new Map<Unit, Owner>();
  const visit = ({ layers }: NetworkParts, prefix: string) => {
    for (const { name, layer, applications } of layers) {
      const path = prefix + name;
      if (hasParts(layer)) {
        visit(layer, `${path}/`);
        continue;
      }
      for (const { plan } of applications) {
        const weights = plan?.weights ?? [];
        const present = owners.get(layer);
        if (present === undefined) {
          owners.set(layer, { layer: layer as LayerInstance, path, weights });
        } else requireSame(present, weights);
      }
    }
  };
  visit(network, "");
  return [...owners.values()];
}

const describe = (weights: readonly WeightSpec[]) =>
  weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");

function requireSame({ path, weights }: Owner, others: readonly WeightSpec[]): void {
  if (describe(weights) === describe(others)) return;
  throw new ShapeError({
    what: `The layer "${path}" is used twice, on inputs that need different weights.`,
    expected: describe(weights),
    received: describe(others),
    fix: "apply it to inputs with as many channels, or use two layers",
  });
}

/** Whether a layer of the network, or of one in it, has weights. */
const hasWeights = ({ applications }: NetworkParts): boolean =>
  applications.some(({ unit, plan }) =>
    hasParts(unit) ? hasWeights(unit) : plan !== undefined && plan.weights.length > 0,
  );

/** The steps of a network, and which values are its outputs. */
export function stepsOf(
  network: NetworkParts,
  owners: readonly Owner[],
): { steps: Step[]; outputs: readonly number[] } {
  const paths = new Map(owners.map(({ layer, path }) => [layer as Unit, path]));
  const steps: Step[] = [];
  const first = network.inputs.length;
  const unfold = (
    part: NetworkParts,
    inputs: readonly number[],
    around: readonly NetworkParts[],
  ): number[] => {
    const values = new Map<SymbolicTensor, number>();
    const numberOf = (tensor: SymbolicTensor) => values.get(tensor) as number;
    part.inputs.forEach((tensor, i) => {
      values.set(tensor, inputs[i]);
    });
    for (const { unit, plan, inputs: tensors, outputs } of part.applications) {
      const numbers = tensors.map(numberOf);
      if (hasParts(unit)) {
        const inside = hasWeights(unit) ? [...around, unit] : around;
        unfold(unit, numbers, inside).forEach((number, i) => {
          values.set(outputs[i], number);
        });
        continue;
      }
      steps.push({
        layer: unit as LayerInstance,
        path: paths.get(unit) as string,
        plan: plan as LayerPlan,
        inputs: numbers,
        around,
      });
      values.set(outputs[0], first + steps.length - 1);
    }
    return part.outputs.map(numberOf);
  };
  const outputs = unfold(
    network,
    network.inputs.map((_, i) => i),
    [],
  );
  return { steps, outputs };
}
