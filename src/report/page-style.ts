// The look of report.html: one style sheet, light and dark, on screen and on paper.

import { fontFamily } from "./figure.ts";
import { dark, light, type Palette } from "./palette.ts";

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([role, color]) => `--${role}: ${color};`)
    .join(" ");
}

/** The content of the page's `<style>`. */
export const pageStyle = `
:root { color-scheme: light dark; ${variables(light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--desk); color: var(--ink); font: 15px/1.5 ${fontFamily}; }
main { max-width: 1130px; margin: 0 auto; padding: 36px 24px 56px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 17px; }
.subtitle { margin: 6px 0 0; color: var(--muted); }
.remark { margin: 12px 0 0; color: var(--muted); }
.card { margin-top: 20px; padding: 20px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 10px; }
.figure { padding: 0; overflow: hidden; }
.figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.hint { display: none; margin: 8px 0 0; color: var(--muted); font-size: 12.5px; }
.figure .hint { margin: 0; padding: 8px 20px 12px; }
.scroll:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
@media screen and (max-width: 780px) {
  .figure svg { max-width: none; }
  .figure .hint { display: block; }
}
@media screen and (max-width: 600px) { .hint { display: block; } }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr));
  gap: 14px; margin: 24px 0 0; }
.headlines div { padding: 14px 18px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 10px; }
.headlines dt { color: var(--muted); font-size: 13px; }
.headlines dd { margin: 0; font-size: 24px; font-weight: 600; line-height: 1.35;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.headlines dd.note { color: var(--muted); font-size: 13px; font-weight: 400; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
  gap: 0 20px; align-items: start; }
.scroll { overflow: auto; max-height: 520px; }
.figure .scroll { max-height: none; }
.scroll table { min-width: 27em; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; }
th { position: sticky; top: 0; background: var(--paper); font-size: 13px; font-weight: 600;
  color: var(--muted); }
td.text, th.text { text-align: left; overflow-wrap: anywhere; }
td.number { white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
tfoot td { border-top: 1px solid var(--line); border-bottom: 0; font-weight: 600; }
.bar { background: linear-gradient(var(--blue), var(--blue)) no-repeat left 10px bottom 2px;
  background-size: calc((100% - 20px) * var(--share)) 3px; }
.arguments td { font-family: ui-monospace, Menlo, Consolas, "Liberation Mono", monospace;
  font-size: 13px; }
.arguments td.text:first-child { width: 1%; color: var(--muted); overflow-wrap: normal;
  white-space: nowrap; }
pre { margin: 0; font: 12.5px/1.45 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr));
  gap: 18px 14px; margin: 0; padding: 0; list-style: none; }
.mistakes img { display: block; width: 100%; height: 112px; object-fit: contain;
  image-rendering: pixelated; border-radius: 6px; background: var(--desk); }
.right { font-weight: 600; }
.mistakes p { margin: 6px 0 0; font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere; }
.wrong { color: var(--vermilion); font-weight: 600; }
.quiet { color: var(--muted); }
footer { margin-top: 28px; color: var(--muted); font-size: 13px; }
@media print {
  :root { ${variables(light)} }
  main { max-width: none; padding: 0; }
  .card, .headlines div, li { break-inside: avoid; }
  .scroll { max-height: none; overflow: visible; }
}
`;
