// Loads a published dataset from the first place that has it: Fovea's cache, a system package, the
// network, a sample. Says in one line which place it was and what it passed over. A dataset is a
// record here: what its files hold is its own business.

import { platform } from "#platform";
import { distance } from "../../core/distance.ts";
import { ConfigError, FormatError, FoveaError } from "../../core/errors.ts";
import { printWarning } from "../../platform/print-warning.ts";
import { DownloadError, download } from "../download.ts";
import { countExamples } from "../examples.ts";
import { type PublishedFile, sizeAt } from "../published-file.ts";
import {
  type Dataset,
  type DatasetFacts,
  type DatasetSource,
  type LoadedDataset,
  type LoadOptions,
  madeOptions,
  type TrainAndTest,
} from "./dataset.ts";

/** Only the published files, byte for byte, or any that fit. */
export type Accept = "published" | "any";

/** All that tells one published dataset from another. */
export interface PublishedDataset {
  readonly name: string;
  readonly about: DatasetFacts;
  readonly files: readonly PublishedFile[];
  /** Folder URLs that end in `/`, in the order in which they are asked. */
  readonly mirrors: readonly string[];
  /** The folder in the cache, where several datasets share their files. Default: the name. */
  readonly cacheName?: string;
  /** The system package that has the files, and where it installs them. */
  readonly system?: { readonly package: string; readonly folder: string };
  /** Where the sample lies that ships with Fovea. */
  readonly sampleFolder?: string | undefined;
  /** Whether a folder has files by the names that `read` looks for. */
  isIn(folder: string, accept: Accept): Promise<boolean>;
  /** @throws FoveaError where a file is absent, damaged or not what it should be. */
  read(folder: string, accept: Accept): Promise<TrainAndTest>;
}

/** A place that may have the dataset. */
type Place = Exclude<Extract<DatasetSource, string>, "auto">;

/** The examples, and the words around their number in the line that says where they came from. */
interface Found extends TrainAndTest {
  readonly before: string;
  readonly after?: string;
}

type Search = (dataset: PublishedDataset, options: LoadOptions) => Promise<Found | undefined>;

/** The places of a dataset, in the order in which `"auto"` asks them. */
const searches = {
  cache: searchCache,
  system: searchSystem,
  download: searchNetwork,
  sample: searchSample,
} as const satisfies Record<Place, Search>;

/** The dataset that a record describes. */
export function publishedDataset(record: PublishedDataset): Dataset {
  const { name, about, files, mirrors } = record;
  return {
    name,
    about,
    downloadBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    addresses: files.map((file) => new URL(file.name, mirrors[0]).href),
    load: (options) => loadPublished(record, options),
    place: (options) => placeOf(record, options),
  };
}

/**
 * Loads `dataset` from the place that `options.source` names, or from the first that has it.
 *
 * @returns training and test images `[N, H, W, C]` in u8, labels `[N]` in u8, and the source line.
 * @throws ConfigError where the source is unknown, or not one that this dataset has.
 * @throws FormatError where a file is absent or damaged, or no place has the dataset.
 * @throws DataError where images and labels do not belong together.
 * @throws DownloadError where the source is `"download"` and no server has the files.
 */
export async function loadPublished(
  dataset: PublishedDataset,
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  refuseMadeOptions(dataset.name, options);
  const source = checkSource(options.source ?? "auto");
  if (source === "auto") return searchAll(dataset, options);
  if (typeof source === "object") {
    const sets = await dataset.read(source.folder, "any");
    return loaded(dataset, { ...sets, before: source.folder }, []);
  }
  const found = await searches[source](dataset, options).catch((error: unknown) => {
    throw error instanceof DownloadError ? byHand(error, dataset, options) : error;
  });
  if (found === undefined) throw notThere(dataset, source, options);
  return loaded(dataset, found, []);
}

