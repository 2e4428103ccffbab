// Picture files that were typed, and those in folders that were typed: what there is to try, and what is said of those
// that cannot be read.

import { stat } from "node:fs/promises";
import { FormatError } from "../core/errors.ts";
import { walk } from "../data/image-folder/walk.ts";
import { ImageError, type ImageErrorReason, imageReasons } from "../images/image-error.ts";

/** A file to try. */
export interface Candidate {
  readonly path: string;
  /** Whether it was typed, rather than found in a folder. */
  readonly isNamed: boolean;
}

/** A file that could not be read. */
export interface Skipped extends Candidate {
  readonly reason: ImageErrorReason | "other";
  readonly text: string;
}

/** The files that were typed, and those in folders, each once and in that order. */
export async function candidatesFor(paths: readonly string[]) {
  const found = new Map<string, Candidate>();
  const skipped: Skipped[] = [];
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
    if (!isFolder) {
      found.set(path, { path, isNamed: true });
      continue;
    }
    const inside = await walk(path);
    for (const file of inside.files) {
      if (!found.has(file.path)) found.set(file.path, { path: file.path, isNamed: false });
    }
    for (const one of inside.skipped) {
      skipped.push({ path: one.path, isNamed: false, reason: "unreadable", text: one.reason });
    }
  }
  return { candidates: [...found.values()], skipped };
}

/** What an error says of a picture. Others are no matter of the picture, and are thrown again. */
export function whyNot(error: unknown): Pick<Skipped, "reason" | "text"> {
  if (error instanceof ImageError)
    return { reason: error.reason, text: imageReasons[error.reason] };
  if (error instanceof FormatError) return { reason: "other", text: error.facts.what };
  throw error;
}

/** The files that could not be read, for people; `without` says what they are without. */
export function formatSkipped(
  skipped: readonly Skipped[],
  without: string,
  hasTable: boolean,
): string {
  const count = skipped.length === 1 ? "1 file" : `${skipped.length} files`;
  const lines = skipped.map(({ path, text }) => `  ${path}: ${text}`);
  return [...(hasTable ? [""] : []), `${count} without ${without}:`, ...lines].join("\n");
}
