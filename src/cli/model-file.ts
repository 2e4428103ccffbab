// From --model to a loaded model: the path of a file, or a run folder, and what lies in it.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, FormatError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { type LoadedModel, type LoadOptions, loadModel } from "../train/load.ts";
import { acceptedNames } from "../zoo/index.ts";

/** The files of a run that commands name. */
export const runFileNames = {
  args: "args.json",
  history: "history.csv",
  report: "report.html",
  results: "results.json",
  trainBatch: "train-batch.png",
  best: "best.safetensors",
  last: "last.safetensors",
} as const;

/**
 * The model file that `path` means: itself, or the `preferred` one of a run folder.
 *
 * @throws ConfigError where it is the name of an architecture, FormatError where a folder holds no model.
 */
export async function modelFileOf(path: string, preferred: "best" | "last"): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined && isArchitecture(path)) throw notAFile(path);
  if (!status?.isDirectory()) return path;
  const other = preferred === "best" ? "last" : "best";
  for (const kind of [preferred, other] as const) {
    const file = join(path, runFileNames[kind]);
    if ((await stat(file).catch(() => undefined)) !== undefined) return file;
  }
  throw new FormatError({
    what: `The folder ${path} holds no model.`,
    expected: `${runFileNames[preferred]} or ${runFileNames[other]}`,
    received: "neither",
    fix: "give the folder of a run, or the path of a model file",
  });
}

/** Whether `name` is that of an architecture. */
export function isArchitecture(name: string): boolean {
  return acceptedNames.includes(name);
}

function notAFile(name: string): ConfigError {
  return new ConfigError({
    what: `There is no model file called "${name}": that is the name of an architecture.`,
    expected: "a model file, or a run folder",
    received: name,
    fix: `see it with "fovea summary --network ${name}", or train it with "fovea train --network ${name}"`,
  });
}

/** Whether there is a file or folder of that name. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** How --model and --input-shape say which model. */
export interface ModelChoice {
  readonly model: string;
  readonly inputShape?: string | undefined;
}

/**
 * Loads the model that a command was given.
 *
 * @throws ConfigError where --input-shape cannot be used, FormatError where the file is no model.
 */
export async function loadModelFile(
  file: string,
  { inputShape }: Pick<ModelChoice, "inputShape">,
  options: Omit<LoadOptions, "inputShape">,
): Promise<LoadedModel> {
  const shape = inputShape === undefined ? {} : { inputShape: shapeFrom(inputShape) };
  try {
    return await loadModel(file, { ...options, ...shape });
  } catch (error) {
    throw withOptionName(error);
  }
}

/** `96,96,3` or `96x96x3` as a shape. */
function shapeFrom(text: string): Shape {
  const sizes = text.split(/[,x×]/).map((size) => Number(size.trim() || Number.NaN));
  if (sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return sizes;
  throw new ConfigError({
    what: "The option --input-shape cannot be used.",
    expected: "height, width and channels as whole numbers, such as 96,96,3",
    received: text,
  });
}

/** What the library says of `inputShape`, said of the option. */
function withOptionName(error: unknown): unknown {
  if (!(error instanceof FormatError) && !(error instanceof ConfigError)) return error;
  const { what, expected, fix } = error.facts;
  if (![what, expected, fix].some((text) => text?.includes("inputShape"))) return error;
  const inOptions = (text: string) =>
    text
      .replace(
        /loadModel\([^)]*\{ inputShape: \[([\d, ]+)\] \}\)/,
        (_, sizes: string) => `--input-shape ${sizes.replaceAll(" ", "")}`,
      )
      .replaceAll("inputShape", "--input-shape");
  const facts = {
    ...error.facts,
    what: inOptions(what),
    ...(expected !== undefined && { expected: inOptions(expected) }),
    ...(fix !== undefined && { fix: inOptions(fix) }),
    cause: error,
  };
  return error instanceof FormatError ? new FormatError(facts) : new ConfigError(facts);
}
