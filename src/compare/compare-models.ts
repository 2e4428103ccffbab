// Several models on the same data: what each reaches, and what it costs.

import { measureClassifier } from "../assess/assess-classifier.ts";
import {
  type OptionNames,
  outlineOf,
  requireKnownOptions,
  requireList,
  requireOption,
  requireWhole,
} from "../core/option.ts";
import { type ExampleSet, inputShapeOf, labelsOf } from "../data/example-set.ts";
import type { Device } from "../machine/device.ts";
import { sharedDevice } from "../machine/open.ts";
import type { OptimizerName } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import type { EpochRecord } from "../train/events.ts";
import { Model } from "../train/model.ts";
import { zoo } from "../zoo/index.ts";
import { type ModelCost, modelCost } from "./model-cost.ts";

/** How models are compared. */
export interface CompareModelsOptions {
  /** What architectures are trained on: images `[N, H, W, C]` with class numbers, or a part of `data.imageFolder`. */
  readonly train: ExampleSet;
  /** What all models are measured on. */
  readonly test: ExampleSet;
  /** Epochs of each architecture. Default: 5. */
  readonly epochs?: number;
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
  /** By name, or a function that makes one for each architecture. Default: `adam`. */
  readonly optimizer?: OptimizerName | (() => Optimizer);
  /** What is done to images before the first layer of architectures. Default: `{ scale: 1 / 255 }`. */
  readonly preprocess?: Preprocess;
  /** Seed of initial weights and of the order of examples, the same for all. Default: 0. */
  readonly seed?: number;
  /** Receives each model when it has been measured. */
  readonly onModel?: (compared: ComparedModel) => void;
  /** Where all models compute. Default: the device that models share. */
  readonly device?: Device;
}

/** A model, what it reaches, and what it costs. */
export interface ComparedModel extends ModelCost {
  readonly name: string;
  /** The share of the test images that it classifies correctly, 0 to 1. */
  readonly accuracy: number;
  /** The mean loss on the test images. */
  readonly loss: number;
  /** Seconds that training took; 0 for a model that was trained before. */
  readonly trainingSeconds: number;
  readonly history: readonly EpochRecord[];
}

const optionNames: OptionNames<CompareModelsOptions> = {
  train: true,
  test: true,
  epochs: true,
  batchSize: true,
  optimizer: true,
  preprocess: true,
  seed: true,
  onModel: true,
  device: true,
};

/**
 * Compares classifiers on the same data: accuracy and loss on the test images, and parameters, layers, multiply-adds,
 * milliseconds and memory of one picture. A name is an architecture of the zoo, which is trained first; a model is
 * measured as it is.
 *
 * @throws ConfigError where there is no such architecture or an option cannot be used, DataError where examples do not
 * fit.
 * @example
 * const { train, test } = await datasets.load("mnist");
 * const compared = await compareModels(["lenet-5", "resnet-20"], { train, test, epochs: 3 });
 * console.table(compared.map(({ name, accuracy, gmacs }) => ({ name, accuracy, gmacs })));
 */
export async function compareModels(
  models: readonly (string | Model)[],
  options: CompareModelsOptions,
): Promise<ComparedModel[]> {
  requireKnownOptions("compareModels", options, optionNames, '["lenet-5"], { train, test }');
  const expected = "a list of names of architectures and of models";
  requireList("compareModels: The models cannot be used.", models, expected);
  requireOption("models", `${models.length} models`, models.length > 0, "at least one");
  for (const one of models) {
    const fits = typeof one === "string" || one instanceof Model;
    requireOption("models", outlineOf(one), fits, expected);
  }
  const { epochs = 5, batchSize = 32, device = await sharedDevice() } = options;
  requireWhole("epochs", epochs);
  requireWhole("batchSize", batchSize);
  const compared: ComparedModel[] = [];
  for (const one of models) {
    const isName = typeof one === "string";
    const model = isName ? await architectureFor(one, options, device) : one;
    const started = performance.now();
    if (isName) await model.fit(options.train, { epochs, batchSize, verbose: 0 });
    const trainingSeconds = isName ? (performance.now() - started) / 1000 : 0;
    const { accuracy, loss } = await measureClassifier(model, options.test, batchSize);
    const cost = await modelCost(model.network, device);
    const { name, progress } = model;
    compared.push({ name, accuracy, loss, trainingSeconds, history: progress.history, ...cost });
    options.onModel?.(compared[compared.length - 1]);
    if (isName) await model.dispose();
  }
  return compared;
}

/** An architecture for these images and classes, compiled. */
async function architectureFor(
  name: string,
  { train, optimizer = "adam", preprocess = { scale: 1 / 255 }, seed = 0 }: CompareModelsOptions,
  device: Device,
): Promise<Model> {
  const classes = train.classNames?.length ?? Math.max(...new Set<number>(labelsOf(train))) + 1;
  const network = await zoo.build(name, { inputShape: inputShapeOf(train), classes });
  const model = new Model(network, { seed, preprocess, device });
  return model.compile({
    optimizer: typeof optimizer === "string" ? optimizer : optimizer(),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
}
