// A file that may be a picture, and what was passed over on the way to it. Knows no place: files of a folder and
// files that a page was handed look the same.

import { FoveaError } from "../../core/errors.ts";

/** A file, wherever it lies. */
export interface FoundFile {
  /** Where it lies, for people to read. */
  readonly path: string;
  /** Its path below the folder: names of folders, then its own. */
  readonly parts: readonly string[];
  readonly bytes: number;
  /** When it was changed, in milliseconds since 1970. */
  readonly modified: number;
  /** All of it. @throws whatever the system throws. */
  read(): Promise<Uint8Array>;
}

/** A file that is not used, and why. */
export interface SkippedFile {
  readonly path: string;
  /** A few words that go on after the path. */
  readonly reason: string;
}

/** Files of a folder, and what was passed over. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly skipped: readonly SkippedFile[];
}

/** The part of a path below the folder, with slashes. */
export const nameOf = ({ parts }: FoundFile): string => parts.join("/");

/** Extensions of files that are taken for pictures. */
export const pictureExtensions = [
  ".jpg",
  ".jpeg",
  ".jpe",
  ".jfif",
  ".png",
  ".webp",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
] as const;

/** Whether a name is that of a picture. */
export function hasPictureName(name: string): boolean {
  return (pictureExtensions as readonly string[]).includes(extensionOf(name));
}

/** The extension in lower case with its dot; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot).toLowerCase();
}

/** What systems leave in folders, and nobody means. */
const leftovers = new Set(["thumbs.db", "desktop.ini", "ehthumbs.db"]);

/** Whether a file or folder is passed over without a word. */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || leftovers.has(name.toLowerCase());
}

/** Why a file cannot be used, from the error that says so: without the path, which is said beside it. */
export function reasonOf(error: unknown, path: string): string {
  const text =
    error instanceof FoveaError
      ? error.facts.what
      : error instanceof Error
        ? error.message
        : String(error);
  const plain = text.startsWith(`${path} `) ? text.slice(path.length + 1) : text;
  return plain.replace(/\.$/, "");
}
