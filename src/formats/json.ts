// JSON from files that nobody vouches for, and JSON for Python. Bounded before it is parsed: a stack has
// an end.

import { FormatError } from "../core/errors.ts";

/** Levels of brackets that a text may have. */
const mostNesting = 512;
/** Bytes or characters of a text: the objects that it describes may be thirty times as large. */
export const longestJson = 2 ** 23;

/** How deep the brackets of a JSON text are nested; those inside of strings do not count. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') inString = !inString;
    // What a backslash hides is neither the end of the string nor another backslash.
    else if (inString && character === "\\") i++;
    else if (inString) continue;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/**
 * What a JSON text says, in which Python's `NaN` and `Infinity` are not accepted; `name` is what errors
 * call it by.
 *
 * @throws FormatError where it is not UTF-8, not JSON, too long or nested too deep.
 */
export function parseJson(source: string | Uint8Array, name: string): unknown {
  const fail = (what: string, expected: string, received: string, cause?: unknown): never => {
    const fix = "Save or download the file again.";
    throw new FormatError({ what: `${name} ${what}`, expected, received, fix, cause });
  };
  if (source.length > longestJson) {
    fail("is too long.", `at most ${longestJson} bytes`, `${source.length} bytes`);
  }
  let text = "";
  try {
    text =
      typeof source === "string"
        ? source
        : new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch (cause) {
    fail("is not UTF-8 text.", "UTF-8", "other bytes", cause);
  }
  const nesting = nestingOf(text);
  if (nesting > mostNesting) {
    fail("is nested too deep.", `at most ${mostNesting} levels`, `${nesting} levels`);
  }
  try {
    return withoutPrototypes(JSON.parse(text));
  } catch (cause) {
    return fail("is not JSON.", "JSON", JSON.stringify(text.slice(0, 40)), cause);
  }
}

/** `value` without what is called `__proto__`, which means something else to JavaScript's objects. */
function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Object.hasOwn(value, "__proto__")) Reflect.deleteProperty(value, "__proto__");
  for (const one of Object.values(value)) withoutPrototypes(one);
  return value;
}

/** A number that Python is to take for a float: JSON's `2` is none to it, `2.0` is. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What `JSON.stringify` gives, in which each `Float` has a decimal point or an exponent. */
export function formatJson(value: unknown): string {
  if (value instanceof Float) {
    const text = JSON.stringify(value.value);
    return Number.isInteger(Number(text)) && !text.includes("e") ? `${text}.0` : text;
  }
  if (Array.isArray(value)) return `[${value.map((one) => formatJson(one ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${formatJson(one)}`).join(",")}}`;
}
