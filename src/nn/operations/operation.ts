// What an operation on tensors is: Keras's name for it, what it takes, and the nodes that it makes.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { shown } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** A setting of an operation that has to be given. */
export interface Required<T> {
  readonly isRequired: true;
  readonly expected: string;
  fits(value: unknown): value is T;
}

/** A setting of an operation with a default. */
export interface Optional<T> {
  readonly isRequired: false;
  readonly expected: string;
  readonly fallback: T;
  fits(value: unknown): value is T;
}

export type Settings = Readonly<Record<string, Required<unknown> | Optional<unknown>>>;

type ValueOf<S> = S extends { fits(value: unknown): value is infer T } ? T : never;

/** The values of all settings, defaults filled in. */
export type SettingValues<S extends Settings> = { readonly [K in keyof S]: ValueOf<S[K]> };

type RequiredKeys<S extends Settings> = {
  [K in keyof S]: S[K] extends Required<unknown> ? K : never;
}[keyof S];

/** The settings as people give them. */
export type GivenSettings<S extends Settings> = {
  readonly [K in RequiredKeys<S>]: ValueOf<S[K]>;
} & { readonly [K in Exclude<keyof S, RequiredKeys<S>>]?: ValueOf<S[K]> };

/** How many tensors or numbers an operation takes; `list` for any number of tensors in one list. */
export type OperandCount = 1 | 2 | 3 | "list";

/** One operation, as in `keras.ops`. Shapes begin with N, and axis 0 is N. */
export interface Operation<S extends Settings = Settings, C extends OperandCount = OperandCount> {
  /** Keras's class. */
  readonly className: string;
  /** The module that has the class: of `keras.src.ops`, but for some activations. */
  readonly module: "numpy" | "nn" | "math" | "activations";
  /** Other classes of Keras's that do the same. */
  readonly aliases?: readonly string[];
  readonly operands: C;
  readonly settings: S;
  /** Whether each result depends on whole axes, and not on one place. */
  readonly isReduction?: true;
  /** @throws ShapeError where the operands do not fit. */
  compute(build: Builder, operands: readonly Node[], settings: SettingValues<S>): Node;
}

/** An operation whose settings know their types. */
export function operation<const S extends Settings, const C extends OperandCount>(
  one: Operation<S, C>,
): Operation<S, C> {
  return one;
}

/**
 * The settings of `name` with defaults filled in.
 *
 * @throws ConfigError where one is missing, unknown, or cannot be used.
 */
export function settingsOf(
  name: string,
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  for (const key of Object.keys(given)) lookUp(settings, key, `setting of the operation ${name}`);
  const entries = Object.entries(settings).flatMap(([key, setting]) => {
    const value = given[key] ?? (setting.isRequired ? undefined : setting.fallback);
    if (value === undefined && !setting.isRequired) return [];
    if (setting.fits(value)) return [[key, value]];
    throw new ConfigError({
      what: `The setting ${key} of the operation ${name} cannot be used.`,
      expected: setting.expected,
      received: shown(value),
    });
  });
  return Object.fromEntries(entries);
}
