// explanation.html: what a model sees in pictures, and how far each map can be trusted. It takes plain records, loads
// nothing and runs no script.

import type { Tensor } from "../core/tensor.ts";
import type { Attribution } from "../explain/attribute.ts";
import type { ColorMapName } from "../explain/colors.ts";
import { methods } from "../explain/methods/table.ts";
import { colorBar, overlay, shownPicture } from "../explain/overlay.ts";
import type { Trust } from "../explain/trust/trust.ts";
import { escapeMarkup } from "./markup.ts";
import { formatRate } from "./numbers.ts";
import { pageOf } from "./page.ts";
import { pngDataUri } from "./picture.ts";

/** A map, and what is known of it. */
export interface ExplainedMap {
  readonly attribution: Attribution;
  readonly trust?: Trust;
  /** What the map is of, such as `cup 0.93`. Default: the name of the class. */
  readonly subject?: string;
  /** The map as it is shown, `u8 [H, W, 3]`. Default: over the picture. */
  readonly shown?: Tensor<Uint8Array>;
}

/** A picture with its maps. */
export interface ExplainedPicture {
  /** What it is called, such as its path. */
  readonly name: string;
  /** As the model saw it, `[H, W, C]`. */
  readonly picture: Tensor;
  /** The picture as it is shown, `u8 [H, W, C]`. Default: as the model saw it. */
  readonly shown?: Tensor<Uint8Array>;
  /** The classes that the model finds most probable, first to last. Default: none are named. */
  readonly top?: readonly { readonly name: string; readonly probability: number }[];
  /** What the model says of it. Default: the classes of `top`. */
  readonly note?: string;
  readonly maps: readonly ExplainedMap[];
}

/** Everything that the page says. */
export interface ExplanationContent {
  readonly title: string;
  readonly subtitle?: string;
  readonly classNames: readonly string[];
  readonly pictures: readonly ExplainedPicture[];
  /** Default: `inferno`. */
  readonly colors?: ColorMapName;
}

const style = `
.explained { display: grid; gap: 18px; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr));
  margin: 0; padding: 0; list-style: none; }
.explained img { display: block; width: 100%; image-rendering: pixelated; border-radius: 6px; }
.explained h3 { margin: 10px 0 4px; font-size: 15px; }
.explained p { margin: 4px 0 0; font-size: 13px; }
.legend { display: flex; align-items: center; gap: 8px; margin: 14px 0 0; font-size: 13px; color: var(--muted); }
.legend img { width: 160px; height: 12px; border-radius: 3px; }
`;

/**
 * The page as the text of an HTML file: each picture beside its maps, what they show, when they mislead, and the
 * evidence for them.
 *
 * @example await writeFile("explanation.html", explanationPage({ title, classNames, pictures }));
 */
export function explanationPage(content: ExplanationContent): string {
  const sections = content.pictures.map((picture) => pictureSection(picture, content));
  return pageOfSections(content, sections);
}

/** The page of sections that `pictureSection` has made, one after another, so that no picture has to be kept. */
export function pageOfSections(
  { title, subtitle, colors = "inferno" }: Omit<ExplanationContent, "pictures" | "classNames">,
  sections: readonly string[],
): string {
  const bar = pngDataUri(colorBar(colors, [1, 256]));
  const lead = `
<p class="legend"><span>counts for nothing</span><img src="${bar}" alt="colours from cold to hot"><span>counts most</span></p>
`;
  return pageOf({ title, subtitle, style, lead, body: sections.join("\n") });
}

/** A picture with its maps, as a part of the page. */
export function pictureSection(
  { name, picture, shown = shownPicture(picture), top = [], note, maps }: ExplainedPicture,
  { classNames, colors = "inferno" }: Pick<ExplanationContent, "classNames" | "colors">,
): string {
  const classes = top
    .map((one) => `${escapeMarkup(one.name)} ${formatRate(one.probability)}`)
    .join(", ");
  const [best] = top;
  const items = maps.map((one) => mapItem(one, { picture, name, classNames, colors }));
  return `<section class="card">
<h2>${escapeMarkup(name)}</h2>
<ul class="explained">
<li><img src="${pngDataUri(shown)}" alt="${escapeMarkup(`The picture ${name}`)}">
<h3>${best === undefined ? "The picture" : escapeMarkup(best.name)}</h3><p class="quiet">${note === undefined ? classes : escapeMarkup(note)}</p></li>
${items.join("\n")}
</ul>
</section>`;
}

function mapItem(
  { attribution, trust, subject, shown }: ExplainedMap,
  of: {
    readonly picture: Tensor;
    readonly name: string;
    readonly classNames: readonly string[];
    readonly colors: ColorMapName;
  },
): string {
  const { picture, name, classNames, colors } = of;
  const { method, map, classIndex, layers, reason, isFlat } = attribution;
  const { title, shows, misleads, paper } = methods[method];
  const what = subject ?? classNames[classIndex] ?? `class ${classIndex}`;
  const image = pngDataUri(shown ?? overlay(picture, map, { colors }));
  const looked =
    layers.length === 0 ? "" : `Layer ${layers.join(", ")}${reason ? `: ${reason}` : ""}.`;
  const words =
    isFlat && trust === undefined
      ? ["The map says nothing: it is the same everywhere."]
      : (trust?.words ?? []);
  const lines = [...words, looked].filter((line) => line !== "");
  const alt = `${title} of ${name} for ${what}`;
  return `<li><img src="${image}" alt="${escapeMarkup(alt)}">
<h3>${escapeMarkup(`${title}: ${what}`)}</h3>
${lines.map((line) => `<p>${escapeMarkup(line)}</p>`).join("\n")}
<p class="quiet">${escapeMarkup(`${shows} ${misleads} (${paper})`)}</p></li>`;
}
