// A photograph repainted in the style of a painting: its pixels are changed step by step until a network finds the
// content of the one and the style of the other in it.

import { DataError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { contactSheet } from "../../images/contact-sheet.ts";
import { printWarning } from "../../platform/print-warning.ts";
import { Comparer } from "./comparer.ts";
import { withFeatures } from "./feature-model.ts";
import { lossOptionsOf } from "./loss-options.ts";
import { colorsOf, leastSide, whyUnusable } from "./pictures.ts";
import { Repainting } from "./repainting.ts";
import { sharesOf } from "./style-loss.ts";
import {
  type SkippedStyle,
  type Stylized,
  type StylizeOptions,
  type StylizeSettings,
  stylizeSettings,
} from "./stylize-options.ts";

type Picture = Tensor<Uint8Array>;

const call = "vision.stylize";

/**
 * A photograph `[H, W, C]` repainted in the style of a painting `[H, W, C]`, or of several: the content of the one and the
 * style of the others, as a network's features show them. Grey pictures count as colours, transparent ones as if on white.
 * The same seed gives the same bytes.
 *
 * Source: Gatys, Ecker and Bethge, "Image style transfer using convolutional neural networks", CVPR 2016.
 *
 * @throws ConfigError if an option cannot be used, DataError if no style picture can be used, DownloadError if there are no
 * weights, which says which file to put where, TrainingError if the loss is no longer a number.
 * @example
 * const photo = await readImage("photo.jpg");
 * const { picture } = await vision.stylize(photo, await readImage("painting.jpg"), { size: 512 });
 * await writeFile("result.png", await encodeImage(picture, "png"));
 */
export async function stylize(
  content: Picture,
  style: Picture | readonly Picture[],
  options: StylizeOptions = {},
): Promise<Stylized> {
  const photo = colorsOf(call, content);
  const settings = stylizeSettings(options, photo);
  const { onWarning = printWarning } = options;
  const list = Array.isArray(style) ? style : [style];
  const shares = sharesOf(options.mix, list.length);
  requireWide(photo, settings.sizes[0]);
  const { used, skipped } = usableStyles(list, settings);
  for (const { index, reason } of skipped) {
    onWarning(`Style picture ${index + 1} of ${list.length} is left out: ${reason}.`);
  }
  const styles = used.map((index) => ({
    picture: colorsOf(call, list[index]),
    share: shares[index],
  }));
  return withFeatures(call, options, options.onWarning, async (model) => {
    const comparer = new Comparer(call, model, lossOptionsOf(options));
    const work = new Repainting({ comparer, photo, styles, settings, options });
    return { ...(await work.run()), skipped };
  });
}

/**
 * Pictures on the way side by side, each with its step below it, as one picture u8 `[P, Q, 3]`.
 *
 * @throws DataError if there are none, TargetError if nothing draws text here.
 * @example
 * const stylized = await vision.stylize(photo, painting, { progressEvery: 25 });
 * const strip = await vision.progressStrip(stylized);
 */
export function progressStrip({ progress }: Pick<Stylized, "progress">): Promise<Picture> {
  const labels = progress.map(({ step }) => `step ${step}`);
  const pictures = progress.map(({ picture }) => picture);
  return contactSheet(pictures, { columns: Math.max(1, pictures.length), labels });
}

/** @throws DataError where the content is too narrow for the first level. */
function requireWide(photo: Picture, longest: number): void {
  const reason = whyUnusable(photo, longest);
  if (reason === undefined) return;
  throw new DataError({
    what: `${call}: The content picture cannot be used.`,
    expected: `at least ${leastSide} pixels on the shorter side of the first level`,
    received: reason,
    fix: "Crop it to less extreme proportions, or take a larger size or fewer levels.",
  });
}

/** Which style pictures can be used. @throws DataError where there are none, or with `strict` where one cannot. */
function usableStyles(list: readonly Picture[], { sizes, styleScale, strict }: StylizeSettings) {
  const skipped: SkippedStyle[] = [];
  list.forEach((picture, index) => {
    const reason = whyUnusable(picture, Math.round(sizes[0] * styleScale));
    if (reason !== undefined) skipped.push({ index, reason });
  });
  const used = list.map((_, i) => i).filter((i) => skipped.every(({ index }) => index !== i));
  if (used.length > 0 && !(strict && skipped.length > 0)) return { used, skipped };
  throw new DataError({
    what:
      used.length > 0
        ? `${call}: A style picture cannot be used.`
        : `${call}: No style picture can be used.`,
    expected: "pictures that are large enough to show a style",
    received:
      skipped.map(({ index, reason }) => `picture ${index + 1}: ${reason}`).join("; ") || "none",
    fix: "Take a larger picture, such as 256 x 256 pixels or more.",
  });
}
