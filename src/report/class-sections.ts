// The parts of a report that are tables of classes: scores, confused pairs, images of each class.

import {
  accuracyOf,
  type ClassScore,
  type ConfusionMatrix,
  classScores,
  mostConfused,
  totalOf,
} from "../assess/confusion-matrix.ts";
import type { ClassCount } from "../data/image-folder/classes.ts";
import { escapeMarkup } from "./markup.ts";
import { formatCount, formatRate } from "./numbers.ts";
import { references } from "./references.ts";
import {
  cell,
  type ReportSection,
  referenceDetails,
  rowName,
  scrollRegion,
  textCell,
} from "./section.ts";

/** Precision, recall, F1 and support of every class, to be sorted by any of them. */
export function scoresSection(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
): ReportSection {
  const scores = classScores(matrix);
  const rows = scores.map(({ precision, recall, f1, support }, i) => {
    const share = Number.isFinite(f1) ? f1.toFixed(3) : "0";
    const cells = [precision, recall].map((rate) => sortedCell(rate, formatRate(rate)));
    const bar = `<td class="number bar" style="--share:${share}"${sortValue(f1)}>${formatRate(f1)}</td>`;
    return `<tr>${rowName(classNames[i])}${cells.join("")}${bar}${sortedCell(support, formatCount(support))}</tr>`;
  });
  const { precision, recall, f1 } = averageOf(scores);
  const averages = [precision, recall, f1].map((rate) => cell(formatRate(rate)));
  const headings = ["precision", "recall", "F1", "examples"].map(
    (name) => `<th scope="col"><button type="button">${name}</button></th>`,
  );
  const table = `<table class="sortable">
<thead><tr><th scope="col" class="text"><button type="button">class</button></th>${headings.join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
<tfoot><tr>${rowName("mean")}${averages.join("")}${cell(formatCount(totalOf(matrix)))}
</tr></tfoot>
</table>`;
  const body = `${scrollRegion("scores of every class", table)}\n${referenceDetails(references.scores)}`;
  return { title: references.scores.title, body };
}

/** What a cell is sorted by; numbers that are not defined come last. */
const sortValue = (value: number) => ` data-value="${Number.isFinite(value) ? value : -1}"`;

const sortedCell = (value: number, text: string) =>
  `<td class="number"${sortValue(value)}>${escapeMarkup(text)}</td>`;

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

/**
 * The pairs of classes that were confused most often.
 *
 * @param linkOf Where the pictures of a pair are on the page; undefined where there are none.
 */
export function confusionsSection(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
  linkOf: (label: number, prediction: number) => string | undefined = () => undefined,
): ReportSection {
  const rows = mostConfused(matrix).map(({ label, prediction, count, share }) => {
    const link = linkOf(label, prediction);
    const pair = `${classNames[label]} predicted as ${classNames[prediction]}`;
    const shown =
      link === undefined
        ? cell(formatCount(count))
        : `<td class="number"><a href="#${link}" aria-label="${formatCount(count)}: ${escapeMarkup(pair)}">${formatCount(count)}</a></td>`;
    return `<tr>${rowName(classNames[label])}${textCell(classNames[prediction])}${shown}${cell(formatRate(share))}</tr>`;
  });
  const table = `<table>
<thead><tr><th scope="col" class="text">true class</th><th scope="col" class="text">predicted class</th>
<th scope="col">count</th><th scope="col">share</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  const nothing = '<p class="quiet">Every example was classified correctly.</p>';
  const empty = accuracyOf(matrix) === 1 ? nothing : '<p class="quiet">Nothing was evaluated.</p>';
  const body = rows.length > 0 ? scrollRegion("most confused classes", table) : empty;
  return { title: "Most confused classes", body };
}

/** How many images each class has, in the parts that have any. */
export function classCountsSection(counts: readonly ClassCount[]): ReportSection[] {
  if (counts.length === 0) return [];
  const parts = (
    [
      ["train", "training"],
      ["validation", "validation"],
      ["test", "test"],
    ] as const
  ).filter(([part]) => counts.some((count) => count[part] > 0));
  const heading = parts.map(([, title]) => `<th scope="col">${title}</th>`).join("");
  const rows = counts.map(
    (count) =>
      `<tr>${rowName(count.name)}${parts.map(([part]) => cell(formatCount(count[part]))).join("")}</tr>`,
  );
  const table = `<table>
<thead><tr><th scope="col" class="text">class</th>${heading}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
  return [{ title: "Images of each class", body: scrollRegion("images of each class", table) }];
}
