// The confusion matrix of a page: a table of counts or shares, whose cells lead to their pictures. It needs no script.

import { type ConfusionMatrix, normalizeConfusion } from "../assess/confusion-matrix.ts";
import { imageGrid, type PredictedImage } from "./image-sections.ts";
import { escapeMarkup, oneLine, shorten } from "./markup.ts";
import { formatCount, formatRate } from "./numbers.ts";
import { confusionFigure } from "./run-figures.ts";
import { figureSection, type ReportSection, referenceDetails, scrollRegion } from "./section.ts";

/** Pictures of one cell of the matrix. */
export interface CellPictures {
  readonly label: number;
  readonly prediction: number;
  /** Some of its images; heat maps say what speaks for the prediction. */
  readonly images: readonly PredictedImage[];
}

/** More classes are drawn as a figure: a table of so many cells cannot be read. */
const mostClasses = 40;
const longestName = 18;

/** Where the pictures of a cell are on the page. */
const cellId = (label: number, prediction: number) => `cell-${label}-${prediction}`;

/** Where a page has the pictures of a cell; undefined where it has none. */
export function cellLinks(
  cells: readonly CellPictures[],
): (label: number, prediction: number) => string | undefined {
  const known = new Set(
    cells
      .filter(({ images }) => images.length > 0)
      .map(({ label, prediction }) => cellId(label, prediction)),
  );
  return (label, prediction) => {
    const id = cellId(label, prediction);
    return known.has(id) ? id : undefined;
  };
}

/** The matrix, by counts or by shares, and the pictures of its cells. */
export function confusionSection(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
  cells: readonly CellPictures[] = [],
): ReportSection {
  const figure = confusionFigure(matrix, classNames);
  const { reference } = figure;
  const panels = cells.map((one) => cellPanel(one, classNames)).join("\n");
  if (classNames.length > mostClasses) {
    const drawn = figureSection(figure);
    return panels === "" ? drawn : { ...drawn, body: `${drawn.body}\n${panels}` };
  }
  const links = cellLinks(cells);
  const hint =
    panels === ""
      ? ""
      : '<p class="quiet">Choose a cell with an underlined number to see its pictures, each with what speaks for the prediction.</p>';
  const body = `<p class="quiet">${escapeMarkup(figure.alternative)} Rows are true classes, columns are predictions.</p>
<fieldset class="choice"><legend>Show</legend>
<label><input type="radio" name="cells" id="by-count" checked> counts</label>
<label><input type="radio" name="cells" id="by-share"> shares of the row</label></fieldset>
${hint}
${scrollRegion("confusion matrix", matrixTable(matrix, classNames, links))}
${panels}
${referenceDetails(reference)}`;
  return { title: reference.title, body, figures: [figure] };
}

function matrixTable(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
  linkOf: (label: number, prediction: number) => string | undefined,
): string {
  const shares = normalizeConfusion(matrix, "labels");
  const names = classNames.map((name) => shorten(oneLine(String(name)), longestName));
  const heading = names
    .map((name) => `<th scope="col"><span>${escapeMarkup(name)}</span></th>`)
    .join("");
  const rows = matrix.counts.map((row, label) => {
    const cells = row.map((count, prediction) => {
      const link = linkOf(label, prediction);
      return matrixCell(count, shares[label][prediction], label === prediction, {
        link,
        pair: `${classNames[label]} predicted as ${classNames[prediction]}`,
      });
    });
    return `<tr><th scope="row" class="text">${escapeMarkup(names[label])}</th>${cells.join("")}</tr>`;
  });
  return `<table class="matrix">
<thead><tr><td></td>${heading}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
}

/** The square root lets small shares show, as in the figure. */
function matrixCell(
  count: number,
  share: number,
  isRight: boolean,
  { link, pair }: { readonly link: string | undefined; readonly pair: string },
): string {
  const [counted, rate] = [formatCount(count), formatRate(share)];
  if (count === 0) return '<td class="none">0</td>';
  const text = `<span class="count">${counted}</span><span class="share">${rate}</span>`;
  const shown =
    link === undefined
      ? text
      : `<a href="#${link}" aria-label="${counted} (${rate}): ${escapeMarkup(pair)}">${text}</a>`;
  const strength = Math.sqrt(share).toFixed(3);
  return `<td class="${isRight ? "hit" : "miss"}" style="--strength:${strength}">${shown}</td>`;
}

function cellPanel(
  { label, prediction, images }: CellPictures,
  classNames: readonly string[],
): string {
  if (images.length === 0) return "";
  const [truth, taken] = [classNames[label], classNames[prediction]];
  const title = label === prediction ? `${truth}, right` : `${truth} predicted as ${taken}`;
  const id = cellId(label, prediction);
  return `<div class="cell-pictures" id="${id}" role="group" aria-labelledby="${id}-title" tabindex="-1">
<h3 id="${id}-title">${escapeMarkup(title)}</h3>
${imageGrid(images, classNames)}
<p><a href="#confusion-matrix">Back to the matrix</a></p>
</div>`;
}
