// What was found in a folder that people should know, in sentences.

import type { ClassCount, CopiedFile } from "../../data/image-folder/classes.ts";
import type { SkippedFile } from "../../data/image-folder/found-file.ts";
import type { AnnotationFault } from "./found.ts";

/** Things that a message lists. */
const mostListed = 3;

/** What there is to tell. */
export interface Findings {
  readonly faults: readonly AnnotationFault[];
  readonly leaks: readonly CopiedFile[];
  readonly counts: readonly ClassCount[];
  readonly notKept: string | undefined;
  /** Objects of classes that were not asked for. */
  readonly others: number;
}

/** Some of a list, with three dots where there are more. */
export function listed(files: readonly SkippedFile[]): string {
  const some = files.slice(0, mostListed).map(({ path, reason }) => `${path} ${reason}`);
  return some.join("; ") + (files.length > mostListed ? "; …" : "");
}

/** A sentence for each thing that is worth one. */
export function warningsOf({ faults, leaks, counts, notKept, others }: Findings): string[] {
  const left = faults.filter(({ isRepaired }) => !isRepaired);
  const repaired = faults.filter(({ isRepaired }) => isRepaired);
  const empty = counts.filter(({ train, validation }) => train + validation === 0);
  return [
    ...faultWarning(left, "left out"),
    ...faultWarning(repaired, "mended"),
    ...(empty.length > 0
      ? [`No picture to learn from shows ${namesOf(empty.map(({ name }) => name))}.`]
      : []),
    ...(others > 0
      ? [`${amount(others, "object is", "objects are")} of other classes, and ignored.`]
      : []),
    ...(leaks.length > 0
      ? [
          `${amount(leaks.length, "picture is", "pictures are")} in several parts, which makes what is measured there ` +
            `too good: ${leaks
              .slice(0, mostListed)
              .map(({ paths }) => paths.join(" = "))
              .join("; ")}${leaks.length > mostListed ? "; …" : ""}.`,
        ]
      : []),
    ...(notKept === undefined
      ? []
      : [`Decoded pictures cannot be kept, and are decoded again each time: ${notKept}.`]),
  ];
}

const amount = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function namesOf(names: readonly string[]): string {
  const some = names.slice(0, mostListed).map((name) => `"${name}"`);
  return some.join(", ") + (names.length > mostListed ? ", …" : "");
}

function faultWarning(faults: readonly AnnotationFault[], fate: string): string[] {
  if (faults.length === 0) return [];
  const files = new Set(faults.map(({ path }) => path)).size;
  const list = listed(
    faults.map(({ path, place, reason }) => ({ path: `${path}, ${place}:`, reason })),
  );
  const where = `in ${amount(files, "file", "files")}`;
  return [
    `${amount(faults.length, "faulty thing", "faulty things")} ${where} ${faults.length === 1 ? "is" : "are"} ${fate}: ${list}.`,
  ];
}
