// The pictures that annotations are about: looked at once, kept decoded, and read upright. Knows no annotation.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import {
  type CheckedFile,
  checkFiles,
  type Decode,
  inTurn,
} from "../../data/image-folder/check.ts";
import { type FoundFile, reasonOf } from "../../data/image-folder/found-file.ts";
import { openCache } from "../../data/image-folder/pixel-cache.ts";
import { decodeImage } from "../../images/decode.ts";
import { imageHeader } from "../../images/header.ts";
import { orientationOf, uprightSize } from "../../images/orientation.ts";
import type { AnnotatedImagesOptions } from "./options.ts";
import type { PictureFrame, Size } from "./place-objects.ts";

/** Pictures by their numbers. */
export interface Pictures {
  /** How each is stored and read; undefined where it cannot be. */
  readonly frames: readonly (PictureFrame | undefined)[];
  readonly checked: readonly CheckedFile[];
  /** Why decoded pictures are not kept, where they are not. */
  readonly notKept: string | undefined;
  /** How pictures become pixels, in text. */
  readonly recipe: string;
  /** `[H, W, C]`, in the size of its frame. */
  read(row: number): Promise<Tensor<Uint8Array>>;
  close(): Promise<void>;
}

/** @throws TargetError where there is no decoder here. */
export async function preparePictures(
  files: readonly FoundFile[],
  root: string,
  options: AnnotatedImagesOptions,
): Promise<Pictures> {
  const { workers = platform.threads.count(), longestSide, onProgress } = options;
  const { channels = 3, background, maxPixels, timeout } = options;
  const settings = {
    channels,
    ...(background !== undefined && { background }),
    ...(maxPixels !== undefined && { maxPixels }),
    ...(timeout !== undefined && { timeout }),
  };
  const frames: (PictureFrame | undefined)[] = files.map(() => undefined);
  const rows = new Map(files.map(({ path }, row) => [path, row]));
  await inTurn(files.length, workers, async (row) => {
    frames[row] = await frameOf(files[row], longestSide).catch(() => undefined);
  });
  const bytesOf = ({ size }: PictureFrame) => size[0] * size[1] * channels;
  const rowBytes = frames.reduce((most, frame) => Math.max(most, frame ? bytesOf(frame) : 1), 1);
  const decodeAs = async (bytes: Uint8Array, name: string, frame: PictureFrame | undefined) => {
    const isShrunk = frame !== undefined && !isSame(frame.size, uprightOf(frame));
    const image = await decodeImage(bytes, {
      ...settings,
      ...(isShrunk && { size: frame.size }),
      name,
    });
    if (frame !== undefined && !isSame(image.shape, frame.size)) throw turnedOtherwise(name);
    return image;
  };
  const decode: Decode = async (bytes, name) =>
    (await decodeAs(bytes, name, frames[rows.get(name) ?? -1])).data;
  const recipe = JSON.stringify({ annotated: 1, ...settings, longestSide: longestSide ?? null });
  const { cache: kind = "auto", cacheFolder: folder } = options;
  const cache = await openCache({ kind, files, rowBytes, root, recipe, folder });
  const { store, known } = cache;
  try {
    const report = (done: number, total: number) => onProgress?.({ done, total });
    const checked = await checkFiles(files, { decode, store, known, workers, onProgress: report });
    return {
      frames,
      checked,
      notKept: await cache.keep(checked),
      recipe,
      async read(row) {
        const frame = frames[row];
        const { path, read } = files[row];
        if (frame === undefined) throw gone(path, "has never been readable");
        const target = new Uint8Array(bytesOf(frame));
        const shape = [...frame.size, channels];
        if (await store.read(row, target)) return { data: target, shape };
        try {
          const image = await decodeAs(await read(), path, frame);
          await store.write(row, image.data);
          return image;
        } catch (cause) {
          throw gone(path, reasonOf(cause, path), cause);
        }
      },
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

const isSame = (a: readonly number[], b: Size) => a[0] === b[0] && a[1] === b[1];
const uprightOf = ({ orientation, storedSize }: PictureFrame) =>
  uprightSize(orientation, storedSize);

/** How a picture is stored and read, by the first bytes of its file. */
async function frameOf(file: FoundFile, longestSide: number | undefined): Promise<PictureFrame> {
  const bytes = await file.read();
  const { format, height, width } = imageHeader(bytes, file.path);
  const orientation = orientationOf(bytes, format);
  const [rows, columns] = uprightSize(orientation, [height, width]);
  const scale = Math.min(1, (longestSide ?? Infinity) / Math.max(rows, columns));
  const size = [rows, columns].map((side) => Math.max(1, Math.round(side * scale)));
  return { storedSize: [height, width], orientation, size: [size[0], size[1]] };
}

function turnedOtherwise(name: string): DataError {
  return new DataError({
    what: `${name} is turned or cut by other means than EXIF's orientation.`,
    expected: "a picture of the size that its header states",
    fix: "Save it again as JPEG or PNG.",
  });
}

function gone(path: string, why: string, cause?: unknown): DataError {
  return new DataError({
    what: `${path} can no longer be read: it ${why}.`,
    expected: "the picture that was there when training began",
    fix: "Restore the file, or begin anew without it.",
    cause,
  });
}
