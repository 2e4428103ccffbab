// What is known of a folder of pictures, as text: how many there are of each class, and which files were not used.

import type { ClassCount } from "../data/image-folder/classes.ts";
import type { SkippedFile } from "../data/image-folder/found-file.ts";
import { formatCount } from "../report/numbers.ts";
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

/** The files that were not used, with the reasons; nothing where all were. */
export function formatSkipped(skipped: readonly SkippedFile[]): string | undefined {
  if (skipped.length === 0) return undefined;
  const rows = skipped.slice(0, mostListed).map(({ path, reason }) => `  ${path} ${reason}`);
  const more = skipped.length - rows.length;
  const count = `${formatCount(skipped.length)} ${skipped.length === 1 ? "file was" : "files were"} not used:`;
  return [count, ...rows, ...(more > 0 ? [`  and ${formatCount(more)} more`] : [])].join("\n");
}
