// At which layers pictures are compared: those that were named, or, in any network, the ones that correspond to those
// of the paper in VGG-19.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { outlineOf } from "../../core/option.ts";
import type { Network } from "../../nn/network.ts";
import type { Step } from "../../nn/steps.ts";

/** Layers that count alike and together 1, or each with a weight of its own. */
export type LayerWeights = readonly string[] | Readonly<Record<string, number>>;

/** A layer, and how much it counts. */
export interface WeightedLayer {
  readonly layer: string;
  readonly weight: number;
}

/** Layers that are a nonlinearity by themselves. */
const nonlinear = /^(relu|leakyRelu|prelu|elu)$/;

/** Whether a layer's result has rows and columns, and comes out of a nonlinearity. */
function isAnswer({ layer, plan }: Step): boolean {
  const [height, width] = plan.outputShape;
  if (plan.outputShape.length !== 3 || height * width === 1) return false;
  const { activation = "linear" } = layer.options as { readonly activation?: unknown };
  return nonlinear.test(layer.kind) || (activation !== "linear" && activation !== null);
}

/**
 * For style the first layer of each resolution, for content the second one at an eighth of the picture's size: in VGG-19
 * `block1_conv1`, … `block5_conv1`, and `block4_conv2`. Only layers behind a nonlinearity count.
 *
 * @throws ConfigError where a network has no such layers.
 */
export function defaultLayers(network: Network): { style: string[]; content: string[] } {
  const groups = new Map<number, string[]>();
  for (const step of network.steps.filter(isAnswer)) {
    const [height] = step.plan.outputShape;
    groups.set(height, [...(groups.get(height) ?? []), step.path]);
  }
  const sizes = [...groups.keys()].sort((a, b) => b - a);
  if (sizes.length === 0) {
    throw new ConfigError({
      what: `The model "${network.name}" has no layers to compare pictures at.`,
      expected: "a convolutional network: layers with rows, columns and an activation",
      received: `${network.steps.length} layers, none of that kind`,
      fix: "Name layers in contentLayers and styleLayers, or take another network.",
    });
  }
  const eighth = network.inputShape[0] / 8;
  const distance = (size: number) => Math.abs(Math.log(size / eighth));
  const middle = sizes.reduce((best, size) => (distance(size) < distance(best) ? size : best));
  const at = groups.get(middle) ?? [];
  return {
    style: sizes.map((size) => (groups.get(size) ?? [])[0]),
    content: [at[Math.min(1, at.length - 1)]],
  };
}

/**
 * Layers with their weights; `option` names them in messages.
 *
 * @throws ConfigError where there is no such layer, it has no rows and columns, or a weight cannot be used.
 */
export function weightedLayers(
  network: Network,
  option: string,
  given: LayerWeights,
): readonly WeightedLayer[] {
  const steps = Object.fromEntries(network.steps.map((step) => [step.path, step]));
  const list = entriesOf(option, given);
  for (const { layer, weight } of list) {
    const { plan } = lookUp<Step>(steps, layer, "layer");
    if (plan.outputShape.length !== 3) {
      throw new ConfigError({
        what: `The option ${option} names the layer "${layer}", whose result has no rows and columns.`,
        expected: "a layer of a convolutional part, such as block4_conv2",
        received: `[${["N", ...plan.outputShape].join(", ")}]`,
      });
    }
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new ConfigError({
      what: `The weight of the layer "${layer}" in the option ${option} cannot be used.`,
      expected: "a number of at least 0",
      received: String(weight),
    });
  }
  return list;
}

function entriesOf(option: string, given: LayerWeights): readonly WeightedLayer[] {
  if (Array.isArray(given) && given.every((layer) => typeof layer === "string")) {
    const layers = given as readonly string[];
    return [...new Set(layers)].map((layer) => ({ layer, weight: 1 / layers.length }));
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return Object.entries(given).map(([layer, weight]) => ({ layer, weight: weight as number }));
  }
  throw new ConfigError({
    what: `The option ${option} cannot be used.`,
    expected: 'names of layers, such as ["block4_conv2"], or weights by name: { block4_conv2: 1 }',
    received: outlineOf(given),
  });
}
