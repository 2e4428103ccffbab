// Fovea's way from a folder of pictures to tensors, in a process of its own as torchvision's is: what a benchmark has in memory
// costs the collector time. The argument is the number of workers.
//
//   open FOLDER 160   {"seconds": s}, for reading, checking, decoding, resizing and keeping every picture
//   decoding 0 32     {"seconds": s}, for a pass with seed 0 in batches of 32 that decodes every picture again
//   kept 0 32         the same, over the pictures that are kept

import { RandomStream } from "../../src/core/random.ts";
import { type ImageFolder, type ImageSource, imageFolder } from "../../src/data/index.ts";
import { answerLines } from "./lines.ts";

const workers = Number(process.argv[2]);
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];
const folders: Partial<Record<"decoding" | "kept", ImageFolder>> = {};

async function open(folder: string, side: number): Promise<{ seconds: number }> {
  const onWarning = (text: string) => console.error(text);
  const options = { size: [side, side], validation: 0, workers, onWarning } as const;
  folders.decoding = await imageFolder(folder, { ...options, cache: "none" });
  const start = performance.now();
  folders.kept = await imageFolder(folder, { ...options, cache: "memory" });
  return { seconds: (performance.now() - start) / 1000 };
}

/**
 * Seconds of one pass: batches in a random order, flipped at random, standardised to floats. The next batch is on its
 * way meanwhile, as in training and in a DataLoader.
 */
async function pass(source: ImageSource, seed: number, batch: number): Promise<number> {
  const random = new RandomStream(seed);
  const start = performance.now();
  const order = random.permutation(source.count);
  const [height, width] = source.shape;
  const floats = new Float32Array(batch * height * width * 3);
  const read = (at: number) => source.read(order.subarray(at, at + batch));
  let next = read(0);
  for (let at = 0; at < source.count; at += batch) {
    const { x } = await next;
    if (at + batch < source.count) next = read(at + batch);
    standardise(x.data, [height, width], floats, () => random.below(2) === 1);
  }
  return (performance.now() - start) / 1000;
}

/** What each byte becomes, channel by channel. */
const tables = mean.map((m, c) =>
  Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / deviation[c]),
);

function standardise(
  bytes: Uint8Array,
  [height, width]: readonly [height: number, width: number],
  floats: Float32Array,
  flips: () => boolean,
): void {
  const [red, green, blue] = tables;
  const row = width * 3;
  for (let image = 0; image < bytes.length; image += height * row) {
    const step = flips() ? -3 : 3;
    for (let start = image; start < image + height * row; start += row) {
      let to = step < 0 ? start + row - 3 : start;
      for (let from = start; from < start + row; from += 3, to += step) {
        floats[to] = red[bytes[from]];
        floats[to + 1] = green[bytes[from + 1]];
        floats[to + 2] = blue[bytes[from + 2]];
      }
    }
  }
}

await answerLines("Fovea", async ([command, first, second]) => {
  if (command === "open") return open(first, Number(second));
  const { train } = folders[command as "decoding" | "kept"] as ImageFolder;
  return { seconds: await pass(train, Number(first), Number(second)) };
});
for (const folder of Object.values(folders)) await folder.close();
