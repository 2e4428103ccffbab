// Three famous ideas on the same images: LeNet's few small filters, VGG's stacks of 3x3 filters, ResNet's
// shortcuts. Trains each for a moment and prints what each is worth.
//
//     npx tsx examples/architectures/architectures.ts [epochs]
//
// In a project of your own, import from "fovea".

import {
  datasets,
  input,
  layers,
  type Model,
  model,
  type SymbolicTensor,
  sequential,
  sliceExamples,
} from "../../src/index.ts";

export interface ComparisonOptions {
  /** Default: 5. */
  readonly epochs?: number;
  /** How many images each architecture sees, a fifth of them to validate. Default: 10,000. */
  readonly images?: number;
  readonly say?: (line: string) => void;
}

/** What became of one architecture. */
export interface Row {
  readonly architecture: string;
  readonly parameters: number;
  /** The share of the images held back that the last epoch gets right. */
  readonly accuracy: number;
  readonly seconds: number;
}

const inputShape = [28, 28, 1] as const;
/** The images are bytes; the networks see 0 to 1. */
const preprocess = { scale: 1 / 255 };
const convolution = (filters: number) =>
  layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu" });
const halve = () => layers.maxPooling2d({ poolSize: 2 });
const classes = () => layers.dense({ units: 10, activation: "softmax" });

/** Source: LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 86(11), 1998. */
export function lenet(): Model {
  const parts = [
    layers.conv2d({ filters: 6, kernelSize: 5, activation: "tanh", inputShape }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 120, activation: "tanh" }),
    layers.dense({ units: 84, activation: "tanh" }),
    classes(),
  ];
  return sequential(parts, { preprocess });
}

/** Source: Simonyan and Zisserman, ICLR 2015, made small. */
export function vggStyle(): Model {
  const parts = [
    layers.identity({ inputShape }),
    ...[64, 128].flatMap((filters) => [convolution(filters), convolution(filters), halve()]),
    layers.flatten(),
    layers.dense({ units: 256, activation: "relu" }),
    layers.dropout({ rate: 0.5 }),
    classes(),
  ];
  return sequential(parts, { preprocess });
}

/**
 * Two convolutions and a shortcut around them, `[N, H, W, C] → [N, ⌈H/s⌉, ⌈W/s⌉, filters]`; where shapes
 * differ, the shortcut is a convolution of one pixel. Source: He et al., CVPR 2016.
 */
export function residualBlock(x: SymbolicTensor, filters: number, strides = 1): SymbolicTensor {
  const normalized = (y: SymbolicTensor, kernelSize: number, step: number) =>
    layers
      .batchNormalization()
      .apply(layers.conv2d({ filters, kernelSize, strides: step, padding: "same" }).apply(y));
  const relu = (y: SymbolicTensor) => layers.activation({ activation: "relu" }).apply(y);
  const inner = normalized(relu(normalized(x, 3, strides)), 3, 1);
  const changes = strides !== 1 || x.shape.at(-1) !== filters;
  const shortcut = changes ? normalized(x, 1, strides) : x;
  return relu(layers.add().apply([inner, shortcut]));
}

/** Source: He et al., CVPR 2016, made small. */
export function resnetStyle(): Model {
  const image = input({ shape: inputShape });
  let x = layers.conv2d({ filters: 64, kernelSize: 3, padding: "same" }).apply(image);
  x = layers.activation({ activation: "relu" }).apply(layers.batchNormalization().apply(x));
  x = residualBlock(x, 64);
  x = residualBlock(x, 128, 2);
  x = residualBlock(x, 256, 2);
  const outputs = classes().apply(layers.globalAveragePooling2d().apply(x));
  return model({ inputs: image, outputs, preprocess });
}

const architectures = { LeNet: lenet, "VGG-style": vggStyle, "ResNet-style": resnetStyle };

/** Trains all three, prints the table, and gives its rows. */
export async function main(options: ComparisonOptions = {}): Promise<Row[]> {
  const { epochs = 5, images = 10_000, say = console.log } = options;
  const { train, source } = await datasets.load("fashion-mnist", { source: "sample" });
  say(source);
  say(
    "a fifth of the training images is held out to compare the networks on; the test images are left alone",
  );
  const examples = sliceExamples(train, 0, images);
  const rows: Row[] = [];
  for (const [architecture, build] of Object.entries(architectures)) {
    const one = build().compile({
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const start = performance.now();
    const { history } = await one.fit(examples, {
      epochs,
      batchSize: 128,
      validationSplit: 0.2,
      verbose: 0,
    });
    const seconds = (performance.now() - start) / 1000;
    const accuracy = history.val_accuracy[epochs - 1];
    rows.push({ architecture, parameters: one.countParams(), accuracy, seconds });
    say(`trained ${architecture}`);
    await one.dispose();
  }
  for (const line of table(rows)) say(line);
  return rows;
}

/** The rows as text, numbers to the right. */
export function table(rows: readonly Row[]): string[] {
  const cells = [
    ["architecture", "parameters", "val. accuracy", "time"],
    ...rows.map(({ architecture, parameters, accuracy, seconds }) => [
      architecture,
      parameters.toLocaleString("en-US"),
      accuracy.toFixed(4),
      `${seconds.toFixed(1)} s`,
    ]),
  ];
  return cells.map(([name, ...numbers]) =>
    [name.padEnd(14), ...numbers.map((text) => text.padStart(14))].join(""),
  );
}

if (process.argv[1] === import.meta.filename) {
  const [epochs] = process.argv.slice(2);
  await main(epochs === undefined ? {} : { epochs: Number(epochs) });
}
