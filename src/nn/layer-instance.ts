// A layer as an object that is itself: it can be applied, shared between models, and frozen. What a layer
// does is its record's business (layer.ts); whose values its weights have, train/'s.

import { ConfigError, ShapeError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { CommonOptions, Layer, LayerPlan } from "./layer.ts";
import { requireOptions } from "./option.ts";
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

  plan(inputs: readonly Shape[]): LayerPlan {
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

type Factory = (options: never) => Layer;

type OptionsOf<F extends Factory> = ReturnType<F> extends Layer<infer O> ? O : never;

/** What a factory makes, with an identity. */
type InstanceOf<F extends Factory> =
  ReturnType<F> extends LayerInstance ? ReturnType<F> : LayerInstance<OptionsOf<F>>;

/** Factories whose layers have an identity each. */
type Instances<T extends Readonly<Record<string, Factory>>> = {
  readonly [K in keyof T]: (...options: Parameters<T[K]>) => InstanceOf<T[K]>;
};

/** What `make` makes; an error in its options names the function that was called. */
function naming<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ConfigError) || cause.facts.what.includes(` of ${name} `)) throw cause;
    throw new ConfigError({ ...cause.facts, what: `layers.${name}: ${cause.facts.what}`, cause });
  }
}

/** Options of layers that are often called without their names, as Python takes them. */
const examples: Readonly<Record<string, string>> = {
  activation: '{ activation: "relu" }',
  dense: "{ units: 10 }",
  reshape: "{ targetShape: [28, 28, 1] }",
  permute: "{ dims: [2, 1] }",
  repeatVector: "{ n: 3 }",
  leakyReLU: "{ negativeSlope: 0.1 }",
};

/** By name, or by what the name says of the layer. */
function exampleOf(name: string): string | undefined {
  if (Object.hasOwn(examples, name)) return examples[name];
  if (/dropout/i.test(name)) return "{ rate: 0.5 }";
  if (/^(separable)?conv/i.test(name)) return "{ filters: 32, kernelSize: 3 }";
  if (/^depthwiseConv/.test(name)) return "{ kernelSize: 3 }";
  if (/^(max|average)Pooling/.test(name)) return "{ poolSize: 2 }";
  if (/^adaptive/.test(name)) return "{ outputSize: 7 }";
  if (/^upSampling/.test(name)) return "{ size: 2 }";
  if (/^zeroPadding/.test(name)) return "{ padding: 1 }";
  return undefined;
}

/** The same factories, making layers that can be applied. */
export function instancesOf<T extends Readonly<Record<string, Factory>>>(table: T): Instances<T> {
  const entries = Object.entries(table).map(([name, factory]) => [
    name,
    (options: object = {}) => {
      requireOptions(`layers.${name}`, options, exampleOf(name));
      return naming(name, () => instanceOf(factory(options as never)));
    },
  ]);
  return Object.fromEntries(entries) as Instances<T>;
}
