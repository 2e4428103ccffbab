// What `fovea compare` is asked to compare: architectures, trained bases, and models that are there. All of it is looked at
// before anything is trained.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { baseFor } from "../tasks/base.ts";
import type { LoadListener } from "../tasks/task.ts";
import { acceptedNames } from "../zoo/index.ts";
import { exists, isArchitecture } from "./model-file.ts";

/** A model that is trained: from nothing, or a new head on a trained base. */
export type TrainedEntry =
  | { readonly kind: "architecture"; readonly name: string }
  | {
      readonly kind: "base";
      readonly name: string;
      /** An architecture. */
      readonly base: string;
      /** The name of published weights, a file, or `none`. */
      readonly weights: string;
    };

/** A model of the comparison. */
export type ComparedEntry = TrainedEntry | { readonly kind: "file"; readonly name: string };

/** What was typed. */
interface Wanted {
  readonly models?: string | undefined;
  readonly bases?: string | undefined;
  readonly weights?: string | undefined;
  readonly phases?: string | undefined;
  readonly unfreeze?: string | undefined;
  readonly sizes?: string | undefined;
}

/** @throws ConfigError where there is not more than one, or one is named twice; or weights are for no base. */
export function entriesOf(wanted: Wanted): ComparedEntry[] {
  const models = namesIn(wanted.models).map((name): ComparedEntry => {
    return { kind: isArchitecture(name) ? "architecture" : "file", name };
  });
  const entries = [...models, ...basesIn(wanted)];
  const names = entries.map(({ name }) => name);
  const fits = names.length > 1 && names.every((name) => name !== "");
  if (fits && new Set(names).size === names.length) return entries;
  const { models: typedModels, bases: typedBases } = wanted;
  throw new ConfigError({
    what: "There is nothing to compare.",
    expected: "at least two different names or paths, separated by commas",
    received:
      [typedModels, typedBases && `--bases ${typedBases}`].filter(Boolean).join(" ") || "none",
    fix: "such as fovea compare lenet-5,resnet-20",
  });
}

const namesIn = (text: string | undefined) =>
  text === undefined ? [] : text.split(",").map((name) => name.trim());

function basesIn({ bases, weights, ...ofBases }: Wanted): ComparedEntry[] {
  const names = namesIn(bases);
  const typed = Object.entries({
    weights,
    phases: ofBases.phases,
    unfreeze: ofBases.unfreeze,
    sizes: ofBases.sizes,
  }).find(([, value]) => value !== undefined);
  if (names.length === 0 && typed !== undefined) {
    const [name, value] = typed;
    throw new ConfigError({
      what: `The option --${name} is for trained bases, and there are none.`,
      expected: "--bases with the names of architectures",
      received: `--${name} ${value}`,
    });
  }
  const given = namesIn(weights ?? "imagenet");
  const isForAll = given.length === 1 && (names.length === 1 || /^(imagenet|none)$/.test(given[0]));
  if (names.length > 0 && !isForAll && given.length !== names.length) {
    throw new ConfigError({
      what: "The option --weights does not fit --bases.",
      expected: `imagenet, none, or ${names.length} names or files, separated by commas, in the order of --bases`,
      received: `--weights ${weights} --bases ${bases}`,
    });
  }
  return names.map((base, i) => ({
    kind: "base",
    // The same architecture may be trained from nothing beside it.
    name: `${base}-transfer`,
    base,
    weights: isForAll ? given[0] : given[i],
  }));
}

/**
 * Before anything is trained: published weights are brought to this computer.
 *
 * @throws ConfigError where there is no such architecture, and no such file or folder; DownloadError where published weights
 * cannot be had, which says which file to put where.
 */
export async function requireEntry(entry: ComparedEntry, listener: LoadListener): Promise<void> {
  if (entry.kind === "base") {
    await baseFor(entry.base, entry.weights, listener);
    return;
  }
  const { kind, name } = entry;
  if (kind === "architecture" || (await exists(name))) return;
  throw new ConfigError({
    what: `There is neither an architecture nor a model called "${name}".`,
    expected: "names that fovea models lists, model files, or run folders",
    received: name,
    ...suggestion(acceptedNames, name),
  });
}
