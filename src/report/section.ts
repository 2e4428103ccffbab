// A part of a page: a heading, what is below it, and the figures in it. Every text that comes from outside is escaped here.

import { escapeMarkup } from "./markup.ts";
import type { DataTable, Reference, ReportFigure } from "./report-figure.ts";

/** A part of a report. */
export interface ReportSection {
  /** Its heading, which the page's table of contents names as well. */
  readonly title: string;
  /** Markup below the heading, in which every text from outside is escaped. */
  readonly body: string;
  /** Figures that belong to it: a run folder gets each as a file. Default: none. */
  readonly figures?: readonly ReportFigure[];
  /** Whether the heading is drawn in the figure itself, so that only screen readers need it. Default: false. */
  readonly isFigure?: boolean;
}

/** A figure with its numbers and how to read it. */
export function figureSection(figure: ReportFigure): ReportSection {
  const { svg, table, reference } = figure;
  const { title } = reference;
  const body = `${scrollRegion(title.toLowerCase(), svg)}
<div class="behind">
${numbersDetails(title, table)}
${referenceDetails(reference)}
</div>`;
  return { title, body, figures: [figure], isFigure: true };
}

/** The numbers of a figure, folded away. */
export function numbersDetails(title: string, table: DataTable): string {
  if (table.rows.length === 0) return "";
  const shown = scrollRegion(`numbers of ${title.toLowerCase()}`, tableMarkup(table));
  return `<details><summary>Numbers</summary>\n${shown}</details>`;
}

/** How to read a figure, folded away. */
export function referenceDetails({ shows, misleads, paper }: Reference): string {
  return `<details><summary>How to read it</summary>
<p>${escapeMarkup(shows)}</p>
<p>${escapeMarkup(misleads)}</p>
<p class="quiet">${escapeMarkup(paper)}</p></details>`;
}

/** A table whose first column names the rows. */
export function tableMarkup({ columns, rows }: DataTable): string {
  const [first = "", ...others] = columns;
  const heading = others.map((name) => `<th scope="col">${escapeMarkup(name)}</th>`).join("");
  const lines = rows.map(
    ([name = "", ...cells]) => `<tr>${rowName(name)}${cells.map(cell).join("")}</tr>`,
  );
  return `<table>
<thead><tr><th scope="col" class="text">${escapeMarkup(first)}</th>${heading}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>`;
}

/**
 * Content that may be wider than the screen: it scrolls, by keyboard too, and says so on narrow screens.
 * `label` names it.
 */
export function scrollRegion(label: string, content: string): string {
  return (
    `<div class="scroll" role="region" aria-label="${escapeMarkup(label)}" tabindex="0">${content}</div>` +
    '\n<p class="hint">Wider than your screen? Scroll it sideways.</p>'
  );
}

export function cell(text: string): string {
  return `<td class="number">${escapeMarkup(text)}</td>`;
}

export function textCell(text: string): string {
  return `<td class="text">${escapeMarkup(text)}</td>`;
}

/** The cell that names its row. */
export function rowName(text: string): string {
  return `<th scope="row" class="text">${escapeMarkup(text)}</th>`;
}

/** The name of a class, or its number. */
export function classNameAt(index: number, classNames: readonly string[]): string {
  return classNames[index] ?? `class ${index}`;
}
