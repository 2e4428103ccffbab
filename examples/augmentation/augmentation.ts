// What augmentation is worth: two networks, each trained with and without it on the same few images.
//
//     npx tsx examples/augmentation/augmentation.ts [epochs] [images] [folder]
//
// The first network has rotation, shift and zoom as layers in front, and trains on the sample of Fashion-MNIST that
// comes with Fovea. The other one is that of examples/cifar10, behind a generator that turns, shifts and flips, and behind
// one that does more of it, and slants and zooms; it trains on CIFAR-10's binary files in `folder`, and without it on
// Fashion-MNIST as well.
// In a project of your own, import from "fovea".

import {
  augment,
  datasets,
  type Examples,
  layers,
  type Model,
  optimizers,
  sequential,
  sliceExamples,
} from "../../src/index.ts";
import { network as cifarNetwork } from "../cifar10/cifar10.ts";

export interface AugmentationOptions {
  /** Default: 15. */
  readonly epochs?: number;
  /** Images to train on: with few of them augmentation counts. Default: 1000. */
  readonly images?: number;
  /** Images to test on. Default: 2000. */
  readonly tests?: number;
  /** Where CIFAR-10 lies; Fashion-MNIST's sample without it. */
  readonly folder?: string;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** Accuracy on the test images, by network. */
export type Accuracies = Readonly<
  Record<string, { readonly without: number; readonly with: number }>
>;

/** The first network, behind layers that move images. */
export function firstNetwork(augmented: boolean): Model {
  const moving = [
    layers.randomRotation({ factor: 0.1 }),
    layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }),
    layers.randomZoom({ heightFactor: 0.1 }),
  ];
  return sequential(
    [
      layers.identity({ inputShape: [28, 28, 1] }),
      ...(augmented ? moving : []),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.flatten(),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { preprocess: { scale: 1 / 255 }, seed: 1 },
  );
}

/** Trains, and gives the accuracy on the test images. */
async function accuracyOf(
  model: Model,
  train: Parameters<Model["fit"]>[0],
  test: Examples,
  epochs: number,
): Promise<number> {
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.001 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(train, { epochs, batchSize: 64, verbose: 0 });
  const { accuracy } = await model.evaluate(test);
  await model.dispose();
  return accuracy;
}

/** Trains both networks with and without augmentation. */
export async function main(options: AugmentationOptions = {}): Promise<Accuracies> {
  const { epochs = 15, images = 1000, tests = 2000, folder, say = console.log } = options;
  const fashion = await datasets.load("fashion-mnist", { source: "sample" });
  const cifar =
    folder === undefined ? fashion : await datasets.load("cifar-10", { source: { folder } });
  say(`${images} images to train on, ${epochs} epochs`);

  const [train, test] = [
    sliceExamples(fashion.train, 0, images),
    sliceExamples(fashion.test, 0, tests),
  ];
  const first = {
    without: await accuracyOf(firstNetwork(false), train, test, epochs),
    with: await accuracyOf(firstNetwork(true), train, test, epochs),
  };
  say(line("first network, rotation, shift and zoom as layers", first));

  const [few, held] = [sliceExamples(cifar.train, 0, images), sliceExamples(cifar.test, 0, tests)];
  const shape = few.x.shape.slice(1);
  const behind = async (options: augment.ImageDataGeneratorOptions) => {
    const generator = augment.imageDataGenerator({ ...options, horizontalFlip: true });
    const accuracy = await accuracyOf(cifarNetwork(shape), generator.flow(few), held, epochs);
    await generator.dispose();
    return accuracy;
  };
  const without = await accuracyOf(cifarNetwork(shape), few, held, epochs);
  const some = { rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1 };
  const second = { without, with: await behind(some) };
  say(line("three blocks, a generator that turns, shifts and flips", second));
  const more = { rotationRange: 20, widthShiftRange: 0.2, heightShiftRange: 0.2 };
  const third = { without, with: await behind({ ...more, shearRange: 0.2, zoomRange: 0.2 }) };
  say(line("the same, a generator that does more, slants and zooms", third));
  return { first, second, third };
}

function line(
  title: string,
  accuracies: { readonly without: number; readonly with: number },
): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${title}: ${percent(accuracies.without)} without, ${percent(accuracies.with)} with`;
}

if (process.argv[1] === import.meta.filename) {
  const [epochs, images, folder] = process.argv.slice(2);
  await main({
    ...(epochs === undefined ? {} : { epochs: Number(epochs) }),
    ...(images === undefined ? {} : { images: Number(images) }),
    ...(folder === undefined ? {} : { folder }),
  });
}
