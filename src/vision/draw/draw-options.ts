// What all drawings may be told.

import { requireFlag, requireList, requireOption, requireWhole } from "../../core/option.ts";
import { type Color, requireColor } from "../../images/channels.ts";
import { requireClassNames } from "../class-names.ts";
import { classColor } from "./class-colors.ts";

/** What all drawings have in common. */
export interface DrawOptions {
  /** The colour of class `i` at index `i`. Default: those of `vision.classColors`. */
  readonly colors?: readonly Color[];
  /** Whether names are written. Default: true. */
  readonly labels?: boolean;
  /** How large letters are: a whole number times 7 pixels high. Default: by the size of the picture. */
  readonly textScale?: number;
}

/** @throws ConfigError where names or options cannot be used. */
export function requireDrawOptions(
  call: string,
  classNames: readonly string[],
  { colors, labels = true, textScale = 1 }: DrawOptions,
): void {
  const isGiven = classNames !== undefined && classNames !== null;
  requireOption(
    "classNames",
    classNames,
    isGiven,
    "a list of texts, the name of class i at index i",
  );
  requireClassNames(classNames);
  requireFlag("labels", labels);
  requireWhole("textScale", textScale);
  if (colors === undefined) return;
  requireList(`${call}: The colors cannot be used.`, colors, "a list of colours");
  for (const color of colors) requireColor("colors", color);
}

/** The colour of a class; where too few are given they repeat. */
export function colorOf(label: number, { colors }: DrawOptions): Color {
  if (colors === undefined || colors.length === 0) return classColor(label);
  return colors[label % colors.length];
}
