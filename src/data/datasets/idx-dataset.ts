// A published dataset of four IDX files, in the form of MNIST: a record of where they are and what
// they hold.

import { folderFiles } from "../file-set.ts";
import { type IdxContent, missingIn, readIdxFolder } from "./idx-folder.ts";
import type { PublishedDataset } from "./published-dataset.ts";

/** All that tells one dataset of this kind from another. */
export type IdxDataset = IdxContent & Omit<PublishedDataset, "files" | "isIn" | "read">;

/** The published dataset with these files. */
export function idxDataset(record: IdxDataset): PublishedDataset {
  const { files } = record;
  return {
    ...record,
    files: Object.values(files),
    isIn: async (folder, accept) =>
      (await missingIn(folderFiles(folder), files, accept)).length === 0,
    read: (folder, accept) => readIdxFolder(folder, record, accept),
  };
}
