// From a folder of pictures to tensors, beside torchvision's DataLoader: decode, resize, flip, standardise, as many
// workers on both sides, in turns.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RandomStream } from "../src/core/random.ts";
import { type ImageSource, imageFolder } from "../src/data/index.ts";
import { encodeImage } from "../src/images/encode.ts";
import { median } from "../src/measure/timing.ts";
import type { Child } from "./peers/child.ts";
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
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

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

/**
 * Seconds of one pass: batches in a random order, flipped at random, standardised to floats. The next batch is on its
 * way meanwhile, as in training and in a DataLoader.
 */
async function pass(source: ImageSource, seed: number): Promise<number> {
  const random = new RandomStream(seed);
  const start = performance.now();
  const order = random.permutation(source.count);
  const floats = new Float32Array(batch * size * size * 3);
  const read = (at: number) => source.read(order.subarray(at, at + batch));
  let next = read(0);
  for (let at = 0; at < source.count; at += batch) {
    const { x } = await next;
    if (at + batch < source.count) next = read(at + batch);
    standardise(x.data, floats, () => random.below(2) === 1);
  }
  return (performance.now() - start) / 1000;
}

/** What each byte becomes, channel by channel. */
const tables = mean.map((m, c) =>
  Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / deviation[c]),
);

function standardise(bytes: Uint8Array, floats: Float32Array, flips: () => boolean): void {
  const [red, green, blue] = tables;
  const row = size * 3;
  for (let image = 0; image < bytes.length; image += size * row) {
    const step = flips() ? -3 : 3;
    for (let start = image; start < image + size * row; start += row) {
      let to = step < 0 ? start + row - 3 : start;
      for (let from = start; from < start + row; from += 3, to += step) {
        floats[to] = red[bytes[from]];
        floats[to + 1] = green[bytes[from + 1]];
        floats[to + 2] = blue[bytes[from + 2]];
      }
    }
  }
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
  const open = (cache: "memory" | "none") =>
    imageFolder(folder, { size: [size, size], validation: 0, workers, cache, onWarning: say });
  const peer: Child | undefined = await startPeer(workers, options.python, say);
  const again = await open("none");
  const start = performance.now();
  const kept = await open("memory");
  const opening = count / ((performance.now() - start) / 1000);
  const seconds: { decoding: number[]; kept: number[]; peer: number[] } = {
    decoding: [],
    kept: [],
    peer: [],
  };
  for (let round = 0; round < options.repeats; round++) {
    seconds.decoding.push(await pass(again.train, round));
    seconds.kept.push(await pass(kept.train, round));
    if (peer === undefined) continue;
    const answer = await peer.ask<{ seconds: number }>(`epoch ${folder} ${size} ${batch}`);
    seconds.peer.push(answer.seconds);
  }
  await peer?.close();
  await again.close();
  await kept.close();
  return {
    pictures: count,
    workers,
    opening,
    decoding: count / median(seconds.decoding),
    kept: count / median(seconds.kept),
    ...(peer && { peer: count / median(seconds.peer), version: peer.version }),
  };
}
