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
import { classCountIn, type ExampleSet, inputShapeOf } from "../data/example-set.ts";
import type { Device } from "../machine/device.ts";
import { sharedDevice } from "../machine/open.ts";
import type { OptimizerName } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import type { EpochRecord } from "../train/events.ts";
import { Model } from "../train/model.ts";
import { fineTune } from "../transfer/fine-tune.ts";
import { type Phase, phasesOf, type RecipeName } from "../transfer/phases.ts";
import { transfer } from "../transfer/transfer.ts";
import { zoo } from "../zoo/index.ts";
import { type ModelCost, modelCost } from "./model-cost.ts";

/** An architecture that is trained already, and gets a new head. */
export interface ComparedBase {
  /** The name of an architecture, such as `mobilenet-v2`. */
  readonly base: string;
  /**
   * The name of published weights, which are downloaded once, or the path or the URL of a file. Null draws them at random.
   * Default: `imagenet`.
   */
  readonly weights?: string | null;
  /** In which phases it learns. Default: `head`. */
  readonly phases?: RecipeName | readonly Phase[];
  /** Height and width of the pictures in each phase. Default: those of the examples. */
  readonly sizes?: readonly number[];
  /** What it is called. Default: the name of the base, and `-transfer`. */
  readonly name?: string;
}

/** How models are compared. */
export interface CompareModelsOptions {
  /** What architectures are trained on: images `[N, H, W, C]` with class numbers, or a part of `data.imageFolder`. */
  readonly train: ExampleSet;
  /** What all models are measured on. */
  readonly test: ExampleSet;
  /** Epochs of each architecture, and of all phases of a trained base together. Default: 5. */
  readonly epochs?: number;
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
  /** By name, or a function that makes one for each architecture. Default: `adam`. */
  readonly optimizer?: OptimizerName | (() => Optimizer);
  /**
   * What is done to images before the first layer of architectures. Default: `{ scale: 1 / 255 }`. Trained bases have what
   * their weights expect.
   */
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

const baseNames: OptionNames<ComparedBase> = {
  base: true,
  weights: true,
  phases: true,
  sizes: true,
  name: true,
};

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
 * milliseconds and memory of one picture. A name is an architecture of the zoo, which is trained first; a base is one with
 * trained weights, whose new head is trained (see `transfer`); a model is measured as it is.
 *
 * @throws ConfigError where there is no such architecture or an option cannot be used, DataError where examples do not
 * fit, DownloadError where weights of a base cannot be had, FormatError where a file of weights does not fit.
 * @example
 * const { train, test } = await datasets.load("mnist");
 * const compared = await compareModels(["lenet-5", "resnet-20"], { train, test, epochs: 3 });
 * console.table(compared.map(({ name, accuracy, gmacs }) => ({ name, accuracy, gmacs })));
 * @example
 * const bases = [{ base: "mobilenet-v2" }, { base: "efficientnet-lite0", weights: "lite0.pth" }];
 * await compareModels(["mobilenet-v2", ...bases], { train, test });
 */
export async function compareModels(
  models: readonly (string | ComparedBase | Model)[],
  options: CompareModelsOptions,
): Promise<ComparedModel[]> {
  requireKnownOptions("compareModels", options, optionNames, '["lenet-5"], { train, test }');
  const expected = "a list of names of architectures, trained bases and models";
  requireList("compareModels: The models cannot be used.", models, expected);
  requireOption("models", `${models.length} models`, models.length > 0, "at least one");
  for (const one of models) {
    const isPlain = typeof one === "string" || one instanceof Model;
    const fits = isPlain || typeof one?.base === "string";
    requireOption("models", outlineOf(one), fits, expected);
    if (!isPlain) requireKnownOptions("a base", one, baseNames, '{ base: "mobilenet-v2" }');
  }
  const { epochs = 5, batchSize = 32, device = await sharedDevice() } = options;
  requireWhole("epochs", epochs);
  requireWhole("batchSize", batchSize);
  const compared: ComparedModel[] = [];
  for (const one of models) {
    const { model, train } = await entryOf(one, options, device);
    const started = performance.now();
    const history = await train(epochs, batchSize);
    const isThere = one === model;
    const trainingSeconds = isThere ? 0 : (performance.now() - started) / 1000;
    const { accuracy, loss } = await measureClassifier(model, options.test, batchSize);
    const cost = await modelCost(model.network, device);
    compared.push({ name: model.name, accuracy, loss, trainingSeconds, history, ...cost });
    options.onModel?.(compared[compared.length - 1]);
    if (!isThere) await model.dispose();
  }
  return compared;
}

/** A model, and what trains it. */
interface Entry {
  readonly model: Model;
  /** Gives the epochs of its training. */
  train(epochs: number, batchSize: number): Promise<readonly EpochRecord[]>;
}

async function entryOf(
  one: string | ComparedBase | Model,
  options: CompareModelsOptions,
  device: Device,
): Promise<Entry> {
  if (one instanceof Model) return { model: one, train: async () => one.progress.history };
  if (typeof one !== "string") return baseEntry(one, options, device);
  const model = await architectureFor(one, options, device);
  return {
    model,
    async train(epochs, batchSize) {
      await model.fit(options.train, { epochs, batchSize, verbose: 0 });
      return model.progress.history;
    },
  };
}

/** A base with its weights, frozen, and a new head for the classes. */
async function baseEntry(
  {
    base: name,
    weights = "imagenet",
    phases: wanted = "head",
    sizes = [],
    name: own,
  }: ComparedBase,
  { train, seed = 0 }: CompareModelsOptions,
  device: Device,
): Promise<Entry> {
  const recipe = phasesOf(wanted, {});
  const base = await zoo.load(name, {
    includeTop: false,
    inputShape: inputShapeOf(train),
    weights,
    seed,
    device,
  });
  const model = transfer(base, {
    classes: classCountIn(train),
    name: own ?? `${name}-transfer`,
    seed,
  });
  return {
    model,
    async train(epochs, batchSize) {
      // The same number of epochs as any other, in equal parts; phases of one's own have theirs.
      const part = Math.ceil(epochs / recipe.length);
      const phases =
        typeof wanted === "string"
          ? recipe
              .map((phase, i) => ({ ...phase, epochs: Math.min(part, epochs - i * part) }))
              .filter((phase) => phase.epochs > 0)
          : recipe;
      const sized = sizes.slice(0, phases.length);
      const records = await fineTune(model, train, { phases, sizes: sized, batchSize, verbose: 0 });
      const all = records.flatMap(({ history }) => history.epochs);
      return all.map((record, i) => ({ ...record, epoch: i + 1 }));
    },
  };
}

/** An architecture for these images and classes, compiled. */
async function architectureFor(
  name: string,
  { train, optimizer = "adam", preprocess = { scale: 1 / 255 }, seed = 0 }: CompareModelsOptions,
  device: Device,
): Promise<Model> {
  const classes = classCountIn(train);
  const network = await zoo.build(name, { inputShape: inputShapeOf(train), classes });
  const model = new Model(network, { seed, preprocess, device });
  return model.compile({
    optimizer: typeof optimizer === "string" ? optimizer : optimizer(),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
}
