// A network of three blocks for small colour images, as courses train it on CIFAR-10: batch normalisation
// and dropout in every block, a learning rate that falls on plateaus, and an early stop.
//
//     npx tsx examples/cifar10/cifar10.ts [epochs] [folder]
//
// `folder` holds CIFAR-10's binary files (https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz,
// unpacked). Without it the sample of Fashion-MNIST that comes with Fovea takes their place.
// In a project of your own, import from "fovea".

import {
  callbacks,
  datasets,
  type Examples,
  layers,
  type Model,
  optimizers,
  sequential,
  sliceExamples,
} from "../../src/index.ts";

export interface CifarOptions {
  /** Where CIFAR-10 lies; Fashion-MNIST's sample without it. */
  readonly folder?: string;
  /** At most so many. Default: 50. */
  readonly epochs?: number;
  /** Only so many images of each set. Default: all. */
  readonly images?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** Filters of each block, and the share that its dropout drops. */
const blocks = [
  [32, 0.2],
  [64, 0.3],
  [128, 0.4],
] as const;

/** `[N, H, W, C] → [N, 10]`; 551,722 weights that are trained for images `[32, 32, 3]`. */
export function network(inputShape: readonly number[]): Model {
  const [height, width, channels] = inputShape;
  const convolution = (filters: number) => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same" }),
    layers.batchNormalization(),
    layers.activation({ activation: "relu" }),
  ];
  const parts = [
    layers.identity({ inputShape: [height, width, channels] }),
    ...blocks.flatMap(([filters, rate]) => [
      ...convolution(filters),
      ...convolution(filters),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate }),
    ]),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.batchNormalization(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
  return sequential(parts, { preprocess: { scale: 1 / 255 } });
}

/** Trains, and gives the numbers of the test set. */
export async function main(options: CifarOptions = {}): Promise<Record<string, number>> {
  const { folder, epochs = 50, images, say = console.log } = options;
  const { train, test, source } =
    folder === undefined
      ? await datasets.load("fashion-mnist", { source: "sample" })
      : await datasets.load("cifar-10", { source: { folder } });
  say(source);
  say(
    "a tenth of the training images is held out to choose the best epoch by; the test images are for the end",
  );
  const [training, testing] = [train, test].map((set) => firstOf(set, images));

  const model = network(train.x.shape.slice(1)).compile({
    optimizer: optimizers.adam({ learningRate: 0.001 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  say(`${model.countParams().toLocaleString("en-US")} parameters`);
  const { history, stopped } = await model.fit(training, {
    epochs,
    batchSize: 64,
    validationSplit: 0.1,
    verbose: 0,
    callbacks: [
      callbacks.reduceLROnPlateau({ factor: 0.1, patience: 5 }),
      callbacks.earlyStopping({ patience: 10, restoreBestWeights: true }),
      {
        onEpochEnd({ epoch, seconds, logs }) {
          const numbers = `loss ${logs.loss.toFixed(4)}, val_loss ${logs.val_loss.toFixed(4)}`;
          const accuracy = `val_accuracy ${logs.val_accuracy.toFixed(4)}`;
          const rate = `rate ${logs.learning_rate.toPrecision(2)}`;
          say(`epoch ${epoch}: ${numbers}, ${accuracy}, ${rate}, ${seconds.toFixed(0)} s`);
        },
      },
    ],
  });
  say(`${history.loss.length} epochs; ${stopped ?? "all of them"}`);
  const result = await model.evaluate(testing, { batchSize: 64 });
  say(`test accuracy ${result.accuracy.toFixed(4)}, test loss ${result.loss.toFixed(4)}`);
  await model.dispose();
  return result;
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
