// From --model to a file: a path, or a run folder, and what lies beside it.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../core/errors.ts";
import { readWholeFile } from "../formats/files.ts";

/** The files of a run that this floor names. */
export const runFileNames = {
  args: "args.json",
  history: "history.csv",
  curves: "curves.svg",
  confusion: "confusion-matrix.svg",
  report: "report.html",
  best: "best.safetensors",
  last: "last.safetensors",
} as const;

/** The model file that `path` means: itself, or the `preferred` one of a run folder. */
export async function modelFileOf(path: string, preferred: "best" | "last"): Promise<string> {
  const status = await stat(path).catch(() => undefined);
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
    fix: "give the folder of a run, or the path of a .safetensors file",
  });
}

/** Whether there is a file or folder of that name. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** What `args.json` in a folder says; undefined where there is none. */
export async function argsIn(
  folder: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = join(folder, runFileNames.args);
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const text = new TextDecoder().decode(await readWholeFile(path, { maximumBytes: 1 << 20 }));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new FormatError({
    what: `${path} does not say what the run was started with.`,
    expected: "an object in JSON",
    received: text.slice(0, 60),
    fix: `repair the file, or move the model out of ${folder}`,
  });
}
