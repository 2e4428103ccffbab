// A network of one's own that is to pass a mark: 99 % of MNIST's test images, or 93 % of Fashion-MNIST's where MNIST cannot be
// had. Change the blocks and see what they are worth.
//
//     npx tsx examples/exercises/custom-architecture.ts [epochs] [images]
//
// In a project of your own, import from "fovea".

import {
  datasets,
  FoveaError,
  model,
  optimizers,
  schedules,
  sliceExamples,
  zoo,
} from "../../src/index.ts";

export interface CustomOptions {
  /** Default: 20. */
  readonly epochs?: number;
  /** Images to train on. Default: all. */
  readonly images?: number;
  /** Images to test on. Default: all. */
  readonly tests?: number;
  /** Filters of the first block; each next one has twice as many. Default: 32. */
  readonly width?: number;
  /** Which data. Default: MNIST, or Fashion-MNIST where it cannot be had. */
  readonly data?: "mnist" | "fashion-mnist";
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** The share of the test images that is to be right. */
const marks = { mnist: 0.99, "fashion-mnist": 0.93 } as const;
const batchSize = 128;

/** MNIST where it is on this computer or can be downloaded, else Fashion-MNIST. */
async function dataFor(wanted: CustomOptions["data"]) {
  const load = async (name: keyof typeof marks) => ({ name, sets: await datasets.load(name) });
  if (wanted !== undefined) return load(wanted);
  return load("mnist").catch((error: unknown) => {
    if (error instanceof FoveaError) return load("fashion-mnist");
    throw error;
  });
}

/** Trains, prints, and gives the accuracy on the test images beside the mark. */
export async function main(options: CustomOptions = {}) {
  const {
    epochs = 20,
    images = Infinity,
    tests = Infinity,
    width = 32,
    say = console.log,
  } = options;
  const { name, sets } = await dataFor(options.data);
  const first = (set: typeof sets.train, most: number) =>
    sliceExamples(set, 0, Math.min(most, set.y.shape[0]));
  const [train, test] = [first(sets.train, images), first(sets.test, tests)];
  const network = await zoo.build("custom-cnn", {
    inputShape: [28, 28, 1],
    classes: 10,
    depth: 3,
    width,
    convolutions: 2,
    batchNormalization: true,
    dropout: 0.3,
  });
  const own = model(network, { seed: 1, preprocess: { scale: 1 / 255 } });
  const steps = epochs * Math.ceil(train.y.shape[0] / batchSize);
  own.compile({
    optimizer: optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: 4e-3, totalSteps: steps }),
    }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  say(`${name}: ${train.y.shape[0]} images, ${own.countParams()} parameters`);
  await own.fit(train, { epochs, batchSize, verbose: say === console.log ? 2 : 0 });
  const { accuracy } = await own.evaluate(test, { batchSize });
  await own.dispose();
  const mark = marks[name];
  const verdict = accuracy >= mark ? "passed" : "not reached";
  say(
    `${(100 * accuracy).toFixed(2)} % of the test images; the mark of ${100 * mark} % is ${verdict}`,
  );
  return { data: name, accuracy, mark };
}

const [, file, epochs, images] = process.argv;
if (file?.endsWith("custom-architecture.ts")) {
  await main({
    ...(epochs === undefined ? {} : { epochs: Number(epochs) }),
    ...(images === undefined ? {} : { images: Number(images) }),
  });
  process.exit(0);
}
