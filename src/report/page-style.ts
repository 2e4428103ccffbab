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
:root { color-scheme: light dark; ${variables(light)} --most: 70%; }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} --most: 45%; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--desk); color: var(--ink); font: 15px/1.5 ${fontFamily}; }
main { max-width: 1130px; margin: 0 auto; padding: 36px 24px 56px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 17px; }
a { color: var(--blue); }
h3 { margin: 0 0 10px; font-size: 15px; overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.contents { margin: 20px 0 0; }
.contents ul { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 0; list-style: none; }
.contents a { display: inline-block; padding: 3px 0; font-size: 14px; }
:is(a, button, summary, input):focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.behind { padding: 0 20px 14px; }
details { margin: 8px 0 0; }
summary { cursor: pointer; color: var(--muted); font-size: 13.5px; padding: 3px 0; }
details p { margin: 6px 0 0; max-width: 70ch; font-size: 14px; }
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
thead th { position: sticky; top: 0; background: var(--paper); font-size: 13px; font-weight: 600;
  color: var(--muted); }
tbody th, tfoot th { font-weight: inherit; }
tbody th.text { min-width: 7.5em; }
th button { padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
th button::after { content: " \\2195"; opacity: 0.6; }
th[aria-sort="ascending"] button::after { content: " \\2191"; opacity: 1; }
th[aria-sort="descending"] button::after { content: " \\2193"; opacity: 1; }
td.text, th.text { text-align: left; overflow-wrap: anywhere; }
td.number { white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
tfoot :is(td, th) { border-top: 1px solid var(--line); border-bottom: 0; font-weight: 600; }
tbody tr:last-child th { border-bottom: 0; }
.bar { background: linear-gradient(var(--blue), var(--blue)) no-repeat left 10px bottom 2px;
  background-size: calc((100% - 20px) * var(--share)) 3px; }
.arguments :is(td, th) { font-family: ui-monospace, Menlo, Consolas, "Liberation Mono", monospace;
  font-size: 13px; }
.arguments th.text:first-child { width: 1%; color: var(--muted); overflow-wrap: normal;
  white-space: nowrap; }
pre { margin: 0; font: 12.5px/1.45 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr));
  gap: 18px 14px; margin: 0; padding: 0; list-style: none; }
.mistakes img { display: block; width: 100%; height: 112px; object-fit: contain;
  image-rendering: pixelated; border-radius: 6px; background: var(--desk); }
.mistakes li.wide { grid-column: span 2; }
.pairs { grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
.choice { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0; padding: 0; border: 0; font-size: 14px; }
.choice legend { float: left; margin-right: 14px; padding: 0; color: var(--muted); }
.scroll table.matrix { width: auto; min-width: 0; border-collapse: separate; border-spacing: 1px; }
.matrix :is(td, th) { border: 0; }
.matrix td { min-width: 3.2em; padding: 7px 5px; text-align: center; }
.matrix thead th { padding: 4px; vertical-align: bottom; text-align: center; }
.matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); }
.matrix tbody th.text { position: sticky; left: 0; min-width: 0; padding: 7px 8px; background: var(--paper);
  color: var(--muted); font-size: 13px; white-space: nowrap; overflow-wrap: normal; }
.matrix .none { color: var(--muted); }
.matrix a { color: inherit; }
.hit { background: color-mix(in srgb, var(--blue) calc(var(--strength) * var(--most)), var(--paper)); }
.miss { background: color-mix(in srgb, var(--vermilion) calc(var(--strength) * var(--most)), var(--paper)); }
.matrix .share { display: none; }
:root:has(#by-share:checked) .matrix .count { display: none; }
:root:has(#by-share:checked) .matrix .share { display: inline; }
.cell-pictures { display: none; margin: 18px 0 0; padding: 16px 0 0; border-top: 1px solid var(--line); }
.cell-pictures:target { display: block; }
.cell-pictures:focus-visible { outline: 2px solid var(--blue); outline-offset: 4px; }
.runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 20px; }
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
