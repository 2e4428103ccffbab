// args.json in a run folder: the recipe of the run, and what it came to. Files of earlier versions are read
// as what they mean today.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, FormatError } from "../core/errors.ts";
import { readWholeFile } from "../platform/files.ts";
import { runFileNames } from "./model-file.ts";
import { type Given, parseOptions } from "./schema.ts";
import { recipeSchema } from "./train-options.ts";

/** Parts of the recipe that were called something else before. */
const earlierNames = { model: "network" } as const;

/** What `args.json` says, under today's names; undefined where there is none. */
export async function argsIn(folder: string): Promise<Given | undefined> {
  const path = join(folder, runFileNames.args);
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const text = new TextDecoder().decode(await readWholeFile(path, { maximumBytes: 1 << 20 }));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return underTodaysNames(value);
  } catch {
    // Reported below.
  }
  throw new FormatError({
    what: `${path} cannot be read as the arguments of a run.`,
    expected: "an object in JSON",
    received: text.slice(0, 60),
    fix: `repair the file, or move the model out of ${folder}`,
  });
}

function underTodaysNames(saved: object): Given {
  const names: Readonly<Record<string, string>> = earlierNames;
  return Object.fromEntries(
    Object.entries(saved).flatMap(([name, value]) => {
      const today = Object.hasOwn(names, name) ? names[name] : name;
      // A file that has both is a new one.
      return today !== name && Object.hasOwn(saved, today) ? [] : [[today, value]];
    }),
  );
}

/**
 * The recipe in what `args.json` says.
 *
 * @throws FormatError where it cannot be used.
 */
export function recipeIn(saved: Given, folder: string): Given {
  if (saved.validation === undefined) {
    throw new FormatError({
      what: `${runFileNames.args} in ${folder} does not say how many images are held out for validation.`,
      expected: 'a number called "validation"',
      received: "none: an earlier version of Fovea wrote this file",
      fix:
        `start a new run; to begin with the weights of this one, copy ${runFileNames.last} to another ` +
        "folder and use --resume with that file and --data",
    });
  }
  const kept = Object.fromEntries(
    Object.entries(saved).filter(([name]) => Object.hasOwn(recipeSchema.shape, name)),
  );
  try {
    parseOptions(recipeSchema, kept);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new FormatError({
      what: `${runFileNames.args} in ${folder} cannot be used.`,
      received: cause.facts.what,
      fix: "repair the file, or move it away and give the options again",
      cause,
    });
  }
  return kept;
}
