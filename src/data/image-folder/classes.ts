// The pictures of a folder by their classes: which are used, how many each class has, and which are copies of each
// other. Knows files by their numbers, and reads none.

import { copiesIn, type Divisible, type Parts } from "./divide.ts";
import type { SkippedFile } from "./found-file.ts";
import type { Layout, PartName } from "./layout.ts";

/** How many pictures a class has in each part. */
export interface ClassCount extends Readonly<Record<PartName, number>> {
  readonly name: string;
}

/** The same bytes under several names. */
export interface CopiedFile {
  readonly paths: readonly string[];
  /** The parts that have it, and the classes. */
  readonly parts: readonly PartName[];
  readonly classNames: readonly string[];
}

/** A picture that is used: its number among all files, and those of its classes. */
export interface UsedFile extends Divisible {
  readonly number: number;
  /** In rising order; exactly one unless pictures may have several. */
  readonly labels: readonly number[];
}

/** The classes, the pictures that belong to them, and those that do not. */
export interface SortedFiles {
  readonly classNames: readonly string[];
  readonly used: readonly UsedFile[];
  readonly skipped: readonly SkippedFile[];
}

/** Sorts pictures into the classes that are wanted; without a wish, into those that have pictures to train with. */
export function sortFiles(
  { files, isMultiLabel }: Layout,
  checked: readonly { readonly digest: string; readonly problem?: string }[],
  wanted: readonly string[] | undefined,
): SortedFiles {
  const isSound = (i: number) => checked[i].problem === undefined;
  const trained = files.filter(({ part = "train" }, i) => part === "train" && isSound(i));
  const found = [...new Set(trained.flatMap(({ classNames }) => classNames))].sort();
  const classNames = wanted ?? found;
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  const used: Omit<UsedFile, "label">[] = [];
  const skipped: SkippedFile[] = [];
  files.forEach(({ file, classNames: own, part }, number) => {
    const { digest, problem } = checked[number];
    const labels = own.flatMap((name) => numbers.get(name) ?? []).sort((a, b) => a - b);
    if (problem !== undefined) skipped.push({ path: file.path, reason: problem });
    else if (isMultiLabel || labels.length > 0) used.push({ number, labels, digest, part });
    else {
      const reason =
        wanted === undefined ? "which has no picture to train with" : "which is not asked for";
      skipped.push({ path: file.path, reason: `is of the class "${own[0]}", ${reason}` });
    }
  });
  const rarest = rarestOf(used, classNames.length);
  return { classNames, used: used.map((one) => ({ ...one, label: rarest(one.labels) })), skipped };
}

/** The class by which a picture is held out or not: of several the one with the fewest pictures; -1 for none. */
function rarestOf(used: readonly Pick<UsedFile, "labels">[], classes: number) {
  const sizes = new Int32Array(classes);
  for (const { labels } of used) for (const label of labels) sizes[label]++;
  return (labels: readonly number[]) =>
    labels.reduce((best, label) => (best < 0 || sizes[label] < sizes[best] ? label : best), -1);
}

const partNames = ["train", "validation", "test"] as const satisfies readonly PartName[];

/** How many pictures each class has in each part. */
export function countClasses({ classNames, used }: SortedFiles, parts: Parts): ClassCount[] {
  return classNames.map((name, label) => {
    const count = (part: PartName) =>
      parts[part].reduce((sum, i) => sum + Number(used[i].labels.includes(label)), 0);
    return { name, train: count("train"), validation: count("validation"), test: count("test") };
  });
}

/** Pictures whose bytes are the same, and those of them whose classes are not. */
export function copiesOf(
  { classNames, used }: SortedFiles,
  parts: Parts,
  files: readonly { readonly path: string }[],
): { readonly copies: readonly CopiedFile[]; readonly contradictions: readonly CopiedFile[] } {
  const partOf = new Map<number, PartName>();
  for (const part of partNames) for (const i of parts[part]) partOf.set(i, part);
  const groups = copiesIn(used);
  const copies = groups.map((numbers) => ({
    paths: numbers.map((i) => files[used[i].number].path),
    parts: partNames.filter((part) => numbers.some((i) => partOf.get(i) === part)),
    classNames: [...new Set(numbers.flatMap((i) => used[i].labels))].map((i) => classNames[i]),
  }));
  const differs = (numbers: readonly number[]) =>
    new Set(numbers.map((i) => used[i].labels.join())).size > 1;
  return { copies, contradictions: copies.filter((_, i) => differs(groups[i])) };
}

/** `N / (classes · pictures of the class)` for each class with pictures to train with. */
export function balanced(counts: readonly ClassCount[]): Record<number, number> {
  const present = counts.filter(({ train }) => train > 0);
  const total = present.reduce((sum, { train }) => sum + train, 0);
  const weights = counts.map(({ train }, i) => [i, total / (present.length * train)] as const);
  return Object.fromEntries(weights.filter(([i]) => counts[i].train > 0));
}
