// How both examples train, and what they print and draw.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  encodeImage,
  images,
  losses,
  type Model,
  optimizers,
  type Source,
  schedules,
  vision,
} from "../../src/index.ts";

type Assessment = Awaited<ReturnType<typeof vision.assessDetector>>;
type Pictures = vision.AnnotatedImages<vision.Objects>;

/** How long, in what steps and how fast. */
interface Training {
  readonly epochs: number;
  readonly batchSize: number;
  readonly maxLearningRate: number;
}

/** Trains a detector, tells the loss of every epoch, and how long it took. */
export async function learn(
  model: Model,
  source: Source,
  { epochs, batchSize, maxLearningRate }: Training,
  say: (line: string) => void,
): Promise<void> {
  const totalSteps = epochs * Math.ceil(source.count / batchSize);
  const learningRate = schedules.oneCycle({ maxLearningRate, totalSteps, riseShare: 0.1 });
  const optimizer = optimizers.adamW({ learningRate, weightDecay: 0.02, useEma: true });
  model.compile({ optimizer, loss: losses.detection() });
  say(`${model.network.parameterCount} parameters, ${totalSteps} steps`);
  const started = { wall: performance.now(), cpu: process.cpuUsage() };
  await model.fit(source, {
    epochs,
    batchSize,
    verbose: 0,
    callbacks: [
      { onEpochEnd: ({ epoch, logs }) => say(`epoch ${epoch}: loss ${logs.loss.toFixed(4)}`) },
    ],
  });
  const { user, system } = process.cpuUsage(started.cpu);
  const wall = (performance.now() - started.wall) / 1000;
  say(`trained in ${wall.toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} s of processor time`);
}

/** Lines with the figures of a detector, class by class. */
export function figures({ coco, pictures, objects }: Assessment): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const line = (name: string, of: { readonly ap: number; readonly ap50: number }) =>
    `${name.padEnd(12)} mAP@0.5 ${percent(of.ap50)}, mAP@0.5:0.95 ${percent(of.ap)}`;
  return [
    `${pictures} pictures with ${objects} objects`,
    ...coco.perClass.map((one) => line(one.name ?? "", one)),
    line("all", coco),
  ];
}

/** Writes pictures with what is there and, right of each, what was found. */
export async function drawBeside(
  file: string,
  annotated: Pictures,
  { detections }: Assessment,
  { count = 8, enlarged = 1 }: { readonly count?: number; readonly enlarged?: number } = {},
): Promise<void> {
  const tiles: ReturnType<typeof vision.drawDetections>[] = [];
  for (let row = 0; row < Math.min(count, annotated.count); row++) {
    const { image, target } = await annotated.read(row);
    const [height, width] = image.shape;
    const size = [height * enlarged, width * enlarged] as const;
    const large = images.resize(image, { size });
    const grown = <B extends { readonly boxes: vision.Objects["boxes"] }>(found: B): B => ({
      ...found,
      boxes: { ...found.boxes, data: found.boxes.data.map((edge) => edge * enlarged) },
    });
    tiles.push(vision.drawDetections(large, grown(target), annotated.classNames));
    const sure = { scoreThreshold: 0.4 };
    tiles.push(vision.drawDetections(large, grown(detections[row]), annotated.classNames, sure));
  }
  const sheet = await images.contactSheet(tiles, {
    columns: 4,
    tile: [tiles[0].shape[0], tiles[0].shape[1]],
  });
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, await encodeImage(sheet, "png"));
}
