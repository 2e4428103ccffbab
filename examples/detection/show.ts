// What both examples print and draw.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeImage, images, vision } from "../../src/index.ts";

type Assessment = Awaited<ReturnType<typeof vision.assessDetector>>;
type Pictures = vision.AnnotatedImages<vision.Objects>;

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
