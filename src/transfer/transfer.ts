// A trained network as the beginning of another: its features, and a head for other classes.

import { ConfigError, ShapeError } from "../core/errors.ts";
import {
  type OptionNames,
  outlineOf,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import { input } from "../nn/input.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import { isSymbolic, type SymbolicTensor } from "../nn/symbolic.ts";
import { model as modelOf } from "../train/functional.ts";
import type { Model } from "../train/model.ts";
import { requireModel } from "../train/stateful-model.ts";

/** The layers after the base. */
export interface HeadOptions {
  /** Units of each dense layer with ReLU between the base and the classes. Default: none. */
  readonly units?: readonly number[];
  /** Dropout rate before each dense layer. Default: 0.2. */
  readonly dropout?: number;
  /** Global pooling of features `[H, W, C]` to `[C]`. Default: `average`. */
  readonly pooling?: "average" | "max";
  /** Activation of the last layer. Default: `softmax`, or `sigmoid` for one class. */
  readonly activation?: "softmax" | "sigmoid" | "linear";
}

/** How a model is transferred. */
export interface TransferOptions {
  /** The number of classes of the new model, or their names. Use 1 for yes or no. */
  readonly classes: number | readonly string[];
  readonly head?: HeadOptions;
  /** Layers before the base that change pictures in training, such as random flips. Default: none. */
  readonly augmentation?: readonly LayerInstance[];
  /** What is done to pictures before the first layer. Default: what the base does. */
  readonly preprocess?: Preprocess;
  /** The model's name. Default: that of the base, and `-transfer`. */
  readonly name?: string;
  /** Seed of the head's initial weights, the order of examples and dropout. Default: 0. */
  readonly seed?: number;
}

const optionNames: OptionNames<TransferOptions> = {
  classes: true,
  head: true,
  augmentation: true,
  preprocess: true,
  name: true,
  seed: true,
};

const headNames: OptionNames<HeadOptions> = {
  units: true,
  dropout: true,
  pooling: true,
  activation: true,
};

/**
 * A model for other classes on the features of a trained one: the base, frozen, then pooling, dense layers and
 * the classes. It shares the base's weights and its preprocessing. Train it with `fineTune`, or with
 * `compile` and `fit`, and choose what is trained with `freeze` and `unfreeze`.
 *
 * The base must end in features `[H, W, C]` or `[C]`: load a network of the zoo with `includeTop: false`.
 *
 * @throws ConfigError if an option cannot be used, ShapeError if the base does not end in features.
 * @example
 * const model = transfer(base, { classes: ["cat", "dog"], head: { units: [256], dropout: 0.5 } });
 * await fineTune(model, photos.train, { validationData: photos.validation });
 */
export function transfer(base: Model, options: TransferOptions): Model {
  requireModel("transfer", base);
  requireKnownOptions("transfer", options, optionNames, "{ classes: 3 }");
  const { classes, head = {}, augmentation = [], seed } = options;
  const { name = `${base.name}-transfer` } = options;
  requireKnownOptions("transfer, head", head, headNames);
  const count = typeof classes === "number" ? classes : classes?.length;
  requireWhole("classes", count);
  requireNumber("dropout", head.dropout ?? 0, { least: 0, below: 1 });
  const { inputs } = base;
  if (inputs.length !== 1) {
    throw new ConfigError({
      what: `The model "${base.name}" cannot be transferred.`,
      expected: "a model with one input",
      received: `${inputs.length} inputs`,
    });
  }
  const x = input({ shape: inputs[0].shape });
  const augmented = augmentation.reduce<SymbolicTensor>((value, layer) => layer.apply(value), x);
  const features = base.apply(augmented);
  if (!isSymbolic(features)) {
    throw new ConfigError({
      what: `The model "${base.name}" cannot be transferred.`,
      expected: "a model with one output",
      received: outlineOf(features),
    });
  }
  const outputs = headOf(head, count).reduce(
    (value, layer) => layer.apply(value),
    pooled(features, head, base.name),
  );
  base.trainable = false;
  const record = options.preprocess ?? base.preprocess[0];
  return modelOf({
    name,
    inputs: x,
    outputs,
    ...(record === undefined ? {} : { preprocess: record }),
    ...(seed === undefined ? {} : { seed }),
  });
}

function pooled(
  features: SymbolicTensor,
  { pooling = "average" }: HeadOptions,
  name: string,
): SymbolicTensor {
  const { shape } = features;
  if (shape.length === 1) return features;
  if (shape.length !== 3) {
    throw new ShapeError({
      what: `The model "${name}" does not end in features.`,
      expected: "[N, H, W, C] or [N, C]",
      received: formatShape([null, ...shape]),
    });
  }
  const layer =
    pooling === "average" ? layers.globalAveragePooling2d() : layers.globalMaxPooling2d();
  return layer.apply(features);
}

function headOf({ units = [], dropout = 0.2, activation }: HeadOptions, classes: number) {
  const drop = dropout > 0 ? [layers.dropout({ rate: dropout })] : [];
  const hidden = units.flatMap((count) => [
    ...drop,
    layers.dense({ units: count, activation: "relu" }),
  ]);
  const last = activation ?? (classes === 1 ? "sigmoid" : "softmax");
  return [...hidden, ...drop, layers.dense({ units: classes, activation: last })];
}
