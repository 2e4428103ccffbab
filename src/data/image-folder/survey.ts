// What the pictures of a folder are like, before any is used: how many there are, how large, and whether in colour. Reads
// the headers of some.

import { type FoundFiles, nameOf } from "./found-file.ts";
import { type LayoutOptions, layOut } from "./layout.ts";

/** What a folder holds, by a sample of its pictures. */
export interface Survey {
  /** Pictures of all parts. */
  readonly pictures: number;
  /** Of those, pictures to train with, or to hold out of them. */
  readonly training: number;
  readonly classes: number;
  /** The median height and width; undefined where no header could be read. */
  readonly size?: readonly [number, number];
  /** Whether all pictures that were looked at are grey. */
  readonly isGrey: boolean;
}

/** Pictures whose headers are read, and of those, pictures whose colours are looked at. */
const [mostHeaders, mostColours] = [100, 16];

/** Looks at some of the pictures, evenly spread over the folder. */
export async function survey(found: FoundFiles, options: LayoutOptions = {}): Promise<Survey> {
  const { decodeImage } = await import("../../images/decode.ts");
  const { imageHeader } = await import("../../images/header.ts");
  const { files } = await layOut(found, options);
  const sorted = files.toSorted((a, b) => (nameOf(a.file) < nameOf(b.file) ? -1 : 1));
  const step = Math.max(1, Math.ceil(sorted.length / mostHeaders));
  const heights: number[] = [];
  const widths: number[] = [];
  let looked = 0;
  let isGrey = true;
  for (let i = 0; i < sorted.length; i += step) {
    const { path, read } = sorted[i].file;
    try {
      const bytes = await read();
      const { height, width } = imageHeader(bytes, path);
      if (looked < mostColours) {
        const { data } = await decodeImage(bytes, { size: [16, 16], channels: 3, name: path });
        isGrey &&= isGreyImage(data);
        looked++;
      }
      heights.push(height);
      widths.push(width);
    } catch {
      // What cannot be read is listed when the pictures are used.
    }
  }
  const training = files.filter(({ part = "train" }) => part === "train");
  return {
    pictures: files.length,
    training: training.length,
    classes: new Set(training.flatMap(({ classNames }) => classNames)).size,
    ...(heights.length > 0 && { size: [median(heights), median(widths)] as const }),
    isGrey: isGrey && looked > 0,
  };
}

function isGreyImage(data: Uint8Array): boolean {
  for (let i = 0; i < data.length; i += 3) {
    if (Math.abs(data[i] - data[i + 1]) > 2 || Math.abs(data[i] - data[i + 2]) > 2) return false;
  }
  return true;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
