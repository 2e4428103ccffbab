// The datasets that Fovea knows by name: one row each, loaded only when asked for. How a dataset is
// found and read is its own file's business.

import { distance } from "../../core/distance.ts";
import { ConfigError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, shown } from "../../core/option.ts";
import type { Dataset, LoadedDataset, LoadOptions } from "./dataset.ts";

export type * from "./dataset.ts";

const table = {
  "cifar-10": async () => (await import("./cifar10.ts")).cifar10,
  "cifar-100": async () => (await import("./cifar100.ts")).cifar100,
  "cifar-100-coarse": async () => (await import("./cifar100.ts")).cifar100Coarse,
  "emnist-balanced": async () => (await import("./emnist.ts")).emnistBalanced,
  "emnist-letters": async () => (await import("./emnist.ts")).emnistLetters,
  "fashion-mnist": async () => (await import("./fashion-mnist.ts")).fashionMnist,
  kmnist: async () => (await import("./kmnist.ts")).kmnist,
  mnist: async () => (await import("./mnist.ts")).mnist,
  "red-blue": async () => (await import("./red-blue.ts")).redBlue,
  svhn: async () => (await import("./svhn.ts")).svhn,
} as const satisfies Record<string, () => Promise<Dataset>>;

export type DatasetName = keyof typeof table;

/** The names that `load` knows. */
export const names: readonly DatasetName[] = Object.freeze(Object.keys(table) as DatasetName[]);

const loadOptionNames: OptionNames<LoadOptions> = {
  source: true,
  cacheFolder: true,
  onWarning: true,
  onProgress: true,
  fetch: true,
  count: true,
  size: true,
  seed: true,
};

/**
 * Loads a dataset by name: training and test examples, with images `[N, H, W, C]` in u8 and labels
 * `[N]`. By default it is taken from Fovea's cache, a system package, the network or the
 * sample that ships with Fovea, whichever has it first; `source` in the answer says which.
 *
 * @throws ConfigError where the name is unknown, with the closest one that is known.
 * @throws FoveaError where the dataset is not found, damaged or cannot be fetched.
 * @example
 * const { train, test, source } = await datasets.load("fashion-mnist");
 * console.log(source); // Fovea's cache: 60,000 training and 10,000 test images in …
 */
export async function load(
  name: DatasetName | (string & {}),
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  requireKnownOptions("datasets.load", options, loadOptionNames, '"mnist", { source: "sample" }');
  const dataset = await find(name);
  return dataset.load(options);
}

/**
 * The dataset of that name, not loaded: what it holds, how much a download fetches, where it lies.
 *
 * @throws ConfigError where the name is unknown, with the closest one that is known.
 * @example
 * const { about, downloadBytes, place } = await datasets.find("svhn");
 * console.log(about.licence, downloadBytes, await place());
 */
export async function find(name: DatasetName | (string & {})): Promise<Dataset> {
  return table[checkName(name)]();
}

/**
 * The dataset that `name` means, as hyphens are easily forgotten; undefined where there is none.
 */
export function knownName(name: string): DatasetName | undefined {
  const bare = (text: string) => text.replaceAll("-", "");
  if (typeof name !== "string" || name === "") return undefined;
  return names.find((candidate) => bare(candidate) === bare(name));
}

function checkName(name: string): DatasetName {
  const known = knownName(name);
  if (known !== undefined) return known;
  if (typeof name === "string" && /[\\/]/.test(name)) {
    throw new ConfigError({
      what: `load takes the name of a dataset, and "${name}" is a path.`,
      expected: names.join(", "),
      received: `"${name}"`,
      fix:
        `For a dataset's own files in that folder: load("fashion-mnist", { source: { folder: "${name}" } }). ` +
        `For four IDX files of your own: fovea train --data ${name}.`,
    });
  }
  throw new ConfigError({
    what: `There is no dataset called "${String(name)}".`,
    expected: names.join(", "),
    received: shown(name),
    fix: `Did you mean "${closestName(String(name))}"?`,
  });
}

/** People shorten names: of each, only as many letters are compared as were typed. */
function closestName(typed: string): DatasetName {
  const cost = (name: string) => distance(typed.toLowerCase(), name.slice(0, typed.length));
  return names.toSorted((a, b) => cost(a) - cost(b))[0];
}
