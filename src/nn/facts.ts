// What is known of a definition besides what it computes: what people call it, which options it takes,
// and what Keras calls both. It stands beside the definition, as `conv2d.facts`, so that nothing is
// written twice: calls refuse options that are not listed, and files find Keras's names here.

import { refuseUnknown, requireFlags, requireOptions } from "../core/option.ts";

export { refuseUnknown } from "../core/option.ts";

/** Where a definition is found: `layers` in `layers.conv2d`. */
export type Group =
  | "blocks"
  | "callbacks"
  | "constraints"
  | "initializers"
  | "layers"
  | "losses"
  | "metrics"
  | "optimizers"
  | "regularizers"
  | "schedules";

/** Keras's name for each option of `O`, or null where Keras has none. The compiler misses none. */
export type KerasNames<O extends object> = { readonly [K in keyof Required<O>]: string | null };

/** How Keras's files have a definition. */
export interface KerasFacts {
  /** Keras's name for the class. */
  readonly className: string;
  /** The module of the class, where it is not the usual one of its group. */
  readonly module?: string;
  /** Other names that Keras's files use for the class. */
  readonly aliases?: readonly string[];
  /** Older names of options, as Keras 2 has them, with ours. */
  readonly formerly?: Readonly<Record<string, string>>;
  /** Keras's words whose ours do not follow from them. */
  readonly words?: Readonly<Record<string, string>>;
  /** Words of older files, with ours. They are read and not written. */
  readonly olderWords?: Readonly<Record<string, string>>;
  /** What Keras states besides, with the one value that Fovea has as well. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Options of ours that no Keras has, or an older one has not, with the one value that all have. */
  readonly ownFixed?: Readonly<Record<string, unknown>>;
  /** Options for which `null` is a choice of its own, not the same as saying nothing. */
  readonly nullable?: readonly string[];
  /** Options that say what weights begin with: what the weights have become is written instead. */
  readonly beginnings?: readonly string[];
  /** Options that Keras must read as floats: it refuses whole numbers, or rounds by them. */
  readonly floats?: readonly string[];
  /** Whether the class takes no options but those listed and its name: no dtype, as others do. */
  readonly onlyOwn?: boolean;
  /** Options that are one number with us and a list of one in some of Keras's files. */
  readonly single?: readonly string[];
}

/** What is known of a definition that takes the options `O`. */
export interface Facts<O extends object = object> {
  readonly group: Group;
  /** The name that people write and Fovea's files hold, such as `conv2d`. */
  readonly name: string;
  /** Every option by Fovea's name, with Keras's. */
  readonly options: KerasNames<O>;
  /** Names that options had in earlier files of Fovea, with those of today. */
  readonly formerly?: Readonly<Record<string, string>>;
  /** Undefined where Keras has nothing like it. */
  readonly keras?: KerasFacts;
  /** Options as somebody could write them, for errors: `{ filters: 32, kernelSize: 3 }`. */
  readonly example?: string;
}

/** A definition with its facts: a function that makes something from its options. */
export interface Definition {
  readonly facts: Facts;
}

/**
 * The options of a call, checked: one record that names only options that exist.
 *
 * @throws ConfigError where options came bare, as Python takes them, or one is unknown; the message
 * proposes the closest name.
 * @example const { delta = 1 } = optionsOf(huber.facts, options);
 */
export function optionsOf<O extends object>(facts: Facts<O>, options: O): O {
  const call = `${facts.group}.${facts.name}`;
  requireOptions(call, options, facts.example);
  refuseUnknown(call, Object.keys(facts.options), options);
  requireFlags(options, facts.name);
  return options;
}

/** Options as files keep them, older names among them, under the names of today. */
export function renamed({ formerly = {} }: Facts, options: object): object {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([name, value]) => [Object.hasOwn(formerly, name) ? formerly[name] : name, value]),
  );
}
