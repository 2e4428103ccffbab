// Photographs as backgrounds, divided so that no part of a data set has a photograph of another one.

import { platform } from "#platform";
import { DataError, TargetError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import { hasPictureName, reasonOf, type SkippedFile } from "../../data/image-folder/found-file.ts";
import type { PartName } from "../../data/image-folder/layout.ts";
import { walk } from "../../data/image-folder/walk.ts";
import { withChannels } from "../../images/channels.ts";
import { decodeImage } from "../../images/decode.ts";
import { resize } from "../../images/resize.ts";
import type { Background } from "./textures.ts";

/** Photographs, all larger than the pictures that are cut from them. */
export interface Photographs {
  readonly pictures: readonly Tensor<Uint8Array>[];
  /** Other photographs have another one. */
  readonly fingerprint: string;
  /** Files of the folder that cannot be used. */
  readonly skipped: readonly SkippedFile[];
}

/** How much larger a photograph is kept than the part of it that is seen. */
const margin = 1.5;

/** Bytes of decoded photographs that are kept. */
const memoryBudget = 256 << 20;

/** The stream of random numbers by which photographs are divided. */
const divideStream = 2 ** 31 - 2;

/** Those of one part: a fifth for testing, a tenth for validating, at least one for each. */
export function photographsOf<T>(photographs: readonly T[], part: PartName, seed: number): T[] {
  const count = photographs.length;
  if (count < 3) {
    throw new DataError({
      what: "There are too few photographs to put things on.",
      expected: "at least 3: to train, to validate and to test with others",
      received: String(count),
      fix: "Add photographs, or leave them out: then backgrounds are computed.",
    });
  }
  const order = [...new RandomStream(seed, divideStream).permutation(count)];
  const test = Math.max(1, Math.floor(count / 5));
  const validation = Math.max(1, Math.floor(count / 10));
  const ranges = {
    test: [0, test],
    validation: [test, test + validation],
    train: [test + validation, count],
  } as const;
  return order.slice(...ranges[part]).map((i) => photographs[i]);
}

/**
 * The photographs of one part, of those in a folder or in a list.
 *
 * @throws FormatError if there is no such folder, DataError if fewer than three can be used.
 */
export async function loadPhotographs(
  source: string | readonly Tensor<Uint8Array>[],
  size: readonly [number, number],
  part: PartName,
  seed: number,
): Promise<Photographs> {
  const kept = size.map((side) => Math.ceil(side * margin)) as [number, number];
  if (typeof source !== "string") {
    const pictures = photographsOf(source, part, seed).map((picture) =>
      resize(withChannels(picture, 3, [255, 255, 255]), { size: kept, mode: "cover" }),
    );
    return { pictures, fingerprint: fingerprintOf(pictures), skipped: [] };
  }
  const found = await walk(source);
  const files = found.files.filter(({ parts }) => hasPictureName(parts[parts.length - 1]));
  const skipped: SkippedFile[] = [];
  const sound: Tensor<Uint8Array>[] = [];
  const most = Math.max(3, Math.floor(memoryBudget / (kept[0] * kept[1] * 3)));
  // Of too many, those that lie evenly in the list.
  const step = Math.max(1, files.length / most);
  for (let i = 0; i < files.length; i += step) {
    const { path, read } = files[Math.floor(i)];
    try {
      const options = {
        size: kept,
        resize: "cover",
        channels: 3,
        draft: true,
        name: path,
      } as const;
      sound.push(await decodeImage(await read(), options));
    } catch (error) {
      if (error instanceof TargetError) throw error;
      skipped.push({ path, reason: reasonOf(error, path) });
    }
  }
  const pictures = photographsOf(sound, part, seed);
  return { pictures, fingerprint: fingerprintOf(pictures), skipped };
}

function fingerprintOf(pictures: readonly Tensor<Uint8Array>[]): string {
  const digests = pictures.map(({ data }) => platform.md5(data));
  return platform.md5(new TextEncoder().encode(digests.join("\n")));
}

/** A part of a random photograph, mirrored or not. */
export function cutBackground(
  photographs: readonly Tensor<Uint8Array>[],
  random: RandomStream,
  height: number,
  width: number,
): Background {
  const { data, shape } = photographs[random.below(photographs.length)];
  const top = random.below(shape[0] - height + 1);
  const left = random.below(shape[1] - width + 1);
  const isMirrored = random.uniform() < 0.5;
  const cut = new Uint8Array(height * width * 3);
  const sums = [0, 0, 0];
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const column = left + (isMirrored ? width - 1 - x : x);
      const from = 3 * ((top + y) * shape[1] + column);
      for (let c = 0; c < 3; c++) {
        cut[to + c] = data[from + c];
        sums[c] += data[from + c];
      }
    }
  }
  const [red, green, blue] = sums.map((sum) => sum / (height * width));
  return { image: { data: cut, shape: [height, width, 3] }, colors: [[red, green, blue]] };
}
