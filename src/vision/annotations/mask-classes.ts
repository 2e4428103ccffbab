// Which class a value in a mask means: as a table or the user says, or by the values that occur. Reads no picture.

import { DataError } from "../../core/errors.ts";
import type { Color } from "../../images/channels.ts";
import { unknownClass } from "../masks/class-map.ts";
import { codeOf, codeText } from "./mask-codes.ts";

/** What the values of masks mean. */
export interface MaskClasses {
  readonly classNames: readonly string[];
  /** The number of a code's class, or 255 where that is not known; undefined where the code means nothing. */
  classOf(code: number): number | undefined;
}

/** What is known of a folder's masks. */
export interface MaskFacts {
  /** All codes that occur. */
  readonly codes: readonly number[];
  readonly isPalette: boolean;
  readonly classNames?: readonly string[] | undefined;
  readonly classValues?: Readonly<Record<string, number | Color>> | undefined;
}

/** The most classes of a mask: 255 means that the class is not known. */
const mostClasses = 255;

/** Levels up to this are taken for numbers of classes. */
const highestNumber = 63;

/** @throws DataError where the values cannot be told to mean classes. */
export function maskClasses({ codes, isPalette, classNames, classValues }: MaskFacts): MaskClasses {
  if (classValues !== undefined) {
    const entries = Object.entries(classValues).map(([name, value]) => ({
      name,
      code: typeof value === "number" ? value : codeOf(value),
    }));
    return byTable(
      entries.map(({ name }) => name),
      entries.map(({ code }) => code),
    );
  }
  const values = codes.toSorted((a, b) => a - b);
  // Drawn in black and white.
  const isBinary = !isPalette && values.every((value) => value === 0 || value === 255);
  if (classNames !== undefined) {
    const numbers = isBinary && classNames.length === 2 ? [0, 255] : [...classNames.keys()];
    return byTable(classNames, numbers);
  }
  if (isBinary) return byTable(["background", "foreground"], [0, 255]);
  const known = values.filter((value) => value !== unknownClass);
  if (known.every((value) => value <= highestNumber)) {
    const count = Math.max(...known, 0) + 1;
    const numbers = Array.from({ length: count }, (_, i) => i);
    return byTable(numbers.map(String), numbers);
  }
  return byTable(values.map(codeText), values);
}

function byTable(classNames: readonly string[], codes: readonly number[]): MaskClasses {
  if (classNames.length > mostClasses) {
    throw new DataError({
      what: "The masks have too many different values to mean classes.",
      expected: `at most ${mostClasses} classes`,
      received: `${classNames.length}`,
      fix: "Say what they mean with classValues, or check that these are masks.",
    });
  }
  const numbers = new Map(codes.map((code, i) => [code, i]));
  return {
    classNames,
    classOf: (code) => numbers.get(code) ?? (code === unknownClass ? unknownClass : undefined),
  };
}

/**
 * A table of classes and colours: `name:red,green,blue` in lines as in CVAT's labelmap.txt, or CSV with the columns name, r,
 * g, b. Undefined where it is neither.
 */
export function readClassTable(text: string): Record<string, Color> | undefined {
  const table: [string, Color][] = [];
  for (const written of text.split(/\r?\n/)) {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match =
      /^([^:]+):\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/.exec(line) ??
      /^"?([^",;]+)"?[,;]\s*(\d+)\s*[,;]\s*(\d+)\s*[,;]\s*(\d+)\s*$/.exec(line);
    if (match === null) {
      // The heading of a CSV table.
      if (table.length === 0 && /^"?name"?\s*[,;]/i.test(line)) continue;
      return undefined;
    }
    const [red, green, blue] = match.slice(2, 5).map(Number);
    if (Math.max(red, green, blue) > 255) return undefined;
    table.push([match[1].trim(), [red, green, blue]]);
  }
  return table.length === 0 ? undefined : Object.fromEntries(table);
}
