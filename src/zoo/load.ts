// From an architecture to a model: a network, what is done to its images first, and its weights.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { type OptionNames, only, shown } from "../core/option.ts";
import type { Warn } from "../core/warn.ts";
import { isPathOfWeights } from "../interchange/file-formats.ts";
import { Model } from "../train/model.ts";
import { type ModelOptions, modelOptionNames } from "../train/model-options.ts";
import type { Architecture, BuildOptions, OwnValues } from "./architecture.ts";
import { preprocessFor } from "./preprocessing.ts";
import { type FetchWeightsOptions, fetchWeights } from "./weights/fetch-weights.ts";
import { torchNamesOf } from "./weights/names.ts";
import type { WeightFile, WeightSource } from "./weights/weight-source.ts";

/** How a model of the zoo gets its weights. */
export interface PretrainedOptions extends FetchWeightsOptions {
  /**
   * The name of published weights, such as `imagenet`, which are downloaded once; or the path or
   * the URL of a file with weights for it (`.safetensors`, `.pth`, `.h5`, `.weights.h5`, `.keras`,
   * `model.json`). Null draws them at random. Default: null.
   */
  readonly weights?: string | null;
  /**
   * Whether layers whose weights are missing or of another shape in the file keep random ones, such
   * as a classifier for other classes. Default: false, which is an error.
   */
  readonly skipMismatch?: boolean;
  /** Takes what was skipped, in words. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

/** What a model of the zoo is loaded with, besides its architecture's own options. */
export interface LoadOptions extends BuildOptions, ModelOptions, PretrainedOptions {}

const pretrainedOptionNames: OptionNames<PretrainedOptions> = {
  weights: true,
  skipMismatch: true,
  onWarning: true,
  cacheFolder: true,
  onProgress: true,
  fetch: true,
};

/** As many classes as ImageNet's challenge has. */
const imagenetClasses = 1000;

/** How pictures were cut where accuracies on ImageNet are published: the middle, without the edges. */
const asInTests = { resize: "cover", crop: 0.875, interpolation: "bicubic" } as const;

/**
 * The model of an architecture.
 *
 * @throws ConfigError where an option cannot be used, or there are no such weights; DownloadError
 * where they cannot be had; FormatError where a file does not fit.
 */
export async function load<O extends OwnValues>(
  architecture: Architecture<O>,
  options: LoadOptions & Partial<O>,
): Promise<Model> {
  const ofModel = only<ModelOptions>(options, modelOptionNames);
  const pretrained = only<PretrainedOptions>(options, pretrainedOptionNames);
  const others = Object.entries(options).filter(
    ([name]) => !Object.hasOwn(ofModel, name) && !Object.hasOwn(pretrained, name),
  );
  const { weights = null } = pretrained;
  const isFile = weights !== null && isPathOfWeights(weights);
  const source = weights === null || isFile ? undefined : sourceOf(architecture, weights);
  if (source !== undefined) requireClasses(architecture, options);
  const publisher = source ?? (isFile ? publisherOf(architecture, weights) : undefined);
  const ofNetwork = Object.fromEntries(others) as Parameters<typeof architecture.build>[0];
  const network = architecture.build(ofNetwork);
  const record = publisher?.preprocess ?? architecture.preprocess;
  const isTrained = weights !== null && architecture.classes === imagenetClasses;
  const preprocess = {
    ...(isTrained ? asInTests : {}),
    ...preprocessFor(record, network.inputShape[2]),
  };
  const model = new Model(network, { preprocess, ...ofModel });
  if (isFile) await take(model, architecture.name, weights, pretrained);
  else if (weights !== null) {
    const { includeTop = true } = options;
    const path = await bringWeights(architecture, weights, { includeTop, ...pretrained });
    await take(model, architecture.name, path, pretrained);
  }
  return model;
}

/**
 * The path of published weights, brought to this computer where they are not there yet.
 *
 * @param name such as `imagenet`.
 * @throws ConfigError where there are none of that name; DownloadError where they cannot be had.
 */
export function bringWeights<O extends OwnValues>(
  architecture: Architecture<O>,
  name: string,
  { includeTop, ...options }: FetchWeightsOptions & { readonly includeTop: boolean },
): Promise<string> {
  const source = sourceOf(architecture, name);
  const { url, md5, sha256 } = (includeTop ? undefined : source.withoutTop) ?? source;
  const known = { url, ...(md5 && { md5 }), ...(sha256 && { sha256 }) };
  return fetchWeights(architecture.name, source, known, options);
}

/** Weights of a file in a model. @throws FormatError where they do not fit. */
async function take(
  model: Model,
  architecture: string,
  path: string,
  { skipMismatch = false, onWarning }: PretrainedOptions,
): Promise<void> {
  const isOfTorch = /\.(pth|pt|safetensors)$/i.test(path);
  await model.loadWeights(path, {
    skipMismatch,
    ...(isOfTorch ? { names: torchNamesOf(architecture) } : {}),
    ...(onWarning && { onWarning }),
  });
}

/** @throws ConfigError where the classifier is one for other classes than the weights'. */
function requireClasses<O extends OwnValues>(
  { classes, title }: Architecture<O>,
  options: LoadOptions,
): void {
  const wanted = options.classes ?? classes;
  if (wanted === classes || options.includeTop === false || options.skipMismatch === true) return;
  throw new ConfigError({
    what: `The published weights of ${title} tell ${classes} classes apart.`,
    expected: `${classes} classes, or includeTop: false`,
    received: `${wanted} classes`,
    fix: "Leave the classifier out and call transfer, or let it begin at random with skipMismatch: true.",
  });
}

/** Who has published a file, by its name: somebody may have fetched it by hand. */
function publisherOf<O extends OwnValues>(
  { weights }: Architecture<O>,
  path: string,
): WeightSource | undefined {
  const nameOf = (text: string) =>
    text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1);
  const isFile = (file: WeightFile | undefined) =>
    file !== undefined && nameOf(file.url) === nameOf(path);
  return weights.find((source) => isFile(source) || isFile(source.withoutTop));
}

/** @throws ConfigError unless there are weights of that name. */
function sourceOf<O extends OwnValues>(
  { title, weights }: Architecture<O>,
  name: string,
): WeightSource {
  const source = weights.find((one) => one.name === name);
  if (source !== undefined) return source;
  const names = weights.map((one) => one.name);
  throw new ConfigError({
    what: `There are no published weights of that name for ${title}.`,
    expected: [...names, "the path of a file", "null, for weights at random"].join(", "),
    received: shown(name),
    ...suggestion(names, String(name)),
  });
}
