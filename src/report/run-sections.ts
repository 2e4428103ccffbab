// The parts of a report that say what a run was: files that were not used, arguments, and the model.

import type { SkippedFile } from "../data/image-folder/found-file.ts";
import { escapeMarkup } from "./markup.ts";
import { formatCount } from "./numbers.ts";
import { type ReportSection, rowName, scrollRegion, textCell } from "./section.ts";

const mostSkipped = 1000;

/** The files that were not used, with the reasons. */
export function skippedSection(skipped: readonly SkippedFile[]): ReportSection[] {
  if (skipped.length === 0) return [];
  const rows = skipped
    .slice(0, mostSkipped)
    .map(({ path, reason }) => `<tr>${rowName(path)}${textCell(reason)}</tr>`);
  const more = skipped.length - rows.length;
  const rest = more > 0 ? `\n<p class="quiet">And ${formatCount(more)} more.</p>` : "";
  const table = `<table class="arguments"><tbody>\n${rows.join("\n")}\n</tbody></table>`;
  const body = scrollRegion("files that were not used", table) + rest;
  return [{ title: "Files that were not used", body }];
}

/** What the run was started with, one line for each argument. */
export function argumentsSection(args: Readonly<Record<string, unknown>>): ReportSection[] {
  const rows = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<tr>${rowName(name)}${textCell(shownValue(value))}</tr>`);
  if (rows.length === 0) return [];
  const body = `<table class="arguments"><tbody>\n${rows.join("\n")}\n</tbody></table>`;
  return [{ title: "Arguments", body }];
}

/** The model's summary, as the console prints it. */
export function summarySection(summary: string): ReportSection[] {
  if (summary.trim() === "") return [];
  const body = scrollRegion("layers of the model", `<pre>${escapeMarkup(summary)}</pre>`);
  return [{ title: "Model", body }];
}

/** A value as a table shows it. */
export function shownValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
