// A page of parts: a card for each, and a table of contents that leads to them.

import { escapeMarkup } from "./markup.ts";
import { pageOf } from "./page.ts";
import type { ReportSection } from "./section.ts";

/** What such a page says. */
export interface SectionedPage {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Markup above the table of contents. Default: nothing. */
  readonly lead?: string;
  readonly sections: readonly ReportSection[];
}

/** Fewer parts need no table of contents. */
const fewestListed = 3;

/** The text of an HTML file. */
export function sectionedPage({ title, subtitle, lead = "", sections }: SectionedPage): string {
  const ids = idsOf(sections);
  const items = sections.map(
    (section, i) => `<li><a href="#${ids[i]}">${escapeMarkup(section.title)}</a></li>`,
  );
  const contents =
    sections.length < fewestListed
      ? ""
      : `<nav class="contents" aria-label="Contents"><ul>\n${items.join("\n")}\n</ul></nav>`;
  const cards = sections.map(({ title: heading, body, isFigure = false }, i) => {
    const id = ids[i];
    return `<section class="card${isFigure ? " figure" : ""}" id="${id}">
<h2${isFigure ? ' class="unseen"' : ""}>${escapeMarkup(heading)}</h2>
${body}
</section>`;
  });
  const body = [lead, contents, ...cards].filter((part) => part.trim() !== "").join("\n");
  const isSortable = sections.some((section) => section.body.includes('class="sortable"'));
  return pageOf({ title, subtitle, body, isSortable });
}

/** `Most confused classes` as `most-confused-classes`; the second of that name gets a 2. */
function idsOf(sections: readonly ReportSection[]): string[] {
  const taken = new Map<string, number>();
  return sections.map(({ title }) => {
    const plain = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const times = (taken.get(plain) ?? 0) + 1;
    taken.set(plain, times);
    return times === 1 ? plain : `${plain}-${times}`;
  });
}
