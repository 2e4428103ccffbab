// Pictures in which it can be seen where a box belongs, and annotations of them in text.

import sharp from "sharp";
import type { Tensor } from "../../../src/core/tensor.ts";
import type { Orientation } from "../../../src/images/orientation.ts";
import type { AnnotatedImagesOptions } from "../../../src/vision/annotations/options.ts";

export type Box = readonly [left: number, top: number, right: number, bottom: number];

export const quiet: AnnotatedImagesOptions = { onWarning: () => {}, validation: 0 };

export interface MarkedOptions {
  readonly size?: readonly [height: number, width: number];
  readonly orientation?: Orientation;
  readonly format?: "png" | "jpeg";
  /** Tells pictures apart that look alike. */
  readonly shade?: number;
}

/** A dark picture with white boxes; as it is stored, whatever its orientation says. */
export async function markedPicture(
  boxes: readonly Box[],
  { size = [40, 60], orientation = 1, format = "png", shade = 0 }: MarkedOptions = {},
): Promise<Uint8Array> {
  const [height, width] = size;
  const data = new Uint8Array(height * width * 3).fill(shade);
  for (const [left, top, right, bottom] of boxes) {
    for (let y = top; y < bottom; y++) {
      data.fill(255, 3 * (y * width + left), 3 * (y * width + right));
    }
  }
  const image = sharp(data, { raw: { height, width, channels: 3 } });
  return image.withMetadata({ orientation }).toFormat(format, { quality: 100 }).toBuffer();
}

/** The box around what is white. */
export function whiteBox({ data, shape }: Tensor<Uint8Array>): number[] {
  const [, width, channels] = shape;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < data.length; i += channels) {
    if (data[i] < 128) continue;
    const [x, y] = [(i / channels) % width, Math.floor(i / channels / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return [left, top, right, bottom];
}

export interface XmlObject {
  readonly name?: string;
  readonly box: readonly (number | string)[];
  readonly difficult?: number;
}

/** An XML file of Pascal VOC's form; boxes as they are written there. */
export function xmlOf(
  objects: readonly XmlObject[],
  { size = [40, 60], filename = "" }: { size?: readonly [number, number]; filename?: string } = {},
): string {
  const [height, width] = size;
  const lines = objects.map(({ name = "cell", box, difficult = 0 }) => {
    const [left, top, right, bottom] = box;
    return (
      `<object><name>${name}</name><difficult>${difficult}</difficult><bndbox><xmin>${left}</xmin>` +
      `<ymin>${top}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox></object>`
    );
  });
  return (
    `<annotation><filename>${filename}</filename><path>/home/pi/far/away/${filename}</path>` +
    `<size><width>${width}</width><height>${height}</height><depth>3</depth></size>${lines.join("\n")}</annotation>`
  );
}

/** A line of YOLO's form for a box in pixels. */
export function yoloLine(
  label: number,
  [left, top, right, bottom]: Box,
  [height, width]: readonly [number, number] = [40, 60],
): string {
  const middle = [(left + right) / 2 / width, (top + bottom) / 2 / height];
  return [label, ...middle, (right - left) / width, (bottom - top) / height].join(" ");
}
