// From --data and --source to examples: a dataset that Fovea knows, or a folder of your own. How data is found
// and read is the business of data/.

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError, FormatError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { formatShape } from "../core/shape.ts";
import type { DownloadProgress } from "../data/datasets/dataset.ts";
import { knownName, load, names } from "../data/datasets/index.ts";
import type { ExampleSet } from "../data/example-set.ts";
import { checkExamples } from "../data/examples.ts";
import { closestTo, readWholeFile } from "../platform/files.ts";
import { exists } from "./model-file.ts";
import { type Output, standardError } from "./output.ts";
import { holdsPictures, type LoadedData, loadPictures, type PictureChoice } from "./pictures.ts";

export interface DataChoice {
  readonly data: string;
  readonly source: "auto" | "cache" | "system" | "download" | "sample";
}

/**
 * Loads a dataset by name, or the folder of that path; `pictures` says what becomes of those of one.
 *
 * @throws ConfigError where there is no such name and no such folder, FoveaError as the loaders do.
 */
export async function loadData(
  choice: DataChoice,
  output: Output,
  pictures?: PictureChoice,
): Promise<LoadedData> {
  const { data, source } = choice;
  if (!(await isPath(data))) {
    requireName(data);
    const showProgress = output.chatty && process.stderr.isTTY === true;
    return load(data, {
      source,
      // Commands print where data came from themselves.
      onWarning: () => {},
      ...(showProgress && { onProgress: showDownload }),
    });
  }
  if (!(await exists(data))) {
    throw new FormatError({
      what: `The folder ${data} cannot be read.`,
      expected: "a folder of pictures, or one with the four IDX files of a dataset",
      received: "no file or folder of that name",
      fix: "check the path",
      ...(await closestTo(data)),
    });
  }
  if (pictures !== undefined && (await holdsPictures(data))) {
    return loadPictures(data, pictures, output);
  }
  const { loadFolder } = await import("../data/datasets/folder.ts");
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
}

/**
 * The test images of a dataset or folder, or those of an IDX file; of a folder without test images those that were held
 * out, else all. @throws FoveaError as the loaders do.
 */
export async function loadImages(
  choice: DataChoice,
  output: Output,
  pictures?: PictureChoice,
): Promise<LoadedImages> {
  const isFile = (await stat(choice.data).catch(() => undefined))?.isFile();
  if (isFile && !(await holdsPictures(choice.data))) return readImageFile(choice.data);
  const { test, validation, train, source } = await loadData(choice, output, pictures);
  return { images: test ?? validation ?? train, isLabelled: true, source };
}

async function readImageFile(path: string): Promise<LoadedImages> {
  const { decodeIdx } = await import("../data/idx.ts");
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
  const count = shape[0].toLocaleString("en-US");
  return { images, isLabelled: false, source: `${path}: ${count} images` };
}

/** Names win over folders that are called the same; `./mnist` is always a folder. */
async function isPath(data: string): Promise<boolean> {
  if (knownName(data) !== undefined) return false;
  if (/[\\/]/.test(data)) return true;
  return (await stat(data).catch(() => undefined)) !== undefined;
}

/** The choice as it reads from any folder: a path in full, or a dataset's name. */
export function absoluteData(data: string): string {
  return knownName(data) ?? resolve(data);
}

/** Draws the progress of a download over one line of the terminal. */
export function showDownload({ file, receivedBytes, totalBytes }: DownloadProgress): void {
  if (!standardError.canRedraw) return;
  const [received, total] = [receivedBytes, totalBytes].map((bytes) => (bytes / 1e6).toFixed(1));
  const end = receivedBytes >= totalBytes ? "\n" : "";
  standardError.write(`\rDownloading ${file}: ${received} of ${total} MB\x1b[K${end}`);
}