/** A failed download, and what to do where there is no network. */
function byHand(error: DownloadError, dataset: PublishedDataset, options: LoadOptions) {
  const { fix, ...facts } = error.facts;
  const put = toPut(dataset, folderOf(dataset, options));
  return new DownloadError(
    { ...facts, fix: fix === undefined ? put : `${fix} ${put}`, cause: error },
    error.unreachable,
  );
}

/** @throws ConfigError where an option is for datasets that are made. */
function refuseMadeOptions(name: string, options: LoadOptions): void {
  const given = madeOptions.find((option) => options[option] !== undefined);
  if (given === undefined) return;
  throw new ConfigError({
    what: `The dataset ${name} has no option "${given}": its images are as they are published.`,
    expected: `"red-blue" for images with a ${given} of your choice`,
    received: `${given}: ${JSON.stringify(options[given])}`,
  });
}

/**
 * Where all of a dataset lies on this computer, by the names of its files; undefined where it does
 * not.
 */
async function placeOf(
  dataset: PublishedDataset,
  options: Pick<LoadOptions, "cacheFolder"> = {},
): Promise<string | undefined> {
  const folder = folderOf(dataset, options);
  const sizes = await Promise.all(
    dataset.files.map((file) => sizeAt(platform.paths.join(folder, file.name))),
  );
  if (dataset.files.every(({ bytes }, i) => sizes[i] === bytes)) return folder;
  const { system } = dataset;
  if (system !== undefined && (await dataset.isIn(system.folder, "any"))) return system.folder;
  return undefined;
}

async function searchAll(dataset: PublishedDataset, options: LoadOptions): Promise<LoadedDataset> {
  const passedOver: string[] = [];
  for (const [place, search] of Object.entries<Search>(searches)) {
    try {
      const found = await search(dataset, options);
      if (found === undefined) continue;
      if (place === "sample") warnOfSample(dataset, summaryOf(found, passedOver), options);
      return loaded(dataset, found, passedOver);
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      passedOver.push(remark(error));
    }
  }
  const folder = folderOf(dataset, options);
  throw new FormatError({
    what: `The dataset ${dataset.name} was not found in any place.`,
    expected: `${namesOf(dataset)} in ${folder}, or a network to fetch from`,
    received: passedOver.join("; ") || "nothing",
    fix: toPut(dataset, folder),
  });
}

/** What to do by hand where there is no network. */
function toPut({ files, mirrors, name }: PublishedDataset, folder: string): string {
  const addresses = files.map((file) => new URL(file.name, mirrors[0]).href);
  return (
    `On a computer with a network download ${addresses.join(", ")}; put ` +
    `${files.length === 1 ? "the file" : "the files"} into ${folder}, or into a folder of your own: ` +
    `load("${name}", { source: { folder } }).`
  );
}

const namesOf = ({ files }: PublishedDataset) => files.map((file) => file.name).join(", ");

/** Says that the sample is not what was asked for; who asks for the sample knows. */
function warnOfSample(
  { name }: PublishedDataset,
  summary: string,
  { onWarning = printWarning }: LoadOptions,
): void {
  onWarning(
    `The dataset ${name} was not found, so its smaller sample is used: ${summary}. ` +
      'For all of it use source: "download"; for the sample without this warning, source: "sample".',
  );
}

/** Why a place was passed over, in a few words. */
function remark(error: FoveaError): string {
  if (error instanceof DownloadError && error.unreachable) return "no network";
  const what = error.facts.what.replace(/\.$/, "");
  return error instanceof DownloadError ? what : `passed over: ${what}`;
}

function loaded(
  { name }: PublishedDataset,
  found: Found,
  remarks: readonly string[],
): LoadedDataset {
  const { train, test, before } = found;
  return { name, source: `${before}: ${summaryOf(found, remarks)}`, train, test };
}

