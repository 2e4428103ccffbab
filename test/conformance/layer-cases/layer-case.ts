// What a layer's conformance suite wants to know of it.

import type { Shape } from "../../../src/core/shape.ts";

export interface LayerSample {
  readonly options: object;
  readonly input: Shape;
  /** The second and further inputs of a layer that merges. */
  readonly others?: readonly Shape[];
  readonly output: Shape;
  /** Whether inputs have to be above 0. */
  readonly positive?: true;
  /** Names and shapes of weights; those of `statistics` are not trained. */
  readonly weights?: Readonly<Record<string, Shape>>;
}

export interface LayerCase {
  /** The options that a layer made without any of its optional ones has. */
  readonly defaults: { readonly given: object; readonly all: object };
  readonly samples: readonly LayerSample[];
  /** Inputs that do not fit, with the options that make them so. */
  readonly misfits: readonly {
    readonly options?: object;
    readonly input: Shape;
    readonly others?: readonly Shape[];
  }[];
  /** Why nothing is a misfit. */
  readonly fitsAll?: string;
  /** Weights that the layer replaces in training. */
  readonly statistics?: readonly string[];
  /** Weights that the layer replaces before it computes with them; the optimizer goes on from there. */
  readonly replaced?: readonly string[];
  /** Weights that nothing replaces but the user. */
  readonly fixed?: readonly string[];
  /** Inputs that no gradient flows to, by their numbers. */
  readonly positions?: readonly number[];
  /** Whether training draws numbers anew at each step. */
  readonly noisy?: true;
  /** The learning rate at which one step lowers the loss. Default: 0.01. */
  readonly learningRate?: number;
  /** Options that are refused, and what the message names. */
  readonly refused: readonly { readonly options: object; readonly names: string }[];
}
