// What normalizations learn: a scale `gamma` and an offset `beta`.

import { requireNumber } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import type { WeightSpec } from "../layer.ts";
import {
  type BetaOptions,
  type GammaOptions,
  weightMaker,
  weightNames,
} from "../weight-options.ts";
import type { Learned } from "./moments.ts";

/** Options of a normalization with a learned scale and offset. */
export interface LearnedScaleOptions extends GammaOptions, BetaOptions {
  /** A small number added to the variance, so that nothing is divided by 0. Default: 1e-3. */
  readonly epsilon?: number;
  /** Whether a learned offset `beta` is added. Default: true. */
  readonly center?: boolean;
  /** Whether the result is multiplied by a learned scale `gamma`. Default: true. */
  readonly scale?: boolean;
}

/** Keras's names for them, for a layer's facts. */
export const learnedScaleNames: KerasNames<LearnedScaleOptions> = {
  epsilon: "epsilon",
  center: "center",
  scale: "scale",
  ...weightNames("beta"),
  ...weightNames("gamma"),
};

/** The defaults of all but epsilon, which each layer states itself. */
export const learnedScaleDefaults = {
  center: true,
  scale: true,
  betaInitializer: "zeros",
  gammaInitializer: "ones",
} as const;

type Settings = LearnedScaleOptions &
  Required<Pick<LearnedScaleOptions, "epsilon" | keyof typeof learnedScaleDefaults>>;

/** The weights of a normalization, and what it makes of them. */
export interface LearnedScale {
  /** `gamma` and `beta` of this shape, where the layer has them. */
  weights(shape: Shape): readonly WeightSpec[];
  /** Those of `weights`, brought to the shape in which they meet the input. */
  nodes(weights: Readonly<Record<string, Node>>, toShape: (weight: Node) => Node): Learned;
}

/** @throws ConfigError where an option cannot be used. */
export function learnedScaleFrom(settings: Settings): LearnedScale {
  const { epsilon, center, scale } = settings;
  requireNumber("epsilon", epsilon, { above: 0 });
  const beta = weightMaker("beta", settings);
  const gamma = weightMaker("gamma", settings);
  return {
    weights: (shape) => [...(scale ? [gamma(shape)] : []), ...(center ? [beta(shape)] : [])],
    nodes: (weights, toShape) => ({
      ...(scale ? { gamma: toShape(weights.gamma) } : {}),
      ...(center ? { beta: toShape(weights.beta) } : {}),
    }),
  };
}
