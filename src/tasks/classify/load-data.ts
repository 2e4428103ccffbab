// From a name or a path to examples of one class each: a data set that Fovea knows, a folder of your own, or a file. How
// data is found and read is the business of data/.

import { platform } from "#platform";
import { ConfigError, FormatError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import { formatShape } from "../../core/shape.ts";
import { knownName, load, names } from "../../data/datasets/index.ts";
import type { ExampleSet } from "../../data/example-set.ts";
import { checkExamples } from "../../data/examples.ts";
import { closestTo, readWholeFile } from "../../platform/files.ts";
import { formatCount } from "../../report/numbers.ts";
import type { DataChoice } from "../recipe.ts";
import type { LoadListener } from "../task.ts";
import { holdsPictures, type LoadedData, loadPictures, type PictureChoice } from "./pictures.ts";

/**
 * Loads a dataset by name, or the folder of that path; `pictures` says what becomes of those of one.
 *
 * @throws ConfigError where there is no such name and no such folder, FoveaError as the loaders do.
 */
export async function loadData(
  { data, source }: DataChoice,
  listener: LoadListener,
  pictures?: PictureChoice,
): Promise<LoadedData> {
  if (!(await isPath(data))) {
    requireName(data);
    const { onDownload } = listener;
    return load(data, {
      source,
      // Who loads says where data came from.
      onWarning: () => {},
      ...(onDownload && { onProgress: onDownload }),
    });
  }
  if ((await platform.files.status(data)) === undefined) {
    throw new FormatError({
      what: `The folder ${data} cannot be read.`,
      expected: "a folder of pictures, or one with the four IDX files of a dataset",
      received: "no file or folder of that name",
      fix: "check the path",
      ...(await closestTo(data)),
    });
  }
  if (pictures !== undefined && (await holdsPictures(data))) {
    return loadPictures(data, pictures, listener);
  }
  const { loadFolder } = await import("../../data/datasets/folder.ts");
  return loadFolder(data);
}

/** @throws ConfigError unless there is a dataset of that name. */
function requireName(data: string): void {
  if (knownName(data) !== undefined) return;
  throw new ConfigError({
    what: `There is neither a dataset nor a folder called "${data}".`,
    expected: `${names.join(", ")}, or the path of a folder`,
    received: data,
    ...suggestion(names, data),
  });
}

/** Images to predict. */
export interface LoadedImages {
  /** With zeros for labels where there are none. */
  readonly images: ExampleSet;
  readonly isLabelled: boolean;
  /** One line: where they came from. */
  readonly source: string;
  /** What gives back the pictures of a folder. */
  readonly close?: () => Promise<void>;
}

/**
 * The test images of a dataset or folder, or those of an IDX file; of a folder without test images those that were held
 * out, else all. @throws FoveaError as the loaders do.
 */
export async function loadImages(
  choice: DataChoice,
  listener: LoadListener,
  pictures?: PictureChoice,
): Promise<LoadedImages> {
  const isFile = (await platform.files.status(choice.data))?.kind === "file";
  if (isFile && !(await holdsPictures(choice.data))) return readImageFile(choice.data);
  const { test, validation, train, source, folder } = await loadData(choice, listener, pictures);
  const images = test ?? validation ?? train;
  return { images, isLabelled: true, source, ...(folder && { close: folder.close }) };
}

async function readImageFile(path: string): Promise<LoadedImages> {
  const { decodeIdx } = await import("../../data/idx.ts");
  const { data, shape } = await decodeIdx(await readWholeFile(path), path);
  if (shape.length !== 3 || !(data instanceof Uint8Array)) {
    throw new FormatError({
      what: `${path} does not hold images.`,
      expected: "u8 images [N, H, W]",
      received: `${formatShape(shape)} in a ${data.constructor.name}`,
      fix: "use a file such as t10k-images-idx3-ubyte.gz",
    });
  }
  const images = {
    x: { data, shape: [...shape, 1] },
    y: { data: new Uint8Array(shape[0]), shape: [shape[0]] },
  };
  checkExamples(images, path);
  return { images, isLabelled: false, source: `${path}: ${formatCount(shape[0])} images` };
}

/** Names win over folders that are called the same; `./mnist` is always a folder. */
async function isPath(data: string): Promise<boolean> {
  if (knownName(data) !== undefined) return false;
  if (/[\\/]/.test(data)) return true;
  return (await platform.files.status(data)) !== undefined;
}
