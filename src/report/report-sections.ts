// The parts of report.html that are tables, images and text. Every text that comes from outside is
// escaped here.

import {
  accuracyOf,
  type ClassScore,
  type ConfusionMatrix,
  classScores,
  mostConfused,
  totalOf,
} from "../assess/confusion-matrix.ts";
import type { Tensor } from "../core/tensor.ts";
import type { ClassCount } from "../data/image-folder/classes.ts";
import type { SkippedFile } from "../data/image-folder/found-file.ts";
import { escapeMarkup } from "./markup.ts";
import { formatCount, formatRate } from "./numbers.ts";
import { pngDataUri } from "./picture.ts";

/** An image with the class that a model predicted for it. */
export interface PredictedImage {
  /** `[H, W, C]`, 8-bit values; 1 (grey) to 4 (RGBA) channels. */
  readonly image: Tensor<Uint8Array>;
  /** The number of its true class. */
  readonly label: number;
  /** The number of the predicted class. */
  readonly prediction: number;
  /** The probability of the predicted class, 0 to 1. */
  readonly confidence?: number;
  /** Where the image is among the examples, counted from 0. */
  readonly index?: number;
  /** What the image is called, such as the name of its file. */
  readonly name?: string;
}

const mostImages = 60;
const mostSkipped = 1000;

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

/** Precision, recall, F1 and support of every class. */
export function scoresSection(matrix: ConfusionMatrix, classNames: readonly string[]): string {
  const scores = classScores(matrix);
  const rows = scores.map(({ precision, recall, f1, support }, i) => {
    const share = Number.isFinite(f1) ? f1.toFixed(3) : "0";
    const cells = [precision, recall].map((rate) => cell(formatRate(rate)));
    const bar = `<td class="number bar" style="--share:${share}">${formatRate(f1)}</td>`;
    const name = textCell(classNames[i]);
    return `<tr>${name}${cells.join("")}${bar}${cell(formatCount(support))}</tr>`;
  });
  const { precision, recall, f1 } = averageOf(scores);
  const averages = [precision, recall, f1].map((rate) => cell(formatRate(rate)));
  return `<section class="card">
<h2>Scores by class</h2>
${scrollRegion(
  "scores of every class",
  `<table>
<thead><tr><th class="text">class</th><th>precision</th><th>recall</th><th>F1</th>
<th>examples</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
<tfoot><tr>${textCell("mean")}${averages.join("")}${cell(formatCount(totalOf(matrix)))}
</tr></tfoot>
</table>`,
)}
</section>`;
}

/**
 * The mean over the classes that have examples. A score that would divide by zero counts as 0, as
 * in scikit-learn's macro average.
 */
