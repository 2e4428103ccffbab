// The network whose features pictures are compared by: a model, or an architecture of the zoo with trained weights.

import { type OptionNames, outlineOf, requireOption } from "../../core/option.ts";
import type { Warn } from "../../core/warn.ts";
import type { Device } from "../../machine/device.ts";
import type { Model } from "../../train/model.ts";
import { requireModel } from "../../train/stateful-model.ts";
import { type ArchitectureName, type WeightsProgress, zoo } from "../../zoo/index.ts";

/** Which network compares pictures. */
export interface FeatureOptions {
  /**
   * The network whose features are compared: the name of an architecture, or a model that takes pictures `[N, H, W, 3]`
   * from 0 to 255. A model keeps what was compiled for it until it is disposed of. Default: `vgg-19`.
   */
  readonly features?: ArchitectureName | Model;
  /**
   * Weights for the architecture: `imagenet` downloads published ones once, a path takes those of a file. Default:
   * `imagenet`.
   */
  readonly weights?: string | null;
  /** Where to compute. A model that was given has its own. Default: the device that models share. */
  readonly device?: Device;
  /** Called as a download of weights goes on. */
  readonly onDownload?: (progress: WeightsProgress) => void;
}

export const featureOptionNames: OptionNames<FeatureOptions> = {
  features: true,
  weights: true,
  device: true,
  onDownload: true,
};

/**
 * Lets `work` use the network; one that was loaded here is disposed of at the end.
 *
 * @throws ConfigError where there is none of that name, DownloadError where its weights cannot be had, which says which
 * file to put where.
 */
export async function withFeatures<T>(
  call: string,
  { features = "vgg-19", weights = "imagenet", device, onDownload }: FeatureOptions,
  onWarning: Warn | undefined,
  work: (model: Model) => Promise<T>,
): Promise<T> {
  if (typeof features !== "string") {
    const isModel = typeof features === "object" && features !== null;
    const expected = "the name of an architecture, such as vgg-19, or a model";
    requireOption("features", outlineOf(features), isModel, expected);
    requireModel(call, features);
    return work(features);
  }
  const model = await zoo.load(features, {
    includeTop: false,
    weights,
    ...(device && { device }),
    ...(onDownload && { onProgress: onDownload }),
    ...(onWarning && { onWarning }),
  });
  try {
    return await work(model);
  } finally {
    await model.dispose();
  }
}
