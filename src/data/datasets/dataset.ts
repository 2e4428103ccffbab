// What a dataset is to those who load it: a name and a promise of examples. Knows no file format and no
// place.

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
   * Any other than `"auto"` is the only place that is searched; where it has nothing, that is an error.
   * `"auto"` warns where only the sample is left. Default: `"auto"`.
   */
  readonly source?: DatasetSource;
  /** Instead of Fovea's usual cache folder; see `cacheFolder`. */
  readonly cacheFolder?: string;
  /**
   * Takes what is worth knowing and no reason to stop, such as that the sample stands in for the whole
   * dataset. Default: Node prints it as a `FoveaWarning`.
   */
  readonly onWarning?: Warn;
  /** Called as a download goes on. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** What asks the network, such as one that goes through a proxy. Default: the platform's. */
  readonly fetch?: WebFetch;
}

export interface LoadedDataset {
  readonly name: string;
  /** One line: where the examples came from, how many there are and what was passed over. */
  readonly source: string;
  readonly train: Examples;
  readonly test: Examples;
}

export interface Dataset {
  readonly name: string;
  /** @throws FoveaError where the dataset is not found, damaged or cannot be fetched. */
  load(options?: LoadOptions): Promise<LoadedDataset>;
}
