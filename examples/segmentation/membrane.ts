// U-Net finds the membranes of cells in electron micrographs, from 25 pictures of 512 x 512 and much elastic warping, as in
// its paper; five others are held out. It reaches a mean IoU of 0.79 of membrane and background.
//
//     npx tsx examples/segmentation/membrane.ts FOLDER [folder for the sheet of pictures]
//
// FOLDER has images/ and masks/ with pictures of the same names, masks white where there is no membrane: the 30 pictures
// of the ISBI challenge of 2012, such as those of github.com/zhixuhao/unet (MIT). In a project of your own, import from
// "fovea".

import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type EpochRecord, layers, schedules, vision } from "../../src/index.ts";
import { writeSheet } from "./sheet.ts";

export interface MembraneOptions {
  /** The share of the pictures that is held out, chosen at random. Default: 1/6. */
  readonly validation?: number;
  /** Height and width of patches. Default: 256. */
  readonly size?: number;
  /** Filters of the first convolutions. Default: 16. */
  readonly filters?: number;
  /** Each shows a patch of every picture. Default: 60. */
  readonly epochs?: number;
  /** Where the sheet of pictures goes. Default: none is written. */
  readonly folder?: string;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** Masks are black where there is a membrane. */
const classNames = ["membrane", "background"];

/** Trains, prints, and gives what was measured on the pictures that were held out. */
export async function main(
  data: string,
  options: MembraneOptions = {},
): Promise<vision.SegmentationAssessment> {
  const {
    validation = 1 / 6,
    size = 256,
    filters = 16,
    epochs = 60,
    folder,
    say = console.log,
  } = options;
  const started = performance.now();
  const micrographs = await vision.annotatedImages(data, {
    target: "masks",
    channels: 1,
    classNames,
    validation,
  });
  const { train, validation: test } = micrographs;
  if (test === undefined) throw new Error("There are too few pictures to hold some out.");
  const named = Array.from({ length: test.count }, (_, row) => basename(test.nameOf(row)));
  say(`${train.count} pictures to learn from; held out: ${named.join(", ")}`);
  const model = await vision.segmentationNetwork({
    architecture: { filters },
    inputShape: [size, size, 1],
    classes: classNames.length,
  });
  const batchSize = 4;
  const steps = epochs * Math.ceil(train.count / batchSize);
  const learningRate = schedules.cosineDecay({ initialLearningRate: 2e-3, decaySteps: steps });
  model.compile(vision.segmentationCompileOptions(model, { learningRate }));
  const source = vision.segmentationSource(model, train, {
    augmentation: [
      layers.randomFlip(),
      layers.randomRotation({ factor: 0.5 }),
      layers.randomZoom({ heightFactor: 0.1 }),
      layers.randomElasticTransform({ scale: 0.6 }),
      layers.randomContrast({ factor: 0.2, valueRange: [0, 255] }),
    ],
  });
  const onEpochEnd = ({ epoch, seconds, logs }: EpochRecord) => {
    if (epoch % 10 === 0 || epoch === epochs) {
      say(`epoch ${epoch}: loss ${logs.loss.toFixed(4)}, ${seconds.toFixed(1)} s`);
    }
  };
  await model.fit(source, { epochs, batchSize, verbose: 0, callbacks: [{ onEpochEnd }] });
  const assessment = await vision.assessSegmentation(model, test, { mirrored: true });
  for (const { name, iou, dice } of assessment.perClass) {
    say(`${name}: IoU ${iou.toFixed(3)}, Dice ${dice.toFixed(3)}`);
  }
  say(`mean IoU ${assessment.meanIou.toFixed(3)}, pixels ${assessment.pixelAccuracy.toFixed(4)}`);
  say(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeSheet(join(folder, "membrane.png"), model, test, {
      count: test.count,
      mirrored: true,
    });
  }
  await Promise.all([source.close?.(), model.dispose(), micrographs.close()]);
  return assessment;
}

const [, file, data, folder] = process.argv;
if (file?.endsWith("membrane.ts") && data !== undefined) {
  await main(data, folder === undefined ? {} : { folder });
  process.exit(0);
}
