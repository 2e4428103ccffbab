// A folder with the four IDX files of MNIST and its kin: finds them, reads them, joins images with
// labels. Knows no order of search and no network.

import { platform } from "#platform";
import { FormatError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { checkExamples, type Examples } from "../examples.ts";
import { decodeIdx } from "../idx.ts";
import { isPublished, type PublishedFile, readBytes, sizeAt } from "../published-file.ts";

/** The four files, by what they hold. */
export interface IdxFiles {
  readonly trainImages: PublishedFile;
  readonly trainLabels: PublishedFile;
  readonly testImages: PublishedFile;
  readonly testLabels: PublishedFile;
}

/** What the files of a dataset hold. */
export interface IdxContent {
  readonly files: IdxFiles;
  /** `[H, W]`; any size will do where none is given. */
  readonly imageSize?: readonly [number, number];
  /** Labels must be among these classes, where they are given. */
  readonly classNames?: readonly string[];
}

export interface TrainAndTest {
  readonly train: Examples;
  readonly test: Examples;
}

/** Only the published files, byte for byte, or any that fit. */
export type Accept = "published" | "any";

/** No image file of this kind comes near; a file beyond it is not read into memory. */
const maxFileBytes = 2 ** 30;

/** The names under which `file` is found in the wild: packed or not, `-idx3` or `.idx3`. */
export function namesOf(file: PublishedFile): string[] {
  const plain = file.name.replace(/\.gz$/, "");
  const dotted = plain.replace(/-(idx\d)/, ".$1");
  return [file.name, plain, dotted, `${dotted}.gz`];
}

/** The published names of the files that `folder` lacks. */
export async function missingIn(
  folder: string,
  files: IdxFiles,
  accept: Accept = "any",
): Promise<string[]> {
  const all: PublishedFile[] = Object.values(files);
  const found = await Promise.all(all.map((file) => pathOf(folder, file, accept)));
  return all.filter((_, i) => found[i] === undefined).map((file) => file.name);
}

/**
 * Reads the four files in `folder`: images `[N, H, W, 1]` in u8, labels `[N]` in u8. Where only
 * `"published"` files are accepted, they are so byte for byte.
 *
 * @throws FormatError where a file is absent, damaged or not what it should be.
 * @throws DataError where images and labels do not belong together.
 */
export async function readIdxFolder(
  folder: string,
  { files, imageSize, classNames }: IdxContent,
  accept: Accept = "any",
): Promise<TrainAndTest> {
  const read = async (images: PublishedFile, labels: PublishedFile, set: string) => {
    const x = await readImages(folder, images, imageSize, accept);
    const y = await readLabels(folder, labels, accept);
    const examples = { x, y, ...(classNames && { classNames }) };
    checkExamples(examples, `The ${set} set in ${folder}`);
    return examples;
  };
  return {
    train: await read(files.trainImages, files.trainLabels, "training"),
    test: await read(files.testImages, files.testLabels, "test"),
  };
}

async function pathOf(folder: string, file: PublishedFile, accept: Accept) {
  for (const name of accept === "published" ? [file.name] : namesOf(file)) {
    const path = platform.paths.join(folder, name);
    if ((await sizeAt(path)) !== undefined) return path;
  }
  return undefined;
}

async function readImages(
  folder: string,
  file: PublishedFile,
  imageSize: readonly [number, number] | undefined,
  accept: Accept,
): Promise<Tensor<Uint8Array>> {
  const { path, values } = await readTensor(folder, file, accept);
  const { data, shape } = values;
  const [height, width] = imageSize ?? shape.slice(1);
  const fits = shape.length === 3 && shape[1] === height && shape[2] === width;
  if (!fits || !(data instanceof Uint8Array)) {
    const size = imageSize === undefined ? "H, W" : imageSize.join(", ");
    throw unexpected(path, `u8 images of the shape [N, ${size}]`, values);
  }
  return tensor(data, [shape[0], height, width, 1]);
}

async function readLabels(
  folder: string,
  file: PublishedFile,
  accept: Accept,
): Promise<Tensor<Uint8Array>> {
  const { path, values } = await readTensor(folder, file, accept);
  const { data, shape } = values;
  if (shape.length !== 1 || !(data instanceof Uint8Array)) {
    throw unexpected(path, "u8 labels of the shape [N]", values);
  }
  return { data, shape };
}

function unexpected(path: string, expected: string, { data, shape }: Tensor): FormatError {
  return new FormatError({
    what: `${path} does not hold what its name says.`,
    expected,
    received: `${formatShape(shape)} in a ${data.constructor.name}`,
    fix: "Check that the files were not mixed up.",
  });
}

async function readTensor(folder: string, file: PublishedFile, accept: Accept) {
  const path = await pathOf(folder, file, accept);
  if (path === undefined) {
    throw new FormatError({
      what: `${file.name} is missing in ${folder}.`,
      expected: `a file called ${namesOf(file).join(" or ")}`,
      fix: "Put the dataset's four files into this folder, or choose another source.",
    });
  }
  const size = (await sizeAt(path)) ?? 0;
  const limit = accept === "published" ? file.bytes : maxFileBytes;
  if (size > limit) throw damaged(path, `at most ${limit} bytes`, `${size} bytes`);
  const bytes = await readWhole(path);
  if (accept === "published" && !isPublished(file, bytes)) {
    const expected = `the published file: ${file.bytes} bytes with the MD5 ${file.md5}`;
    throw damaged(path, expected, size === file.bytes ? "another MD5" : `${size} bytes`);
  }
  return { path, values: decodeIdx(bytes, path) };
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (cause) {
    throw new FormatError({
      what: `${path} cannot be read.`,
      received: (cause as Error).message,
      fix: "Check who may read the file.",
      cause,
    });
  }
}

function damaged(path: string, expected: string, received: string): FormatError {
  const fix = "Replace it by a fresh copy; in Fovea's cache, delete it and load again.";
  return new FormatError({ what: `${path} is damaged.`, expected, received, fix });
}
