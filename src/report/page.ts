// A page that stands alone: its frame, which loads nothing. The one script that it may run sorts tables. What it says comes
// from its callers.

import { escapeMarkup } from "./markup.ts";
import { sortScript, sortScriptHash } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

/** What a page says. */
export interface PageContent {
  readonly title: string;
  /** One line below the title. Default: none. */
  readonly subtitle?: string | undefined;
  /** What the page's style sheet has besides that of all pages. Default: nothing. */
  readonly style?: string;
  /** Markup in the head of the page, below the title. Default: nothing. */
  readonly lead?: string;
  /** Markup of everything below. */
  readonly body: string;
  /** Whether tables of the class `sortable` can be sorted, which takes a script. Default: false. */
  readonly isSortable?: boolean;
}

/** The text of an HTML file. */
export function pageOf(content: PageContent): string {
  const { title, subtitle, style = "", lead = "", body, isSortable = false } = content;
  const policy = isSortable ? ` script-src '${sortScriptHash}';` : "";
  const script = isSortable ? `<script>${sortScript}</script>\n` : "";
  const subtitleLine = subtitle ? `<p class="subtitle">${escapeMarkup(subtitle)}</p>` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline';${policy} img-src data:">
<title>${escapeMarkup(title)}</title>
<style>${pageStyle}${style}</style>
</head>
<body>
<main>
<header><h1>${escapeMarkup(title)}</h1>${subtitleLine}${lead}</header>
${body}
<footer>Made by Fovea. This page needs no other file and no network.</footer>
</main>
${script}</body>
</html>
`;
}
