// From --model with an architecture and --weights to a loaded model: published weights, or those of a
// file.

import { ConfigError } from "../core/errors.ts";
import type { Device } from "../machine/device.ts";
import type { LoadedModel } from "../train/load.ts";
import { imagenetClassNames } from "../zoo/decode-predictions.ts";
import { zoo } from "../zoo/index.ts";
import { showDownload } from "./load-data.ts";
import { isArchitecture } from "./model-file.ts";
import type { Output } from "./output.ts";

/** Which architecture, and which weights. */
export interface ZooChoice {
  readonly model: string;
  readonly weights: string;
}

/**
 * The architecture with these weights. Those of 1000 classes are ImageNet's.
 *
 * @throws ConfigError where there is no such architecture, DownloadError where weights cannot be
 * had, FormatError where a file does not fit.
 */
export async function loadZooModel(
  { model: name, weights }: ZooChoice,
  device: Device,
  output: Output,
): Promise<LoadedModel> {
  if (!isArchitecture(name)) {
    throw new ConfigError({
      what: "The option --weights goes with the name of an architecture.",
      expected: "--model with a name that fovea models lists; a model file has its own weights",
      received: name,
    });
  }
  const showProgress = output.chatty && process.stderr.isTTY === true;
  const model = await zoo.load(name, {
    weights,
    device,
    onWarning: (message) => output.warn(message),
    ...(showProgress && {
      onProgress: ({ file, receivedBytes, totalBytes = receivedBytes }) =>
        showDownload({ file, receivedBytes, totalBytes }),
    }),
  });
  const names = await imagenetClassNames();
  const isImagenet = model.network.outputShape.at(-1) === names.length;
  return { model, classNames: isImagenet ? names : undefined, task: undefined };
}
