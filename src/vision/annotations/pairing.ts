// Which file belongs to which picture: those of the same name, in folders beside each other or in the same one.

import { type FoundFile, hasPictureName } from "../../data/image-folder/found-file.ts";
import { type PartName, partOf } from "../../data/image-folder/layout.ts";
import { lastOf, stemOf } from "./found.ts";

/** What folders of pictures are called. */
export const pictureFolders: readonly string[] = [
  "images",
  "image",
  "imgs",
  "img",
  "jpegimages",
  "pictures",
  "photos",
  "inputs",
];

/** Folders of pictures of classes, which are no pictures to look at. */
const mapFolders = ["masks", "mask", "segmentationclass", "segmentationobject"];

/** Whether a file is a picture that annotations can be about. */
export function isPicture(file: FoundFile): boolean {
  if (!hasPictureName(lastOf(file))) return false;
  return !file.parts.slice(0, -1).some((folder) => mapFolders.includes(folder.toLowerCase()));
}

/** Where a file lies, without the words that say what is in its folder. */
export interface FilePlace {
  /** The same for a picture and what belongs to it. */
  readonly key: string;
  readonly part?: PartName;
  /** Whether a folder above it has one of the names. */
  readonly isInside: boolean;
}

/**
 * Takes the first folder that is called as one of `folders`, and the first that is called as a part, out of a path:
 * `train/images/a.jpg`, `images/train/a.jpg` and `labels/train/a.txt` have the key `a` and the part `train`.
 */
export function placeOf(
  file: FoundFile,
  folders: readonly string[],
  stem = stemOf(file),
): FilePlace {
  const above = file.parts.slice(0, -1);
  const kind = above.findIndex((name) => folders.includes(name.toLowerCase()));
  const part = above.findIndex((name, i) => i !== kind && partOf(name) !== undefined);
  const rest = above.filter((_, i) => i !== kind && i !== part);
  const word = part === -1 ? undefined : partOf(above[part]);
  return {
    key: [...rest, stem].join("/"),
    isInside: kind !== -1,
    ...(word !== undefined && { part: word }),
  };
}

/** Files by what they belong to. */
export class Partners {
  readonly #exact = new Map<string, FoundFile>();
  readonly #anyPart = new Map<string, FoundFile[]>();

  add(file: FoundFile, { key, part }: FilePlace): void {
    const exact = `${part ?? ""}:${key}`;
    if (!this.#exact.has(exact)) this.#exact.set(exact, file);
    this.#anyPart.set(key, [...(this.#anyPart.get(key) ?? []), file]);
  }

  /** The file that belongs to a picture: of the same part, else the only one of its key. */
  find({ key, part }: FilePlace): FoundFile | undefined {
    const exact = this.#exact.get(`${part ?? ""}:${key}`);
    if (exact !== undefined) return exact;
    const others = this.#anyPart.get(key) ?? [];
    return others.length === 1 ? others[0] : undefined;
  }
}
