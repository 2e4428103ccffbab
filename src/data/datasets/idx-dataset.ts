// Loads a dataset of four IDX files from the first place that has it: Fovea's cache, a system package,
// the network, a sample. Says in one line which place it was and what it passed over. A dataset is a
// record here, its own file knows the details.

import { platform } from "#platform";
import { distance } from "../../core/distance.ts";
import { ConfigError, FormatError, FoveaError } from "../../core/errors.ts";
import { printWarning } from "../../platform/print-warning.ts";
import { DownloadError, download } from "../download.ts";
import { countExamples } from "../examples.ts";
import type { DatasetSource, LoadedDataset, LoadOptions } from "./dataset.ts";
import { type IdxContent, missingIn, readIdxFolder, type TrainAndTest } from "./idx-folder.ts";

/** All that tells one dataset of this kind from another. */
export interface IdxDataset extends IdxContent {
  readonly name: string;
  /** Folder URLs that end in `/`, in the order in which they are asked. */
  readonly mirrors: readonly string[];
  /** The system package that has the files, and where it installs them. */
  readonly system?: { readonly package: string; readonly folder: string };
  /** Where the sample lies that ships with Fovea. */
  readonly sampleFolder?: string | undefined;
}

/** A place that may have the dataset. */
type Place = Extract<DatasetSource, string>;

/** The examples, and the words around their number in the line that says where they came from. */
interface Found extends TrainAndTest {
  readonly before: string;
  readonly after?: string;
}

type Search = (dataset: IdxDataset, options: LoadOptions) => Promise<Found | undefined>;

/** The places of a dataset, in the order in which `"auto"` asks them. */
const searches = {
  cache: searchCache,
  system: searchSystem,
  download: searchNetwork,
  sample: searchSample,
} as const satisfies Record<Exclude<Place, "auto">, Search>;

/**
 * Loads `dataset` from the place that `options.source` names, or from the first that has it.
 *
 * @returns training and test images `[N, H, W, 1]` in u8, labels `[N]` in u8, and the source line.
 * @throws ConfigError where the source is unknown, or not one that this dataset has.
 * @throws FormatError where a file is absent or damaged, or no place has the dataset.
 * @throws DataError where images and labels do not belong together.
 * @throws DownloadError where the source is `"download"` and no server has the files.
 */
export async function loadIdxDataset(
  dataset: IdxDataset,
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  const source = checkSource(options.source ?? "auto");
  if (source === "auto") return searchAll(dataset, options);
  const found =
    typeof source === "object"
      ? await searchFolder(dataset, source.folder)
      : await searches[source](dataset, options);
  if (found === undefined) throw notThere(dataset, source as Place, options);
  return loaded(dataset, found, []);
}

async function searchAll(dataset: IdxDataset, options: LoadOptions): Promise<LoadedDataset> {
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
  throw new FormatError({
    what: `The dataset ${dataset.name} was not found in any place.`,
    expected: `its four files in ${folderOf(dataset, options)}, or a network to fetch them from`,
    received: passedOver.join("; ") || "nothing",
    fix: `Put the files from ${dataset.mirrors[0]} into a folder, and give it as the source.`,
  });
}

/** Says that the sample is not what was asked for; who asks for the sample knows. */
function warnOfSample(
  { name }: IdxDataset,
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

function loaded({ name }: IdxDataset, found: Found, remarks: readonly string[]): LoadedDataset {
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

async function searchCache(dataset: IdxDataset, options: LoadOptions): Promise<Found | undefined> {
  const folder = folderOf(dataset, options);
  if ((await missingIn(folder, dataset.files, "published")).length > 0) return undefined;
  const sets = await readIdxFolder(folder, dataset, "published");
  return { ...sets, before: "Fovea's cache", after: ` in ${folder}` };
}

async function searchSystem(dataset: IdxDataset): Promise<Found | undefined> {
  if (dataset.system === undefined) return undefined;
  const { folder, package: name } = dataset.system;
  if ((await missingIn(folder, dataset.files)).length > 0) return undefined;
  const sets = await readIdxFolder(folder, dataset);
  return { ...sets, before: `system package ${name}`, after: ` in ${folder}` };
}

async function searchNetwork(
  dataset: IdxDataset,
  options: LoadOptions,
): Promise<Found | undefined> {
  const folder = folderOf(dataset, options);
  const files = Object.values(dataset.files);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let before: string | undefined;
  let finished = 0;
  for (const file of files) {
    const url = await download(file, dataset.mirrors, platform.paths.join(folder, file.name), {
      ...(options.fetch && { fetch: options.fetch }),
      onBytes: (bytes) =>
        options.onProgress?.({ file: file.name, receivedBytes: finished + bytes, totalBytes }),
    });
    if (url !== undefined) before = `downloaded from ${new URL(".", url).href}`;
    finished += file.bytes;
  }
  const sets = await readIdxFolder(folder, dataset, "published");
  return { ...sets, before: before ?? "Fovea's cache", after: ` in ${folder}` };
}

async function searchSample(dataset: IdxDataset): Promise<Found | undefined> {
  if (dataset.sampleFolder === undefined) return undefined;
  const sets = await readIdxFolder(dataset.sampleFolder, dataset);
  return { ...sets, before: "sample shipped with Fovea" };
}

async function searchFolder(dataset: IdxDataset, folder: string): Promise<Found> {
  return { ...(await readIdxFolder(folder, dataset)), before: folder };
}

function folderOf(dataset: IdxDataset, options: LoadOptions): string {
  return platform.paths.join(
    options.cacheFolder ?? platform.files.cacheFolder(),
    "datasets",
    dataset.name,
  );
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

function notThere(dataset: IdxDataset, place: Place, options: LoadOptions): FoveaError {
  const { name, system } = dataset;
  if (place === "cache") {
    return new FormatError({
      what: `The dataset ${name} is not in Fovea's cache.`,
      expected: `its four files in ${folderOf(dataset, options)}`,
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
