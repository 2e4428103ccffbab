// CIFAR-10: 60,000 colour pictures of animals and vehicles in 10 classes. No sample ships with Fovea: the
// pictures state no licence. Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
// 2009, https://www.cs.toronto.edu/~kriz/cifar.html

import { platform } from "#platform";
import { ConfigError, FormatError } from "../../core/errors.ts";
import { type CifarBatch, decodeCifarBatches } from "../cifar-batch.ts";
import { download } from "../download.ts";
import { countExamples, type Examples } from "../examples.ts";
import { gunzip } from "../gzip.ts";
import { isPublished, type PublishedFile, readBytes, sizeAt } from "../published-file.ts";
import { readTar } from "../tar.ts";
import type { Dataset, LoadedDataset, LoadOptions } from "./dataset.ts";

/** Size and MD5 as the author published them. */
const archive: PublishedFile = {
  name: "cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  md5: "c32a1d4ab5d03f1284b67883e8d87530",
};
const mirrors = ["https://www.cs.toronto.edu/~kriz/"];
/** The archive's six batches and what little lies beside them. */
const unpackedBytes = 200_000_000;
/** A batch of 10,000 records, and room for larger ones of one's own. */
const largestBatch = 2 ** 30;

/** The folder inside the archive, which people unpack as it is. */
const innerFolder = "cifar-10-batches-bin";
const trainFiles = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
const testFiles = ["test_batch.bin"];

const classNames = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * CIFAR-10: images `[50000, 32, 32, 3]` for training and `[10000, 32, 32, 3]` for testing, u8, and labels
 * `[N]` from 0 to 9. From Fovea's cache, else a download of 170 MB; or from a folder with
 * `data_batch_1.bin` to `data_batch_5.bin` (as many as there are) and `test_batch.bin`.
 *
 * @throws ConfigError where the source is one that this data set has not.
 * @throws FormatError where a file is absent or damaged, DownloadError where no server has it.
 * @example const { train, test } = await cifar10.load({ source: { folder: "cifar-10-batches-bin" } });
 */
export const cifar10: Dataset = {
  name: "cifar10",
  load: loadCifar10,
};

async function loadCifar10(options: LoadOptions = {}): Promise<LoadedDataset> {
  const { source = "auto" } = options;
  if (typeof source === "object") return loadFolder(source.folder);
  if (!["auto", "cache", "download"].includes(source)) {
    throw new ConfigError({
      what: `The dataset cifar10 has no source "${source}".`,
      expected: '"auto", "cache", "download" or { folder: "a path" }',
      received: `"${source}"`,
      fix: 'Load it with the source "auto".',
    });
  }
  const folder = platform.paths.join(
    options.cacheFolder ?? platform.files.cacheFolder(),
    "datasets",
    "cifar10",
  );
  const path = platform.paths.join(folder, archive.name);
  const isThere = (await sizeAt(path)) === archive.bytes;
  if (isThere && source !== "download") return loadArchive(path, `Fovea's cache in ${folder}`);
  if (source === "cache") {
    throw new FormatError({
      what: "The dataset cifar10 is not in Fovea's cache.",
      expected: `${archive.name} in ${folder}`,
      fix: 'Load it with the source "auto" or "download".',
    });
  }
  const url = await download(archive, mirrors, path, {
    ...(options.fetch && { fetch: options.fetch }),
    onBytes: (receivedBytes) =>
      options.onProgress?.({ file: archive.name, receivedBytes, totalBytes: archive.bytes }),
  });
  const from = url === undefined ? "Fovea's cache" : `downloaded from ${new URL(".", url).href}`;
  return loadArchive(path, `${from} in ${folder}`);
}

async function loadArchive(path: string, source: string): Promise<LoadedDataset> {
  const bytes = await readBytes(path);
  if (!isPublished(archive, bytes)) {
    throw new FormatError({
      what: `${path} is damaged.`,
      expected: `the published file: ${archive.bytes} bytes with the MD5 ${archive.md5}`,
      received: "another one",
      fix: "Delete it and load again.",
    });
  }
  const files = readTar(gunzip(bytes, path, unpackedBytes), path);
  return loaded(source, (name) => {
    const content = files.get(`${innerFolder}/${name}`);
    return content && { name: `${name} in ${path}`, bytes: content };
  });
}

async function loadFolder(folder: string): Promise<LoadedDataset> {
  const inner = platform.paths.join(folder, innerFolder);
  const isPacked = (await sizeAt(platform.paths.join(inner, testFiles[0]))) !== undefined;
  const place = isPacked ? inner : folder;
  const batches = new Map<string, CifarBatch>();
  for (const file of [...trainFiles, ...testFiles]) {
    const name = platform.paths.join(place, file);
    const size = await sizeAt(name);
    if (size === undefined || size > largestBatch) continue;
    batches.set(file, { name, bytes: await readBytes(name) });
  }
  return loaded(place, (name) => batches.get(name));
}

/** The data set from its files; of those for training, the ones that are there. */
function loaded(place: string, batchOf: (file: string) => CifarBatch | undefined): LoadedDataset {
  const read = (files: readonly string[]): Examples => {
    const batches = files.map(batchOf).filter((batch) => batch !== undefined);
    if (batches.length > 0) return decodeCifarBatches(batches, classNames);
    throw new FormatError({
      what: `${files[0]} is missing in ${place}.`,
      expected: "data_batch_1.bin to data_batch_5.bin and test_batch.bin",
      received: "none of that name",
      fix: `Unpack ${archive.name} from ${mirrors[0]} there, or choose another source.`,
    });
  };
  const [train, test] = [read(trainFiles), read(testFiles)];
  const [training, testing] = [train, test].map((set) =>
    countExamples(set).toLocaleString("en-US"),
  );
  const source = `${place}: ${training} training and ${testing} test images`;
  return { name: cifar10.name, source, train, test };
}
