// What a dataset is to those who load it: a name and a promise of examples. Knows no file format
// and no place.

import type { Warn } from "../../core/warn.ts";
import type { WebFetch } from "../../core/web.ts";
import type { Examples } from "../examples.ts";

/** Where to take a dataset from. */
export type DatasetSource =
  /** The first that has it: cache, system, download, sample. */
  | "auto"
  /** Fovea's cache folder, which downloads fill. */
  | "cache"
  /** The folder that a package of the operating system installs. */
  | "system"
  /** The dataset's own address on the network; kept in the cache folder. */
  | "download"
  /** The smaller sample that ships with Fovea. */
  | "sample"
  /** A folder of one's own with the dataset's files. */
  | { readonly folder: string };

/** How far a download has come, over all files of the dataset. */
export interface DownloadProgress {
  /** The file under way. */
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

export interface LoadOptions {
  /**
   * Any other than `"auto"` is the only place that is searched; where it has nothing, that is an
   * error. `"auto"` warns where only the sample is left. Default: `"auto"`.
   */
  readonly source?: DatasetSource;
  /** Instead of Fovea's usual cache folder; see `cacheFolder`. */
  readonly cacheFolder?: string;
  /**
   * Takes what is worth knowing and no reason to stop, such as that the sample stands in for the
   * whole dataset. Default: Node prints it as a `FoveaWarning`.
   */
  readonly onWarning?: Warn;
  /** Called as a download goes on. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** What asks the network, such as one that goes through a proxy. Default: the platform's. */
  readonly fetch?: WebFetch;
  /** How many images `red-blue` makes, for training and testing together. Default: 1000. */
  readonly count?: number;
  /** The side of `red-blue`'s images in pixels, or `[height, width]`. Default: 64. */
  readonly size?: number | readonly [number, number];
  /** What `red-blue`'s images are drawn by. Default: 42. */
  readonly seed?: number;
}

/** The options of datasets that are made; others have no use for them. */
export const madeOptions = [
  "count",
  "size",
  "seed",
] as const satisfies readonly (keyof LoadOptions)[];

/** The two sets of a dataset. */
export interface TrainAndTest {
  readonly train: Examples;
  readonly test: Examples;
}

export interface LoadedDataset extends TrainAndTest {
  readonly name: string;
  /** One line: where the examples came from, how many there are and what was passed over. */
  readonly source: string;
}

/** What is known of a dataset before it is loaded. */
export interface DatasetFacts {
  /** What the images show, in a few words. */
  readonly title: string;
  /** `[H, W, C]`. */
  readonly imageShape: readonly [number, number, number];
  /** How many images there are for training, and for testing. */
  readonly images: readonly [train: number, test: number];
  readonly classes: number;
  /** The licence that its authors state; "none stated" where they state none. */
  readonly licence: string;
  /** The page of its authors. */
  readonly homepage?: string;
}

export interface Dataset {
  readonly name: string;
  readonly about: DatasetFacts;
  /** How much a download fetches, in bytes; 0 where there is nothing to fetch. */
  readonly downloadBytes: number;
  /** Where its files are published. */
  readonly addresses: readonly string[];
  /** @throws FoveaError where the dataset is not found, damaged or cannot be fetched. */
  load(options?: LoadOptions): Promise<LoadedDataset>;
  /** The folder on this computer that has all of it; undefined where none has. */
  place(options?: Pick<LoadOptions, "cacheFolder">): Promise<string | undefined>;
}