/** How many examples there are, where, and what was passed over. */
function summaryOf({ train, test, after = "" }: Found, remarks: readonly string[]): string {
  const [training, testing] = [train, test].map((set) =>
    countExamples(set).toLocaleString("en-US"),
  );
  const remarked = remarks.length === 0 ? "" : ` (${remarks.join("; ")})`;
  return `${training} training and ${testing} test images${after}${remarked}`;
}

async function searchCache(
  dataset: PublishedDataset,
  options: LoadOptions,
): Promise<Found | undefined> {
  const folder = folderOf(dataset, options);
  if (!(await dataset.isIn(folder, "published"))) return undefined;
  const sets = await dataset.read(folder, "published");
  return { ...sets, before: "Fovea's cache", after: ` in ${folder}` };
}

async function searchSystem(dataset: PublishedDataset): Promise<Found | undefined> {
  if (dataset.system === undefined) return undefined;
  const { folder, package: name } = dataset.system;
  if (!(await dataset.isIn(folder, "any"))) return undefined;
  const sets = await dataset.read(folder, "any");
  return { ...sets, before: `system package ${name}`, after: ` in ${folder}` };
}

async function searchNetwork(dataset: PublishedDataset, options: LoadOptions): Promise<Found> {
  const folder = folderOf(dataset, options);
  const { files, mirrors } = dataset;
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let before: string | undefined;
  let finished = 0;
  for (const file of files) {
    const url = await download(file, mirrors, platform.paths.join(folder, file.name), {
      ...(options.fetch && { fetch: options.fetch }),
      onBytes: (bytes) =>
        options.onProgress?.({ file: file.name, receivedBytes: finished + bytes, totalBytes }),
    });
    if (url !== undefined) before = `downloaded from ${new URL(".", url).href}`;
    finished += file.bytes;
  }
  const sets = await dataset.read(folder, "published");
  return { ...sets, before: before ?? "Fovea's cache", after: ` in ${folder}` };
}

async function searchSample(dataset: PublishedDataset): Promise<Found | undefined> {
  if (dataset.sampleFolder === undefined) return undefined;
  const sets = await dataset.read(dataset.sampleFolder, "any");
  return { ...sets, before: "sample shipped with Fovea" };
}

function folderOf(
  { cacheName, name }: PublishedDataset,
  { cacheFolder = platform.files.cacheFolder() }: Pick<LoadOptions, "cacheFolder">,
): string {
  return platform.paths.join(cacheFolder, "datasets", cacheName ?? name);
}

function checkSource(source: DatasetSource): DatasetSource {
  const known = ["auto", ...Object.keys(searches)];
  if (typeof source === "object" && typeof source?.folder === "string" && source.folder !== "") {
    return source;
  }
  if (typeof source === "string" && known.includes(source)) return source;
  throw new ConfigError({
    what: "The dataset's source is not one that Fovea knows.",
    expected: `${known.map((name) => `"${name}"`).join(", ")} or { folder: "a path" }`,
    received: JSON.stringify(source),
    ...(typeof source === "string" && { fix: `Did you mean "${closestTo(source, known)}"?` }),
  });
}

function notThere(dataset: PublishedDataset, place: Place, options: LoadOptions): FoveaError {
  const { name, system } = dataset;
  if (place === "cache") {
    return new FormatError({
      what: `The dataset ${name} is not in Fovea's cache.`,
      expected: `${namesOf(dataset)} in ${folderOf(dataset, options)}`,
      fix: 'Load it with the source "auto" or "download".',
    });
  }
  if (place === "system" && system !== undefined) {
    return new FormatError({
      what: `The system package ${system.package} is not installed.`,
      expected: `the files of ${name} in ${system.folder}`,
      fix: `Install ${system.package}, or load with the source "auto".`,
    });
  }
  return new ConfigError({
    what: `The dataset ${name} has no source "${place}".`,
    expected: "another source",
    fix: 'Load it with the source "auto".',
  });
}

function closestTo(typed: string, known: readonly string[]): string {
  return known.toSorted((a, b) => distance(typed, a) - distance(typed, b))[0];
}
