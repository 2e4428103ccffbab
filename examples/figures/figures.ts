// The figures of a first course on convolutional networks, drawn from programs: a convolution, kernels over a picture, pooling,
// augmentation, preprocessing, the history of a training, its confusion matrix, learned filters, feature maps, Grad-CAM, and
// architectures compared.
//
//     npx tsx examples/figures/figures.ts [folder] [epochs] [images]
//
// It trains four small networks on the sample of Fashion-MNIST that comes with Fovea, and writes eleven SVG files into
// `folder`. In a project of your own, import from "fovea" and "fovea/report".

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  assessClassifier,
  datasets,
  type Examples,
  explain,
  layers,
  type Model,
  model as makeModel,
  optimizers,
  sequential,
  sliceExamples,
  tensor,
  zoo,
} from "../../src/index.ts";
import {
  architecturesFigure,
  type ComparedArchitecture,
  confusionFigure,
  convolutionSvg,
  filtersSvg,
  historyFigure,
  kernelsSvg,
  networkSvg,
  poolingSvg,
  type SheetPicture,
  sheetSvg,
} from "../../src/report/index.ts";

export interface FiguresOptions {
  /** Where the figures go. Default: `figures`. */
  readonly folder?: string;
  /** Default: 6. */
  readonly epochs?: number;
  /** Images to train on. Default: 4000. */
  readonly images?: number;
  /** Images to test on. Default: 1000. */
  readonly tests?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** Networks to compare; the first one is looked into. */
const names = ["mnist", "lenet-5", "simple-cnn"] as const;

/** Figures that need no trained network, by the names of their files. */
async function lessonFigures(): Promise<Readonly<Record<string, string>>> {
  const picture = explain.scene();
  const edge = Array.from({ length: 6 }, () => [0, 0, 0, 1, 1, 1]);
  const kernel = Array.from({ length: 3 }, () => [-1, 0, 1]);
  const featureMap = [
    [1, 3, 2, 4],
    [5, 6, 1, 3],
    [2, 4, 8, 2],
    [1, 3, 5, 7],
  ];
  return {
    convolution: convolutionSvg(explain.convolution(edge, kernel)),
    kernels: kernelsSvg(explain.kernelResults(picture), picture),
    pooling: poolingSvg(featureMap),
    augmentation: await augmentationSheet(picture),
    preprocessing: sheetSvg(
      explain.preprocessingSteps(picture).map(({ title, code, picture: shown }) => ({
        picture: shown,
        caption: title,
        notes: [code],
      })),
      {
        title: "Preprocessing",
        text: "A picture after each function of images.",
        side: 210,
        columns: 4,
      },
    ),
  };
}

async function augmentationSheet(picture: ReturnType<typeof explain.scene>): Promise<string> {
  const [height, width] = picture.shape;
  const pictures: SheetPicture[] = [{ picture, caption: "Original" }];
  for (const { title, code, make } of explain.augmentationExamples) {
    const [changed] = await explain.augmented(picture, [make(height, width)], { seed: 3 });
    pictures.push({ picture: changed, caption: title, notes: [code] });
  }
  return sheetSvg(pictures, {
    title: "Augmentation",
    text: "A picture after one random layer each.",
    side: 210,
    columns: 4,
  });
}

/** A network for images of that data set. */
async function build(name: (typeof names)[number], { x }: Examples): Promise<Model> {
  const network = await zoo.build(name, { classes: 10, inputShape: x.shape.slice(1) });
  return makeModel(network, { preprocess: { scale: 1 / 255 }, seed: 1 });
}

/** Trains a network and says how good it is, and what it costs. */
async function trained(
  model: Model,
  train: Examples,
  test: Examples,
  { epochs, learningRate = 0.001 }: { readonly epochs: number; readonly learningRate?: number },
) {
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const began = performance.now();
  const history = await model.fit(train, { epochs, validationSplit: 0.1, verbose: 0 });
  const trainingSeconds = (performance.now() - began) / 1000;
  const assessment = await assessClassifier(model, test);
  const multiplyAdds = explain.costs(model).reduce((sum, { macs }) => sum + macs, 0);
  const parameters = model.countParams();
  const compared: ComparedArchitecture = {
    name: model.name,
    accuracy: assessment.accuracy,
    parameters,
    multiplyAdds,
    trainingSeconds,
  };
  return { history, assessment, compared };
}

/**
 * A network whose maps are fine, and empty where the picture is: one pooling only, so that the last maps have 14 x 14
 * places, and no biases, so that a black ground is 0 in every layer.
 */
function fineNetwork({ x }: Examples): Model {
  const convolution = {
    kernelSize: 3,
    padding: "same",
    activation: "relu",
    useBias: false,
  } as const;
  return sequential(
    [
      layers.conv2d({ ...convolution, filters: 32, inputShape: x.shape.slice(1) }),
      layers.maxPooling2d(),
      layers.conv2d({ ...convolution, filters: 64 }),
      layers.conv2d({ ...convolution, filters: 64 }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { name: "fine-network", preprocess: { scale: 1 / 255 }, seed: 1 },
  );
}

/** The parts of some images that speak for the class that the model predicts. */
async function gradCamSheet(model: Model, { x }: Examples, classNames: readonly string[]) {
  const [, height, width, channels] = x.shape;
  const size = height * width * channels;
  const pictures: SheetPicture[] = [];
  // Trousers, a pullover, a sneaker and an ankle boot.
  for (const row of [0, 8, 4, 7]) {
    const data = Uint8Array.from(x.data.slice(row * size, (row + 1) * size));
    const picture = tensor(data, [height, width, channels]);
    const { map, classIndex, probability } = await explain.attribute(model, picture);
    const percent = `${(100 * probability).toFixed(1)} %`;
    pictures.push({ picture, caption: classNames[classIndex], notes: [percent] });
    pictures.push({ picture: explain.overlay(picture, map), caption: "Grad-CAM" });
  }
  const text = "Beside each image, the parts that speak for the predicted class.";
  return sheetSvg(pictures, { title: "Grad-CAM", text, columns: 4 });
}

/** Draws all figures, and gives their names. */
export async function main(options: FiguresOptions = {}): Promise<readonly string[]> {
  const { folder = "figures", epochs = 6, tests = 1000, say = console.log } = options;
  const fashion = await datasets.load("fashion-mnist", { source: "sample" });
  const train = sliceExamples(fashion.train, 0, options.images ?? 4000);
  const test = sliceExamples(fashion.test, 0, tests);
  const classNames = fashion.test.classNames ?? [];
  const figures: Record<string, string> = { ...(await lessonFigures()) };

  const compared: ComparedArchitecture[] = [];
  for (const name of names) {
    const model = await build(name, train);
    const result = await trained(model, train, test, { epochs });
    compared.push(result.compared);
    say(`${name}: ${(100 * result.compared.accuracy).toFixed(1)} % of the test images`);
    if (name === names[0]) {
      const [, height, width, channels] = test.x.shape;
      const first = Uint8Array.from(test.x.data.slice(0, height * width * channels));
      const picture = tensor(first, [height, width, channels]);
      figures.history = historyFigure(result.history.epochs).svg;
      figures["confusion-matrix"] = confusionFigure(result.assessment.matrix, classNames).svg;
      figures.filters = filtersSvg(await explain.filters(model));
      figures.features = networkSvg(await explain.features(model, picture), picture);
    }
    await model.dispose();
  }
  const fine = fineNetwork(train);
  const { compared: found } = await trained(fine, train, test, { epochs, learningRate: 0.003 });
  say(`${fine.name}: ${(100 * found.accuracy).toFixed(1)} % of the test images`);
  figures["grad-cam"] = await gradCamSheet(fine, test, classNames);
  await fine.dispose();
  figures.architectures = architecturesFigure(compared, { data: "Fashion-MNIST" }).svg;

  await mkdir(folder, { recursive: true });
  for (const [name, svg] of Object.entries(figures)) {
    await writeFile(join(folder, `${name}.svg`), svg);
  }
  say(`${Object.keys(figures).length} figures in ${folder}`);
  return Object.keys(figures);
}

if (process.argv[1] === import.meta.filename) {
  const [folder, epochs, count] = process.argv.slice(2);
  await main({
    ...(folder === undefined ? {} : { folder }),
    ...(epochs === undefined ? {} : { epochs: Number(epochs) }),
    ...(count === undefined ? {} : { images: Number(count) }),
  });
}
