// A trained base of the zoo: which architecture it is, and that its weights can be had.

import { platform } from "#platform";
import { ConfigError } from "../core/errors.ts";
import { isPathOfWeights } from "../interchange/file-formats.ts";
import type { Architecture } from "../zoo/architecture.ts";
import { zoo } from "../zoo/index.ts";
import { bringWeights } from "../zoo/load.ts";
import type { WeightsProgress } from "../zoo/weights/fetch-weights.ts";
import type { LoadListener } from "./task.ts";

/** What `zoo.load` takes to tell a listener of a download. */
export function progressFor({ onDownload }: Pick<LoadListener, "onDownload">) {
  if (onDownload === undefined) return {};
  return {
    onProgress: ({ file, receivedBytes, totalBytes = receivedBytes }: WeightsProgress) =>
      onDownload({ file, receivedBytes, totalBytes }),
  };
}

/**
 * The architecture of a base, whose published weights are on this computer after it.
 *
 * @param weights the name of published ones, a file, or `none`.
 * @throws ConfigError where there is no such architecture, it has no such weights, or there is no such file; DownloadError
 * where published weights cannot be had.
 */
export async function baseFor(
  name: string,
  weights: string,
  listener: Pick<LoadListener, "onDownload">,
): Promise<Architecture> {
  const architecture = await zoo.architecture(name);
  if (weights === "none") return architecture;
  const isPublished = architecture.weights.some((one) => one.name === weights);
  if (isPublished || !isPathOfWeights(weights)) {
    if (weights === "imagenet" && !isPublished) throw noWeights(name);
    await bringWeights(architecture, weights, { includeTop: false, ...progressFor(listener) });
    return architecture;
  }
  const isAddress = /^https?:/.test(weights);
  if (!isAddress && (await platform.files.status(weights)) === undefined) throw noFile(weights);
  return architecture;
}

function noWeights(name: string): ConfigError {
  return new ConfigError({
    what: `Fovea knows no published weights of ${name}.`,
    expected: "--weights with a file, or --weights none to begin at random",
    received: "--weights imagenet, the default",
    fix: "see which architectures have some: fovea models",
  });
}

function noFile(path: string): ConfigError {
  return new ConfigError({
    what: `The weights cannot be read: there is no file ${path}.`,
    expected: "the path of a file with weights",
    received: `--weights ${path}`,
    fix: "Check the path.",
  });
}
