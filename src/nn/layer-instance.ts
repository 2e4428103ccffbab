// A layer as an object that is itself: it can be applied, shared between models, and frozen. What a layer
// does is its record's business (layer.ts); whose values its weights have, train/'s.

import { ShapeError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { CommonOptions, Layer, LayerPlan } from "./layer.ts";
import { regularizerFrom } from "./regularizers/index.ts";
import type { Regularizer } from "./regularizers/regularizer.ts";
import {
  applyUnit,
  listOf,
  nextSerial,
  refusalOf,
  requireSymbolic,
  type SymbolicInputs,
  type SymbolicTensor,
  type Unit,
} from "./symbolic.ts";

/** A layer with an identity: wherever it is applied, its weights are the same. */
export class LayerInstance<O extends object = object> implements Layer<O>, Unit {
  readonly kind: string;
  readonly className: string;
  readonly options: O;
  readonly serial = nextSerial();
  chosenName: string | undefined;
  /** Whether training changes its weights. Setting it takes effect from the next step on. */
  trainable: boolean;
  /** What its results add to the loss. */
  readonly activityRegularizer: Regularizer | undefined;
  readonly #layer: Layer<O>;

  /** @throws ConfigError where its activity regularizer is none. */
  constructor(layer: Layer<O>) {
    this.#layer = layer;
    this.kind = layer.kind;
    this.className = layer.className;
    this.options = layer.options;
    const { trainable = true, activityRegularizer } = layer.options as CommonOptions;
    this.trainable = trainable;
    this.activityRegularizer =
      activityRegularizer === undefined
        ? layer.activityRegularizer
        : regularizerFrom(activityRegularizer);
  }

  get givenName(): string | undefined {
    return (this.options as CommonOptions).name;
  }

  get severalInputs(): boolean {
    return this.#layer.severalInputs ?? false;
  }

  plan(inputs: readonly Shape[]): LayerPlan {
    if (inputs.length > 1 && !this.severalInputs) {
      throw new ShapeError({
        what: "The layer takes one input.",
        expected: "one input",
        received: `${inputs.length} inputs`,
        fix: "join them first, as layers.concatenate or layers.add does",
      });
    }
    return this.#layer.plan(inputs);
  }

  /**
   * The layer's result for `inputs`: one tensor, or several for a layer that merges.
   *
   * @throws ShapeError where they do not fit, ConfigError where they are no symbolic tensors; the message
   * names the layer.
   * @example const y = layers.add().apply([x, layers.conv2d({ filters: 8, kernelSize: 1 }).apply(x)])
   */
  apply(inputs: SymbolicInputs): SymbolicTensor {
    const name = this.givenName ?? this.chosenName ?? this.kind;
    const what = `What the layer "${name}" is applied to`;
    const tensors = listOf(inputs, what);
    if (tensors.length === 0) requireSymbolic(undefined, what);
    return applyLayer(this, tensors, `Layer "${name}" (${this.className})`);
  }
}

/** `layer` applied to `inputs`. @throws ShapeError that begins with `title`. */
export function applyLayer(
  layer: LayerInstance,
  inputs: readonly SymbolicTensor[],
  title: string,
): SymbolicTensor {
  const shapes = inputs.map(({ shape }) => shape);
  try {
    const plan = layer.plan(shapes);
    return applyUnit(layer, inputs, [plan.outputShape], plan)[0];
  } catch (cause) {
    throw cause instanceof ShapeError ? refusalOf(cause, title, shapes) : cause;
  }
}

/** `layer` with an identity; itself where it has one. */
export function instanceOf(layer: Layer): LayerInstance {
  return layer instanceof LayerInstance ? layer : new LayerInstance(layer);
}