function averageOf(scores: readonly ClassScore[]): Omit<ClassScore, "support"> {
  const counted = scores.filter(({ support }) => support > 0);
  const mean = (key: "precision" | "recall" | "f1") =>
    counted.reduce((total, score) => total + (score[key] || 0), 0) / counted.length;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** The pairs of classes that were confused most often. */
export function confusionsSection(matrix: ConfusionMatrix, classNames: readonly string[]): string {
  const rows = mostConfused(matrix).map(
    ({ label, prediction, count, share }) =>
      `<tr>${textCell(classNames[label])}${textCell(classNames[prediction])}` +
      `${cell(formatCount(count))}${cell(formatRate(share))}</tr>`,
  );
  const table = `<table>
<thead><tr><th class="text">true class</th><th class="text">predicted class</th><th>count</th>
<th>share</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  const nothing = '<p class="quiet">Every example was classified correctly.</p>';
  const isPerfect = accuracyOf(matrix) === 1;
  const empty = isPerfect ? nothing : '<p class="quiet">Nothing was evaluated.</p>';
  return `<section class="card">
<h2>Most confused classes</h2>
${rows.length > 0 ? scrollRegion("most confused classes", table) : empty}
</section>`;
}

/** The images whose predicted class is wrong. */
export function misclassifiedSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): string {
  return imagesSection("Misclassified images", images, classNames);
}

/** Some images, whether or not they were classified correctly. */
export function samplesSection(
  images: readonly PredictedImage[],
  classNames: readonly string[],
): string {
  return imagesSection("Samples", images, classNames);
}

/** A small grid of images with their true and their predicted classes. */
function imagesSection(
  title: string,
  images: readonly PredictedImage[],
  classNames: readonly string[],
): string {
  if (images.length === 0) return "";
  const items = images.slice(0, mostImages).map((predicted) => {
    const { image, label, prediction, confidence } = predicted;
    const truth = escapeMarkup(nameOf(label, classNames));
    const taken = escapeMarkup(nameOf(prediction, classNames));
    const sure = confidence === undefined ? "" : ` ${formatRate(confidence)}`;
    const place = escapeMarkup(placeOf(predicted));
    const alt = place === "" ? truth : `${place}: ${truth}`;
    const line = place === "" ? "" : `<span class="quiet">${place}</span><br>\n`;
    return `<li><img src="${pngDataUri(image)}" alt="${alt}"><p>${line}${truth}<br>
<span class="${label === prediction ? "right" : "wrong"}">${taken}</span><span class="quiet">${sure}</span></p></li>`;
  });
  return `<section class="card">
<h2>${title}</h2>
<p class="quiet">Below each image: the true class, then the predicted class and its probability.</p>
<ul class="mistakes">
${items.join("\n")}
</ul>
</section>`;
}

/** How many images each class has, in the parts that have any. */
export function classCountsSection(counts: readonly ClassCount[]): string {
  if (counts.length === 0) return "";
  const parts = (
    [
      ["train", "training"],
      ["validation", "validation"],
      ["test", "test"],
    ] as const
  ).filter(([part]) => counts.some((count) => count[part] > 0));
  const heading = parts.map(([, title]) => `<th>${title}</th>`).join("");
  const rows = counts.map(
    (count) =>
      `<tr>${textCell(count.name)}${parts.map(([part]) => cell(formatCount(count[part]))).join("")}</tr>`,
  );
  return `<section class="card">
<h2>Images of each class</h2>
${scrollRegion(
  "images of each class",
  `<table>
<thead><tr><th class="text">class</th>${heading}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`,
)}
</section>`;
}

/** The files that were not used, with the reasons. */
export function skippedSection(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return "";
  const rows = skipped
    .slice(0, mostSkipped)
    .map(({ path, reason }) => `<tr>${textCell(path)}${textCell(reason)}</tr>`);
  const more = skipped.length - rows.length;
  const rest = more > 0 ? `<p class="quiet">And ${formatCount(more)} more.</p>` : "";
  return `<section class="card">
<h2>Files that were not used</h2>
${scrollRegion("files that were not used", `<table class="arguments"><tbody>\n${rows.join("\n")}\n</tbody></table>`)}
${rest}
</section>`;
}

/** What the run was started with, one line for each argument. */
export function argumentsSection(args: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<tr>${textCell(name)}${textCell(shownValue(value))}</tr>`);
  if (rows.length === 0) return "";
  return `<section class="card">
<h2>Arguments</h2>
<table class="arguments"><tbody>
${rows.join("\n")}
</tbody></table>
</section>`;
}

/** The model's summary, as the console prints it. */
export function summarySection(summary: string): string {
  if (summary.trim() === "") return "";
  return `<section class="card">
<h2>Model</h2>
${scrollRegion("layers of the model", `<pre>${escapeMarkup(summary)}</pre>`)}
</section>`;
}

/** Which image it is: its name, else its number. */
function placeOf({ index, name }: PredictedImage): string {
  return name ?? (index === undefined ? "" : `image ${index}`);
}

function nameOf(index: number, classNames: readonly string[]): string {
  return classNames[index] ?? `class ${index}`;
}

function shownValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

function cell(text: string): string {
  return `<td class="number">${escapeMarkup(text)}</td>`;
}

function textCell(text: string): string {
  return `<td class="text">${escapeMarkup(text)}</td>`;
}
