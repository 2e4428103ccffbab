// From an architecture to a model: a network, what is done to its images first, and its weights.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { shown } from "../core/option.ts";
import { Model } from "../train/model.ts";
import { type ModelOptions, modelOptionNames } from "../train/model-options.ts";
import type { Architecture, BuildOptions, OwnValues, WeightSource } from "./architecture.ts";
import { preprocessFor } from "./preprocessing.ts";

/** What a model of the zoo is loaded with, besides its architecture's own options. */
export interface LoadOptions extends BuildOptions, ModelOptions {
  /** The name of trained weights, such as `imagenet`; null draws them at random. Default: null. */
  readonly weights?: string | null;
}

/**
 * The model of an architecture. @throws ConfigError where an option cannot be used, or there are no
 * such weights.
 */
export async function load<O extends OwnValues>(
  architecture: Architecture<O>,
  options: LoadOptions & Partial<O>,
): Promise<Model> {
  const isOfModel = ([name]: readonly [string, unknown]) => Object.hasOwn(modelOptionNames, name);
  const { weights = null, ...others } = options;
  const entries = Object.entries(others);
  const ofModel: ModelOptions = Object.fromEntries(entries.filter(isOfModel));
  const ofNetwork = Object.fromEntries(entries.filter((entry) => !isOfModel(entry)));
  if (weights !== null) requireSource(architecture, weights);
  const network = architecture.build(ofNetwork as Parameters<typeof architecture.build>[0]);
  const preprocess = preprocessFor(architecture.preprocess, network.inputShape[2]);
  return new Model(network, { preprocess, ...ofModel });
}

/** @throws ConfigError unless there are weights of that name. */
function requireSource<O extends OwnValues>(
  { title, weights }: Architecture<O>,
  name: string,
): WeightSource {
  const source = weights.find((one) => one.name === name);
  if (source !== undefined) return source;
  const names = weights.map((one) => one.name);
  throw new ConfigError({
    what: `There are no published weights of that name for ${title}.`,
    expected: [...names, "null, for weights at random"].join(", "),
    received: shown(name),
    ...suggestion(names, String(name)),
  });
}
