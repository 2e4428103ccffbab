// The files that a page was handed as examples, as those of a folder are.

import { DataError } from "../../core/errors.ts";
import { outlineOf } from "../../core/option.ts";
import { type FoundFile, isHidden } from "./found-file.ts";
import { fromFiles, type ImageFolder } from "./image-folder.ts";
import { checkImageFolderOptions, type ImageFolderOptions } from "./options.ts";

/** What is needed of a browser's `File`. */
export interface ImageFile {
  readonly name: string;
  /** The path with the chosen folder in front, where a folder was chosen. */
  readonly webkitRelativePath?: string;
  readonly size: number;
  readonly lastModified: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * The pictures among files that a person chose or dropped in a page, as `imageFolder` has those of a folder: files of
 * `<input type="file" webkitdirectory>` know their folders, and so their classes. Decoded pictures are kept in memory up to
 * 256 MiB; more are decoded again whenever they are needed.
 *
 * @throws DataError where no picture is left, or with `strict` any is skipped; ConfigError where an option cannot be used.
 * @example const photos = await data.imageFiles(input.files, { size: [96, 96] });
 */
export async function imageFiles(
  files: Iterable<ImageFile>,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  checkImageFolderOptions("data.imageFiles", options);
  if (typeof files !== "object" || files === null || !(Symbol.iterator in files)) {
    throw new DataError({
      what: "data.imageFiles: these are no files.",
      expected: "a list of File objects, such as input.files",
      received: outlineOf(files),
    });
  }
  const found = Array.from(files, foundFile)
    .filter(({ parts }) => !parts.some(isHidden))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return fromFiles({ files: found, skipped: [] }, undefined, options);
}

function foundFile(file: ImageFile): FoundFile {
  const path = file.webkitRelativePath || file.name;
  const parts = path.split("/");
  return {
    path,
    // Without the folder that was chosen.
    parts: parts.length > 1 ? parts.slice(1) : parts,
    bytes: file.size,
    modified: file.lastModified,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  };
}
