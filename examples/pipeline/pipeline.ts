// A training run as one would leave it alone overnight: it backs itself up, keeps its best model, lowers its
// rate, knows when to stop, and writes down everything that it does. Kill it whenever you like, and start
// it again with the same line: it continues where it was, and ends with the same weights.
//
//     npx tsx examples/pipeline/pipeline.ts [epochs] [folder]
//
// In a project of your own, import from "fovea".

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  assessClassifier,
  type Callback,
  callbacks,
  datasets,
  type Examples,
  layers,
  loadModel,
  type Model,
  metrics,
  optimizers,
  sequential,
  sliceExamples,
} from "../../src/index.ts";

export interface PipelineOptions {
  /** Where everything goes. Default: `runs/pipeline`. */
  readonly folder?: string;
  /** At most so many. Default: 20. */
  readonly epochs?: number;
  /** Only so many images of each set. Default: all. */
  readonly images?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
  /** Callbacks besides those of the pipeline. */
  readonly more?: readonly Callback[];
}

/** Convolutions that look, and a head with room to decide: `[N, 28, 28, 1] → [N, 10]`. */
export function build(): Model {
  const look = (filters: number) => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
  ];
  const decide = (units: number, rate: number) => [
    layers.dense({ units, activation: "relu" }),
    layers.dropout({ rate }),
  ];
  const parts = [
    layers.identity({ inputShape: [28, 28, 1] }),
    ...[32, 64, 128].flatMap(look),
    layers.globalAveragePooling2d(),
    layers.batchNormalization(),
    ...decide(256, 0.3),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
  return sequential(parts, { preprocess: { scale: 1 / 255 } }).compile({
    optimizer: optimizers.adam({ learningRate: 0.001 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy", metrics.sparseTopKCategoricalAccuracy({ k: 5, name: "top5_accuracy" })],
  });
}

/** All that watches the run. The backup comes first: the others then see the run as it was. */
export function watch(folder: string, classNames: readonly string[]): Callback[] {
  const stop = { monitor: "val_loss", patience: 10, restoreBestWeights: true };
  return [
    callbacks.backupAndRestore({ path: join(folder, "backup.safetensors") }),
    callbacks.terminateOnNaN(),
    callbacks.reduceLROnPlateau({ monitor: "val_loss", factor: 0.5, patience: 5, minLR: 1e-7 }),
    callbacks.modelCheckpoint({
      path: join(folder, "best.safetensors"),
      monitor: "val_accuracy",
      saveBestOnly: true,
      classNames,
    }),
    callbacks.earlyStopping({ ...stop, path: join(folder, "lowest-loss.safetensors") }),
    callbacks.csvLogger({ path: join(folder, "history.csv") }),
    callbacks.tensorBoard({
      path: join(folder, "logs"),
      histogramFrequency: 1,
      writeImages: true,
    }),
  ];
}

/** Trains, and gives the test numbers of the model that was best. */
export async function main(options: PipelineOptions = {}): Promise<Record<string, number>> {
  const { folder = "runs/pipeline", epochs = 20, images, say = console.log, more = [] } = options;
  const { train, test, source } = await datasets.load("fashion-mnist", { source: "sample" });
  const [training, testing] = [train, test].map((set) => firstOf(set, images));
  const classNames = test.classNames ?? [];
  say(source);
  say(
    "a tenth of the training images is held out to choose the best epoch by; the test images are for the end",
  );
  await mkdir(folder, { recursive: true });

  const model = build();
  const tell: Callback = {
    onTrainBegin(_, { model: { progress } }) {
      if (progress.epochs > 0) say(`Going on after epoch ${progress.epochs}.`);
    },
    onEpochEnd({ epoch, logs }) {
      const [loss, accuracy] = [logs.val_loss.toFixed(4), logs.val_accuracy.toFixed(4)];
      say(`epoch ${epoch}: val_loss ${loss}, val_accuracy ${accuracy}`);
    },
  };
  const { history, stopped } = await model.fit(training, {
    epochs,
    batchSize: 64,
    validationSplit: 0.1,
    verbose: 0,
    callbacks: [...watch(folder, classNames), tell, ...more],
  });
  say(`${history.loss.length} epochs; ${stopped ?? "all of them"}`);

  const { model: best } = await loadModel(join(folder, "best.safetensors"));
  const numbers = await best.evaluate(testing, { batchSize: 256 });
  for (const [name, value] of Object.entries(numbers)) {
    const isShare = name.endsWith("accuracy");
    say(`test ${name}: ${isShare ? `${(100 * value).toFixed(2)} %` : value.toFixed(4)}`);
  }
  const { report } = await assessClassifier(best, testing);
  say(report.text);
  say(`tensorboard --logdir ${join(folder, "logs")}`);
  await Promise.all([model.dispose(), best.dispose()]);
  return numbers;
}

function firstOf(examples: Examples, images = Number.POSITIVE_INFINITY): Examples {
  return sliceExamples(examples, 0, Math.min(images, examples.x.shape[0]));
}

if (process.argv[1] === import.meta.filename) {
  const [epochs, folder] = process.argv.slice(2);
  await main({
    ...(folder && { folder }),
    ...(epochs && { epochs: Number(epochs) }),
  });
}
