// From a folder of pictures to tensors, beside torchvision's DataLoader: decode, resize, flip, standardise, as many
// workers on both sides, in turns.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RandomStream } from "../src/core/random.ts";
import { encodeImage } from "../src/images/encode.ts";
import { median } from "../src/measure/timing.ts";
import { Child } from "./peers/child.ts";
import { firstLine } from "./peers/peer.ts";
import { startTorchvision } from "./peers/torchvision.ts";

/** Pictures a second on each side. */
export interface PictureTimes {
  readonly pictures: number;
  readonly workers: number;
  /** Opening the folder: every picture is read, checked, decoded, resized and kept. */
  readonly opening: number;
  /** A pass that decodes every picture again. */
  readonly decoding: number;
  /** A pass over the pictures that are kept. */
  readonly kept: number;
  /** A pass of the DataLoader; undefined where it is not installed. */
  readonly peer?: number;
  readonly version?: string;
}

/** As stored, as trained on, and of a batch. */
const [stored, size, batch] = [224, 160, 32];
const classes = ["a", "b", "c", "d"];

/** Folders of JPEG pictures that compress as photographs do: smooth, with some noise. */
async function makePictures(folder: string, count: number): Promise<void> {
  for (const name of classes) await mkdir(join(folder, name), { recursive: true });
  for (let i = 0; i < count; i++) {
    const random = new RandomStream(i);
    const [a, b, c] = [random.uniform(), random.uniform(), random.uniform()].map((u) => 2 + 9 * u);
    const data = new Uint8Array(stored * stored * 3);
    for (let y = 0, at = 0; y < stored; y++) {
      for (let x = 0; x < stored; x++, at += 3) {
        const [u, v] = [x / stored, y / stored];
        data[at] = 127 + 100 * Math.sin(a * u + c * v);
        data[at + 1] = 127 + 100 * Math.sin(b * v - a * u * v);
        data[at + 2] = 100 + 80 * Math.sin(c * u * u) + random.below(40);
      }
    }
    const bytes = await encodeImage({ data, shape: [stored, stored, 3] }, "jpeg", { quality: 88 });
    await writeFile(join(folder, classes[i % classes.length], `${i}.jpg`), bytes);
  }
}

/** What both sides say of a pass. */
interface Answer {
  readonly seconds: number;
}

async function startPeer(workers: number, python: string | undefined, say: (text: string) => void) {
  try {
    return await startTorchvision("pictures", ["--workers", String(workers)], python);
  } catch (error) {
    say(firstLine((error as Error).message));
    return undefined;
  }
}

/** Times all sides in turns; `folder` is a place for the pictures. */
export async function timePictures(
  count: number,
  options: { readonly repeats: number; readonly python?: string; readonly folder: string },
  say: (text: string) => void,
): Promise<PictureTimes> {
  const workers = 2;
  const folder = join(options.folder, "pictures");
  await makePictures(folder, count);
  const fovea = await Child.startFile("pictures-process.ts", [String(workers)]);
  const peer: Child | undefined = await startPeer(workers, options.python, say);
  const opened = await fovea.ask<Answer>(`open ${folder} ${size}`);
  const seconds: { decoding: number[]; kept: number[]; peer: number[] } = {
    decoding: [],
    kept: [],
    peer: [],
  };
  for (let round = 0; round < options.repeats; round++) {
    for (const kind of ["decoding", "kept"] as const) {
      seconds[kind].push((await fovea.ask<Answer>(`${kind} ${round} ${batch}`)).seconds);
    }
    if (peer === undefined) continue;
    seconds.peer.push((await peer.ask<Answer>(`epoch ${folder} ${size} ${batch}`)).seconds);
  }
  await peer?.close();
  await fovea.close();
  return {
    pictures: count,
    workers,
    opening: count / opened.seconds,
    decoding: count / median(seconds.decoding),
    kept: count / median(seconds.kept),
    ...(peer && { peer: count / median(seconds.peer), version: peer.version }),
  };
}
