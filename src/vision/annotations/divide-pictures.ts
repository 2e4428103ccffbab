// Annotated pictures in parts, and what is in each part. Knows no file.

import type { ClassCount, CopiedFile } from "../../data/image-folder/classes.ts";
import { copiesIn, divide, type Parts } from "../../data/image-folder/divide.ts";
import type { PartName } from "../../data/image-folder/layout.ts";

/** A picture, as far as it matters here. */
export interface DivisiblePicture {
  /** Its number among all pictures. */
  readonly row: number;
  readonly path: string;
  readonly part?: PartName | undefined;
  /** The MD5 of its bytes. */
  readonly digest: string;
  /** The classes in it, each once. */
  readonly labels: readonly number[];
  /** The class of each object in it. */
  readonly objects?: readonly number[] | undefined;
}

/** Pictures by parts. */
export interface DividedPictures {
  /** Numbers among all pictures. */
  readonly parts: Parts;
  readonly counts: readonly ClassCount[];
  readonly objectCounts?: readonly ClassCount[];
  readonly leaks: readonly CopiedFile[];
  readonly copies: readonly CopiedFile[];
}

const partNames = ["train", "validation", "test"] as const satisfies readonly PartName[];

/** Of pictures whose rarest class is the same, the same share is held out. */
export function dividePictures(
  pictures: readonly DivisiblePicture[],
  classNames: readonly string[],
  share: number,
  seed: number,
): DividedPictures {
  const frequency = new Array<number>(classNames.length).fill(0);
  for (const { labels } of pictures) for (const label of labels) frequency[label]++;
  const rarest = (labels: readonly number[]) =>
    labels.reduce(
      (best, label) => (frequency[label] < (frequency[best] ?? Infinity) ? label : best),
      -1,
    );
  const divisible = pictures.map(({ labels, digest, part }) => ({
    label: rarest(labels),
    digest,
    part,
  }));
  const divided = divide(divisible, share, seed);
  const partOf = new Map<number, PartName>();
  for (const part of partNames) for (const i of divided[part]) partOf.set(i, part);
  const copied = copiesIn(divisible).map((numbers) => ({
    paths: numbers.map((i) => pictures[i].path),
    parts: partNames.filter((part) => numbers.some((i) => partOf.get(i) === part)),
    classNames: [...new Set(numbers.flatMap((i) => pictures[i].labels))].map(
      (label) => classNames[label],
    ),
  }));
  const count = (labelsOf: (picture: DivisiblePicture) => readonly number[]) => {
    const sums = classNames.map((name) => ({ name, train: 0, validation: 0, test: 0 }));
    for (const [i, part] of partOf) for (const label of labelsOf(pictures[i])) sums[label][part]++;
    return sums;
  };
  const hasObjects = pictures.some(({ objects }) => objects !== undefined);
  const rows = (numbers: Int32Array) => numbers.map((i) => pictures[i].row);
  return {
    parts: {
      train: rows(divided.train),
      validation: rows(divided.validation),
      test: rows(divided.test),
    },
    counts: count(({ labels }) => labels),
    ...(hasObjects && { objectCounts: count(({ objects = [] }) => objects) }),
    leaks: copied.filter(({ parts }) => parts.length > 1),
    copies: copied.filter(({ parts }) => parts.length === 1),
  };
}
