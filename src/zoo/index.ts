// The architectures that Fovea knows by name, and how networks and models are made of them.

import { lookUp } from "../core/names.ts";
import type { Network } from "../nn/network.ts";
import type { Model } from "../train/model.ts";
import type { Architecture, BuildOptions, OwnValues } from "./architecture.ts";
import { type LoadOptions, load } from "./load.ts";
import { table } from "./table.ts";

export type {
  Architecture,
  BuildOptions,
  Features,
  PublishedFigures,
} from "./architecture.ts";
export { type Comparison, type Counts, compareFigures, countsOf } from "./figures.ts";
export type { LoadOptions, PretrainedOptions } from "./load.ts";
export type { FetchWeightsOptions, WeightsProgress } from "./weights/fetch-weights.ts";
export type { WeightFile, WeightSource } from "./weights/weight-source.ts";

/** The name of an architecture, such as `resnet-50`. */
export type ArchitectureName = keyof typeof table;

/** The record of an architecture, by its name. */
type Named<N extends ArchitectureName> = Awaited<ReturnType<(typeof table)[N]>>;

/** What an architecture can be built with, by its name. */
export type ArchitectureOptions<N extends ArchitectureName> = NonNullable<
  Parameters<Named<N>["build"]>[0]
>;

/** The names of all architectures. */
export const architectureNames = Object.keys(table) as readonly ArchitectureName[];

/** Architectures by the names that they had before. */
const formerNames: Readonly<
  Record<string, { readonly name: ArchitectureName; readonly options?: object }>
> = {
  lenet: { name: "lenet-5" },
  resnet: { name: "resnet-20", options: { shortcut: "B" } },
};

/** All names that `architecture` takes: those of today, and those of before. */
export const acceptedNames: readonly string[] = [...architectureNames, ...Object.keys(formerNames)];

/**
 * All that is known of an architecture: its paper, its options, its published figures, the layers
 * of its features.
 *
 * @throws ConfigError where there is none of that name; the message proposes the closest.
 * @example const { figures, features } = await zoo.architecture("resnet-50");
 */
function architecture<N extends ArchitectureName>(name: N): Promise<Named<N>>;
function architecture(name: string): Promise<Architecture>;
async function architecture(name: string): Promise<Architecture> {
  if (!Object.hasOwn(formerNames, name)) {
    return lookUp<() => Promise<Architecture>>(table, name, "architecture")();
  }
  const { name: today, options } = formerNames[name];
  const found: Architecture = await table[today]();
  return { ...found, build: (given) => found.build({ ...options, ...given }) };
}

/**
 * The network of an architecture, for images `[H, W, C]` and a number of classes. `model(network)`
 * makes a model of it.
 *
 * @throws ConfigError where there is no such architecture or an option cannot be used, with the
 * closest name; ShapeError where the images are too small for it.
 * @example const network = await zoo.build("mobilenet-v2", { classes: 5, width: 0.5 });
 */
function build<N extends ArchitectureName>(
  name: N,
  options?: ArchitectureOptions<N>,
): Promise<Network>;
function build(name: string, options?: BuildOptions & OwnValues): Promise<Network>;
async function build(name: string, options: BuildOptions = {}): Promise<Network> {
  return (await architecture(name)).build({ ...options });
}

/**
 * The model of an architecture. It takes bytes from 0 to 255 and does to them what its weights
 * expect. Published weights are downloaded once, checked, and kept in Fovea's cache.
 *
 * @throws ConfigError where there is no such architecture, there are no such weights or an option
 * cannot be used, with the closest name; ShapeError where the images are too small for it;
 * DownloadError where weights cannot be had, which says which file to put where; FormatError where
 * a file does not fit.
 * @example
 * const shape = { includeTop: false, inputShape: [96, 96, 3] };
 * const base = await zoo.load("mobilenet-v2", { ...shape, weights: "imagenet" });
 * const own = await zoo.load("resnet-18", { weights: "downloads/resnet18.pth" });
 */
function loadByName<N extends ArchitectureName>(
  name: N,
  options?: LoadOptions & ArchitectureOptions<N>,
): Promise<Model>;
function loadByName(name: string, options?: LoadOptions & OwnValues): Promise<Model>;
async function loadByName(name: string, options: LoadOptions = {}): Promise<Model> {
  return load(await architecture(name), { ...options });
}

/**
 * Every architecture by its name. Each is loaded when it is asked for.
 *
 * @example
 * const network = await zoo.build("resnet-20", { classes: 10 });
 * const classifier = model(network, { seed: 1 });
 */
export const zoo = { names: architectureNames, architecture, build, load: loadByName };
