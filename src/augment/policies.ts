// Augmentation for people who do not want to choose: lists of layers, from careful to rough.

import { lookUp } from "../core/names.ts";
import { type OptionNames, requireFlag, requireKnownOptions } from "../core/option.ts";
import type { Shape } from "../core/shape.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { layerFrom, layers } from "../nn/layers/index.ts";
import type { ValueRange } from "../nn/layers/value-range.ts";

export interface PolicyOptions {
  /** The lowest and the highest value that pixels may have. Default: `[0, 255]`. */
  readonly valueRange?: ValueRange;
  /** Whether left and right may be swapped: not where images show digits or letters. Default: true. */
  readonly flip?: boolean;
  /** `[H, W, C]`, where the policy is the beginning of a model. */
  readonly inputShape?: Shape;
}

const optionNames: OptionNames<PolicyOptions> = {
  valueRange: true,
  flip: true,
  inputShape: true,
};

/** Makes the layers that follow the flip. */
type Policy = (valueRange: ValueRange) => readonly LayerInstance[];

/** From careful to rough. Layers that move images come first and in a row, so that they sample once. */
const policies = {
  /** Small shifts and a little light: hardly ever wrong. */
  light: (valueRange) => [
    layers.randomTranslation({ heightFactor: 0.05, widthFactor: 0.05 }),
    layers.randomBrightness({ factor: 0.1, valueRange }),
  ],
  /** What most photographs bear. */
  standard: (valueRange) => [
    layers.randomRotation({ factor: 0.05 }),
    layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }),
    layers.randomZoom({ heightFactor: 0.15 }),
    layers.randomBrightness({ factor: 0.15, valueRange }),
    layers.randomContrast({ factor: [0.2, 0.2], valueRange }),
  ],
  /** For few examples and long training. */
  strong: (valueRange) => [
    layers.randomRotation({ factor: 0.1 }),
    layers.randomTranslation({ heightFactor: 0.15, widthFactor: 0.15 }),
    layers.randomZoom({ heightFactor: 0.3, widthFactor: 0.3 }),
    layers.randomShear({ xFactor: 0.15, yFactor: 0.15 }),
    layers.randomBrightness({ factor: 0.25, valueRange }),
    layers.randomContrast({ factor: [0.4, 0.4], valueRange }),
    layers.randomErasing({ factor: 0.5, scale: [0.02, 0.2], valueRange }),
  ],
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof policies;

export const policyNames = Object.keys(policies) as readonly PolicyName[];

/**
 * The layers of a policy: `light`, `standard` or `strong`. They go in front of a model's own, and change images
 * in training alone.
 *
 * @throws ConfigError where there is no such policy.
 * @example
 * const model = sequential([
 *   ...augment.policy("standard", { inputShape: [32, 32, 3] }),
 *   layers.conv2d({ filters: 8, kernelSize: 3 }),
 * ]);
 */
export function policy(name: PolicyName, options: PolicyOptions = {}): readonly LayerInstance[] {
  requireKnownOptions("augment.policy", options, optionNames, '"standard", { flip: false }');
  const { valueRange = [0, 255], flip = true, inputShape } = options;
  requireFlag("flip", flip);
  const chosen = lookUp(policies, name, "policy")(valueRange);
  const all = flip ? [layers.randomFlip({ mode: "horizontal" }), ...chosen] : chosen;
  if (inputShape === undefined) return all;
  const [first, ...others] = all;
  return [layerFrom(first.kind, { ...first.options, inputShape }), ...others];
}
