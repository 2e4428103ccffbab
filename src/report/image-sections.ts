// The parts of a report that are pictures: predicted images, likely label errors and near duplicates.

import type { NearDuplicate } from "../assess/near-duplicates.ts";
import type { Tensor } from "../core/tensor.ts";
import { escapeMarkup } from "./markup.ts";
import { formatCount, formatMeasure, formatRate } from "./numbers.ts";
import { pngDataUri } from "./picture.ts";
import { references } from "./references.ts";
import { classNameAt, type ReportSection, referenceDetails } from "./section.ts";

/** An image with the class that a model predicted for it. */
export interface PredictedImage {
  /** `[H, W, C]`, 8-bit values; 1 (grey) to 4 (RGBA) channels. */
  readonly image: Tensor<Uint8Array>;
  /** Which parts of it count, drawn over it: `[H, W, 3]`, 8-bit values, as `explain.overlay` gives it. */
  readonly heatMap?: Tensor<Uint8Array>;
  /** The number of its true class. */
  readonly label: number;
  /** The number of the predicted class. */
  readonly prediction: number;
  /** The probability of the predicted class, 0 to 1. */
  readonly confidence?: number;
  /** The loss of the image. */
  readonly loss?: number;
  /** Where the image is among the examples, counted from 0. */
  readonly index?: number;
  /** What the image is called, such as the name of its file. */
  readonly name?: string;
}

/** Two images that are nearly the same. */
export interface DuplicateImages extends NearDuplicate {
  readonly images: readonly [PredictedImage, PredictedImage];
}

const mostImages = 60;
const captionNote =
  "Below each image: the true class, then the predicted class and its probability.";

/** The images whose predicted class is wrong. */
export function misclassifiedSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): ReportSection[] {
  return imagesSection("Misclassified images", images, classNames);
}

/** Some images, whether or not they were classified correctly. */
export function samplesSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): ReportSection[] {
  return imagesSection("Samples", images, classNames);
}

/** The images with the largest losses. */
export function topLossesSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): ReportSection[] {
  const { topLosses } = references;
  return imagesSection(topLosses.title, images, classNames, referenceDetails(topLosses));
}

/** Images whose label is in doubt; the predicted class is what they probably are. */
export function labelErrorsSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): ReportSection[] {
  const { labelErrors } = references;
  const note = "Below each image: its label, then what it probably is.";
  return imagesSection(labelErrors.title, images, classNames, referenceDetails(labelErrors), note);
}

/** Pairs of images that are nearly the same. */
export function nearDuplicatesSection(
  pairs: readonly DuplicateImages[],
  classNames: readonly string[],
): ReportSection[] {
  if (pairs.length === 0) return [];
  const { nearDuplicates } = references;
  const items = pairs.slice(0, mostImages / 2).map(({ images, distance, similarity }) => {
    const shown = images.map((one) => picture(one, classNames)).join("");
    const names = images.map((one) => {
      const place = placeOf(one);
      const name = classNameAt(one.label, classNames);
      return escapeMarkup(place === "" ? name : `${place}: ${name}`);
    });
    const other =
      images[0].label === images[1].label ? "" : '<br><span class="wrong">different labels</span>';
    const alike = similarity === undefined ? "" : `, features ${formatRate(similarity)} alike`;
    return `<li><div class="pair">${shown}</div><p>${names.join("<br>")}${other}<br>
<span class="quiet">${distance} of 64 bits differ${alike}</span></p></li>`;
  });
  const body = `<ul class="mistakes pairs">\n${items.join("\n")}\n</ul>\n${referenceDetails(nearDuplicates)}`;
  return [{ title: nearDuplicates.title, body }];
}

/** A small grid of images with their true and their predicted classes. */
function imagesSection(
  title: string,
  images: readonly PredictedImage[],
  classNames: readonly string[],
  below = "",
  note = captionNote,
): ReportSection[] {
  if (images.length === 0) return [];
  const shown = images.slice(0, mostImages);
  const more =
    images.length > shown.length
      ? `<p class="quiet">And ${formatCount(images.length - shown.length)} more.</p>`
      : "";
  const body = `<p class="quiet">${note}</p>
${imageGrid(shown, classNames)}
${more}${below}`;
  return [{ title, body }];
}

/** Images in a grid, each with its heat map beside it where there is one. */
export function imageGrid(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): string {
  const items = images.map((predicted) => {
    const { label, prediction, confidence, loss } = predicted;
    const truth = escapeMarkup(classNameAt(label, classNames));
    const taken = escapeMarkup(classNameAt(prediction, classNames));
    const sure = confidence === undefined ? "" : ` ${formatRate(confidence)}`;
    const place = escapeMarkup(placeOf(predicted));
    const line = place === "" ? "" : `<span class="quiet">${place}</span><br>\n`;
    const lost =
      loss === undefined ? "" : `<br><span class="quiet">loss ${formatMeasure(loss)}</span>`;
    const both = predicted.heatMap === undefined ? "" : ' class="wide"';
    return `<li${both}>${picture(predicted, classNames)}<p>${line}${truth}<br>
<span class="${label === prediction ? "right" : "wrong"}">${taken}</span><span class="quiet">${sure}</span>${lost}</p></li>`;
  });
  return `<ul class="mistakes">\n${items.join("\n")}\n</ul>`;
}

function picture(predicted: PredictedImage, classNames: readonly string[]): string {
  const { image, heatMap, label, prediction } = predicted;
  const truth = classNameAt(label, classNames);
  const place = placeOf(predicted);
  const alt = place === "" ? truth : `${place}: ${truth}`;
  const plain = `<img src="${pngDataUri(image)}" alt="${escapeMarkup(alt)}">`;
  if (heatMap === undefined) return plain;
  const seen = `What speaks for ${classNameAt(prediction, classNames)} in it`;
  return `<div class="pair">${plain}<img src="${pngDataUri(heatMap)}" alt="${escapeMarkup(seen)}"></div>`;
}

/** Which image it is: its name, else its number. */
function placeOf({ index, name }: PredictedImage): string {
  return name ?? (index === undefined ? "" : `image ${index}`);
}
