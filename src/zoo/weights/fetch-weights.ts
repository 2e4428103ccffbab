// Brings published weights to this computer: fetched once, checked against what their publisher
// states, and kept in Fovea's cache. Knows no network of layers.

import { platform } from "#platform";
import type { WebFetch } from "../../core/web.ts";
import { DownloadError, download } from "../../data/download.ts";
import { expectationOf } from "../../data/published-file.ts";
import type { WeightFile, WeightSource } from "./weight-source.ts";

/** How far the download of weights has come. */
export interface WeightsProgress {
  /** The file under way. */
  readonly file: string;
  readonly receivedBytes: number;
  /** Undefined where the server does not say it. */
  readonly totalBytes: number | undefined;
}

export interface FetchWeightsOptions {
  /** Instead of Fovea's usual cache folder. */
  readonly cacheFolder?: string;
  /** Called as a download of weights goes on. */
  readonly onProgress?: (progress: WeightsProgress) => void;
  /** What asks the network, such as one that goes through a proxy. Default: the platform's. */
  readonly fetch?: WebFetch;
}

/** Where the cache has a file of published weights, or would have it. */
function placeOf(architecture: string, url: string, cacheFolder: string) {
  const { pathname } = new URL(url);
  const folder = platform.paths.join(cacheFolder, "weights", architecture);
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return { folder, name, path: platform.paths.join(folder, name) };
}

/** The path of published weights that are on this computer already; undefined where they are not. */
export async function weightsHere(
  architecture: string,
  source: WeightSource,
  cacheFolder = platform.files.cacheFolder(),
): Promise<string | undefined> {
  for (const file of [source, source.withoutTop]) {
    if (file === undefined) continue;
    const { path } = placeOf(architecture, file.url, cacheFolder);
    if ((await platform.files.status(path))?.kind === "file") return path;
  }
  return undefined;
}

/**
 * The path of a file of published weights; where the cache lacks it, it is downloaded. A download
 * that breaks off goes on where it stopped.
 *
 * @throws DownloadError where no server has the file, which says where to put it by hand.
 */
export async function fetchWeights(
  architecture: string,
  { publisher }: Pick<WeightSource, "publisher">,
  { url, ...known }: WeightFile,
  options: FetchWeightsOptions = {},
): Promise<string> {
  const { cacheFolder = platform.files.cacheFolder(), onProgress, fetch } = options;
  const address = new URL(url);
  const { folder, name, path } = placeOf(architecture, url, cacheFolder);
  try {
    await download({ name, ...known }, [new URL(".", address).href], path, {
      ...(fetch && { fetch }),
      onBytes: (receivedBytes, totalBytes) =>
        onProgress?.({ file: name, receivedBytes, totalBytes }),
    });
    return path;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const { fix, ...facts } = error.facts;
    const byHand =
      `On a computer with a network download ${url} (${publisher}, ${expectationOf(known)}); put it ` +
      `into ${folder}, or give its path: zoo.load("${architecture}", { weights: "${name}" }), ` +
      `or --weights ${name} on the command line.`;
    throw new DownloadError(
      { ...facts, fix: fix === undefined ? byHand : `${fix} ${byHand}`, cause: error },
      error.unreachable,
    );
  }
}
