// A figure: one SVG file that stands alone, holds text and plots, and follows the reader's light or dark
// scheme. Knows nothing of what is shown.

import { escapeMarkup } from "./markup.ts";
import { dark, light } from "./palette.ts";

/** The font of figures and reports: whatever the reader's system is set in. */
export const fontFamily =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif";

/**
 * The class names that give marks their colour. A mark has the light colour as an attribute, for
 * viewers without style sheets, and the class for the dark one.
 */
export const tint = {
  blue: { fill: "fovea-blue", stroke: "fovea-blue-line" },
  vermilion: { fill: "fovea-vermilion", stroke: "fovea-vermilion-line" },
  green: { fill: "fovea-green", stroke: "fovea-green-line" },
  purple: { fill: "fovea-purple", stroke: "fovea-purple-line" },
  gold: { fill: "fovea-gold", stroke: "fovea-gold-line" },
  onColor: { fill: "fovea-on-color" },
  paper: { fill: "fovea-paper" },
  muted: { fill: "fovea-muted", stroke: "fovea-muted-line" },
} as const;

/** The colours that tell lines and points apart, in the order in which they are taken. */
export const seriesColors = ["blue", "vermilion", "green", "purple", "gold"] as const;

/** A colour of a line or of points. */
export type MarkColor = (typeof seriesColors)[number] | "muted";

const darkRules = (color: MarkColor) =>
  `.${tint[color].fill} { fill: ${dark[color]} }\n.${tint[color].stroke} { stroke: ${dark[color]} }`;

const styleSheet = `@media (prefers-color-scheme: dark) {
.fovea-figure { color: ${dark.ink} }
.fovea-paper { fill: ${dark.paper} }
${[...seriesColors, "muted" as const].map(darkRules).join("\n")}
.fovea-on-color { fill: ${dark.onColor} }
}`;

/** A figure for a dark page, whatever the reader's scheme: for PNG files, which have one look. */
export function inDark(svg: string): string {
  const dressed = styleSheet.replace("@media (prefers-color-scheme: dark) {\n", "").slice(0, -1);
  return svg.replace(styleSheet, `:root { color: ${dark.ink} }\n${dressed}`);
}

/**
 * The text of an SVG file of `width` by `height` pixels. `label` says what it shows to those who
 * cannot see it; `parts` come from `textAt` and `plotAt` (plot.ts).
 */
export function figure(options: {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly parts: readonly string[];
}): string {
  const { width, height, label, parts } = options;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    ` viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(label)}"`,
    ` class="fovea-figure" color="${light.ink}" fill="currentColor"`,
    ` font-family="${escapeMarkup(fontFamily)}" font-size="12">\n`,
    `<style>${styleSheet}</style>\n`,
    `<rect width="${width}" height="${height}" fill="${light.paper}" class="fovea-paper"/>\n`,
    ...parts,
    "</svg>\n",
  ].join("");
}

/** How a line of text looks. */
export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly muted?: boolean;
}

/** A line of text that starts at (`x`, `y`), its baseline. */
export function textAt(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 12, bold = false, muted = false } = style;
  const weight = bold ? ' font-weight="600"' : "";
  const color = muted ? ` fill="${light.muted}" class="${tint.muted.fill}"` : "";
  const place = `x="${x}" y="${y}" font-size="${size}"${weight}${color}`;
  return `<text ${place}>${escapeMarkup(text)}</text>\n`;
}
