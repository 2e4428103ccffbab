// The four IDX files of MNIST and its kin: finds them in a folder or an archive, reads them, joins
// images with labels. Knows no order of search and no network.

import { FormatError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { checkExamples } from "../examples.ts";
import { type FileSet, findPublished, folderFiles, type NamedBytes } from "../file-set.ts";
import { decodeIdx } from "../idx.ts";
import type { PublishedFile } from "../published-file.ts";
import type { TrainAndTest } from "./dataset.ts";
import type { Accept } from "./published-dataset.ts";

/** A file that is known by its name alone. */
export type NamedFile = Pick<PublishedFile, "name">;

/** The four files, by what they hold. */
export interface IdxFiles<F extends NamedFile = PublishedFile> {
  readonly trainImages: F;
  readonly trainLabels: F;
  readonly testImages: F;
  readonly testLabels: F;
}

/** What the files of a dataset hold. */
export interface IdxContent<F extends NamedFile = PublishedFile> {
  readonly files: IdxFiles<F>;
  /** `[H, W]`; any size will do where none is given. */
  readonly imageSize?: readonly [number, number];
  /** Labels must be among these classes, where they are given. */
  readonly classNames?: readonly string[];
}

/** No image file of this kind comes near; a file beyond it is not read into memory. */
const maxFileBytes = 2 ** 30;

/** The names under which `file` is found in the wild: packed or not, `-idx3` or `.idx3`. */
export function namesOf(file: NamedFile): string[] {
  const plain = file.name.replace(/\.gz$/, "");
  const dotted = plain.replace(/-(idx\d)/, ".$1");
  return [file.name, plain, dotted, `${dotted}.gz`];
}

/** The published names of those of the four that are missing. */
export async function missingIn(
  set: FileSet,
  files: IdxFiles<NamedFile>,
  accept: Accept = "any",
): Promise<string[]> {
  const all: NamedFile[] = Object.values(files);
  const isThere = async (file: NamedFile) => {
    const names = accept === "published" ? [file.name] : namesOf(file);
    return (await Promise.all(names.map((name) => set.has(name)))).includes(true);
  };
  const found = await Promise.all(all.map(isThere));
  return all.filter((_, i) => !found[i]).map((file) => file.name);
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
  content: IdxContent,
  accept: Accept = "any",
): Promise<TrainAndTest> {
  const set = folderFiles(folder);
  const find = accept === "published" ? findPublished : findByAnyName;
  return readIdxFiles(folder, content, (file) => find(set, file));
}

/** The file under the first of its names; undefined where there is none. */
export async function findByAnyName(
  set: FileSet,
  file: NamedFile,
): Promise<NamedBytes | undefined> {
  for (const name of namesOf(file)) {
    const found = await set.find(name, maxFileBytes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same of files that `find` finds; `place` is what errors call all of them. */
export async function readIdxFiles<F extends NamedFile>(
  place: string,
  { files, imageSize, classNames }: IdxContent<F>,
  find: (file: F) => Promise<NamedBytes | undefined>,
): Promise<TrainAndTest> {
  const decode = async (file: F) => {
    const found = await find(file);
    if (found === undefined) throw missing(place, file);
    return { path: found.name, values: await decodeIdx(found.bytes, found.name) };
  };
  const read = async (images: F, labels: F, part: string) => {
    const x = imagesIn(await decode(images), imageSize);
    const y = labelsIn(await decode(labels));
    const examples = { x, y, ...(classNames && { classNames }) };
    checkExamples(examples, `The ${part} set in ${place}`);
    return examples;
  };
  return {
    train: await read(files.trainImages, files.trainLabels, "training"),
    test: await read(files.testImages, files.testLabels, "test"),
  };
}

/** A file's content, and what errors call it. */
interface Decoded {
  readonly path: string;
  readonly values: Tensor;
}

function imagesIn(
  { path, values }: Decoded,
  imageSize: readonly [number, number] | undefined,
): Tensor<Uint8Array> {
  const { data, shape } = values;
  const [height, width] = imageSize ?? shape.slice(1);
  const fits = shape.length === 3 && shape[1] === height && shape[2] === width;
  if (!fits || !(data instanceof Uint8Array)) {
    const size = imageSize === undefined ? "H, W" : imageSize.join(", ");
    throw unexpected(path, `u8 images of the shape [N, ${size}]`, values);
  }
  return tensor(data, [shape[0], height, width, 1]);
}

function labelsIn({ path, values }: Decoded): Tensor<Uint8Array> {
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

function missing(place: string, file: NamedFile): FormatError {
  return new FormatError({
    what: `${file.name} is missing in ${place}.`,
    expected: `a file called ${namesOf(file).join(" or ")}`,
    fix: "Put the dataset's four files into this folder, or choose another source.",
  });
}
