// A published dataset in one archive: its files are read out of the archive, or from a folder where
// somebody has unpacked it. What they hold is the business of the dataset.

import { FormatError } from "../../core/errors.ts";
import { openZip } from "../../formats/zip.ts";
import { archiveFiles, type FileSet, findPublished, folderFiles } from "../file-set.ts";
import { gunzip } from "../gzip.ts";
import type { PublishedFile } from "../published-file.ts";
import { readTar } from "../tar.ts";
import type { TrainAndTest } from "./dataset.ts";
import type { PublishedDataset } from "./published-dataset.ts";

/** All that tells one dataset of this kind from another. */
export interface ArchiveDataset extends Omit<PublishedDataset, "files" | "isIn" | "read"> {
  /** `.tar.gz` or `.zip`. */
  readonly archive: PublishedFile;
  /** What its content may have together, in bytes. */
  readonly unpackedBytes: number;
  /** The folder inside the archive, which people unpack as it is. */
  readonly innerFolder: string;
  /** A file without which a folder does not hold the dataset. */
  readonly neededFile: string;
  /** The examples in its files. @throws FoveaError */
  decode(files: FileSet): Promise<TrainAndTest>;
}

/** The published dataset in this archive. */
export function archiveDataset(record: ArchiveDataset): PublishedDataset {
  const { archive, innerFolder, neededFile, decode } = record;
  return {
    ...record,
    files: [archive],
    async isIn(folder, accept) {
      const files = folderFiles(folder, innerFolder);
      return (await files.has(archive.name)) || (accept === "any" && files.has(neededFile));
    },
    async read(folder, accept) {
      const files = folderFiles(folder, innerFolder);
      const isUnpacked = accept === "any" && (await files.has(neededFile));
      return decode(isUnpacked ? files : ((await inArchive(files, record)) ?? files));
    },
  };
}

/** The files in the archive; undefined where it is missing. */
async function inArchive(files: FileSet, record: ArchiveDataset): Promise<FileSet | undefined> {
  const { archive, innerFolder, unpackedBytes } = record;
  const found = await findPublished(files, archive);
  if (found === undefined) return undefined;
  const { name, bytes } = found;
  if (archive.name.endsWith(".zip")) {
    const zip = openZip(bytes, name, { maximumBytes: unpackedBytes });
    const names = new Set(zip.names);
    return archiveFiles(name, `${innerFolder}/`, (entry) =>
      names.has(entry) ? zip.read(entry) : undefined,
    );
  }
  const entries = readTar(await gunzip(bytes, name, unpackedBytes), name);
  return archiveFiles(name, `${innerFolder}/`, (entry) => entries.get(entry));
}

/** What is said where a file of the dataset is missing. */
export function missingFile(
  { archive, mirrors }: Pick<ArchiveDataset, "archive" | "mirrors">,
  { place }: FileSet,
  file: string,
  expected = file,
): FormatError {
  return new FormatError({
    what: `${file} is missing in ${place}.`,
    expected,
    received: "none of that name",
    fix: `Put ${archive.name} from ${mirrors[0]} there, unpacked or as it is, or choose another source.`,
  });
}
