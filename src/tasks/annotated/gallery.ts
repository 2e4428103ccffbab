// Pictures with what is drawn into them as a part of a report.

import type { Tensor } from "../../core/tensor.ts";
import { resize } from "../../images/resize.ts";
import { escapeMarkup } from "../../report/markup.ts";
import { pngDataUri } from "../../report/picture.ts";
import type { ReportSection } from "../../report/section.ts";

/** A picture twice or more, side by side, each with a word below it. */
export interface GalleryItem {
  readonly name: string;
  /** A line on how well it went. */
  readonly note: string;
  readonly pictures: readonly { readonly title: string; readonly image: Tensor<Uint8Array> }[];
}

/** The longest side of a picture in a page, in pixels. */
const longestSide = 400;

/** A part of a report with pictures; none where there are none. */
export function gallerySection(
  title: string,
  lead: string,
  items: readonly GalleryItem[],
): ReportSection[] {
  if (items.length === 0) return [];
  const rows = items.map(({ name, note, pictures }) => {
    const shown = pictures.map(
      (one) =>
        `<img src="${pngDataUri(fitted(one.image))}" alt="${escapeMarkup(`${name}: ${one.title}`)}">`,
    );
    return `<li class="wide"><div class="pair">${shown.join("")}</div><p>${escapeMarkup(name)}<br>
<span class="quiet">${escapeMarkup(note)}</span></p></li>`;
  });
  const body = `<p class="quiet">${escapeMarkup(lead)}</p>\n<ul class="mistakes">\n${rows.join("\n")}\n</ul>`;
  return [{ title, body }];
}

/** A picture no larger than pages show it. */
export function fitted(image: Tensor<Uint8Array>, most = longestSide): Tensor<Uint8Array> {
  const [height, width] = image.shape;
  const factor = most / Math.max(height, width);
  if (factor >= 1) return image;
  const size = [height, width].map((side) => Math.max(1, Math.round(side * factor)));
  return resize(image, { size: [size[0], size[1]] });
}
