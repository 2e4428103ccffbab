// What an architecture's own options accept: kinds of values with their defaults.

import {
  type NumberRange,
  requireFlag,
  requireNumber,
  requireOption,
  requireWhole,
  requireWord,
} from "../core/option.ts";

/** An option of an architecture. */
export interface OptionKind<T = unknown> {
  readonly default: T;
  /** What it decides, in one sentence. */
  readonly description: string;
  /** @throws ConfigError unless `value` can be used. */
  check(name: string, value: unknown): void;
}

/** A number in a range. */
export function numberOption(
  description: string,
  preset: number,
  range: NumberRange,
): OptionKind<number> {
  return {
    default: preset,
    description,
    check: (name, value) => requireNumber(name, value, range),
  };
}

/** A whole number of at least `least`. */
export function wholeOption(description: string, preset: number, least = 1): OptionKind<number> {
  return {
    default: preset,
    description,
    check: (name, value) => requireWhole(name, value, least),
  };
}

/** True or false. */
export function flagOption(description: string, preset: boolean): OptionKind<boolean> {
  return { default: preset, description, check: requireFlag };
}

/** One of several words. */
export function wordOption<W extends string>(
  description: string,
  preset: NoInfer<W>,
  words: readonly W[],
): OptionKind<W> {
  return {
    default: preset,
    description,
    check: (name, value) => requireWord(name, value, words),
  };
}

/** One of several numbers. */
export function choiceOption<N extends number>(
  description: string,
  preset: NoInfer<N>,
  choices: readonly N[],
): OptionKind<N> {
  return {
    default: preset,
    description: `${description} One of ${choices.join(", ")}.`,
    check: (name, value) =>
      requireOption(name, value, choices.includes(value as N), choices.join(", ")),
  };
}

/** How wide a network is, as a factor of its filters. */
export const widthOption = numberOption(
  "How many filters each convolution has, as a share of the published number.",
  1,
  { above: 0 },
);
