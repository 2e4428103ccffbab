// What is known of a folder of pictures, as text: how many there are of each class, and which files were not used.

import type { ClassCount } from "../data/image-folder/classes.ts";
import type { SkippedFile } from "../data/image-folder/found-file.ts";
import { formatCount } from "../report/numbers.ts";
import type { FolderFacts } from "../tasks/task.ts";
import { formatTable } from "./table.ts";

/** How many of each class there are, as a table. */
export function formatCounts(counts: readonly ClassCount[]): string {
  const parts = (["train", "validation", "test"] as const).filter(
    (part) => part === "train" || counts.some((count) => count[part] > 0),
  );
  const titles = { train: "training", validation: "validation", test: "test" };
  const rows = counts.map((count) => [
    count.name,
    ...parts.map((part) => formatCount(count[part])),
  ]);
  return formatTable(
    [["class", ...parts.map((part) => titles[part])], ...rows],
    ["left", ...parts.map(() => "right" as const)],
  );
}

/** Files that a terminal lists; a report has all of them. */
const mostListed = 20;

/** The files that were not used and the annotations that are faulty, with the reasons; nothing where there are none. */
export function formatFlaws({
  skipped,
  faults = [],
}: Pick<FolderFacts, "skipped" | "faults">): string | undefined {
  const lists = [
    listOf(skipped, "file was not used", "files were not used"),
    listOf(faults, "annotation was faulty", "annotations were faulty"),
  ];
  const shown = lists.filter((list) => list !== undefined);
  return shown.length === 0 ? undefined : shown.join("\n\n");
}

/** The same for machines. */
export function recordOfFlaws({ skipped, faults }: FolderFacts) {
  return { skipped, ...(faults && { faults }) };
}

function listOf(files: readonly SkippedFile[], one: string, many: string): string | undefined {
  if (files.length === 0) return undefined;
  const rows = files.slice(0, mostListed).map(({ path, reason }) => `  ${path} ${reason}`);
  const more = files.length - rows.length;
  const count = `${formatCount(files.length)} ${files.length === 1 ? one : many}:`;
  return [count, ...rows, ...(more > 0 ? [`  and ${formatCount(more)} more`] : [])].join("\n");
}
