// What CIFAR-10 and CIFAR-100 have in common: an archive of batches of records.

import { type CifarBatch, decodeCifarBatches, type RecordLabels } from "../cifar-batch.ts";
import type { FileSet } from "../file-set.ts";
import type { PublishedFile } from "../published-file.ts";
import { type ArchiveDataset, missingFile } from "./archive-dataset.ts";

/** What tells them apart. */
export interface CifarFacts {
  readonly name: string;
  readonly title: string;
  readonly archive: PublishedFile;
  /** Default: the name. */
  readonly cacheName?: string;
  readonly innerFolder: string;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  readonly labels: RecordLabels;
  readonly classNames: readonly string[];
}

const mirrors = ["https://www.cs.toronto.edu/~kriz/"];
/** A batch of 50,000 records, and room for larger ones of one's own. */
const largestBatch = 2 ** 30;

export function cifarDataset(facts: CifarFacts): ArchiveDataset {
  const { title, trainFiles, testFile, labels, classNames, ...record } = facts;
  return {
    ...record,
    about: {
      title,
      imageShape: [32, 32, 3],
      images: [50_000, 10_000],
      classes: classNames.length,
      licence: "none stated",
      homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    },
    mirrors,
    // The batches and what little lies beside them.
    unpackedBytes: 200_000_000,
    neededFile: testFile,
    async decode(files) {
      const read = async (names: readonly string[]) => {
        const batches = await batchesIn(files, names);
        if (batches.length > 0) return decodeCifarBatches(batches, classNames, labels);
        const all = [...trainFiles, testFile].join(", ");
        throw missingFile({ archive: record.archive, mirrors }, files, names[0], all);
      };
      return { train: await read(trainFiles), test: await read([testFile]) };
    },
  };
}

/** Those that are there. */
async function batchesIn(files: FileSet, names: readonly string[]): Promise<CifarBatch[]> {
  const found = await Promise.all(names.map((name) => files.find(name, largestBatch)));
  return found.filter((batch) => batch !== undefined);
}
