// How well a model gives pixels their classes: mean IoU, class by class, and the pictures that it does worst on.

import { confusionSvg } from "../../report/confusion-figure.ts";
import { formatCount, formatRate } from "../../report/numbers.ts";
import { type ReportSection, tableMarkup } from "../../report/section.ts";
import type { Annotated, AnnotatedImages, ClassMap } from "../../vision/annotated.ts";
import { explainMask } from "../../vision/attribution/explain-mask.ts";
import { drawMask } from "../../vision/draw/draw-mask.ts";
import { drawMaskDifference } from "../../vision/draw/draw-mask-difference.ts";
import { unknownClass } from "../../vision/masks/class-map.ts";
import { segmentationScores } from "../../vision/metrics/segmentation.ts";
import { predictMask } from "../../vision/segmentation/predict-mask.ts";
import { confusionSection } from "../annotated/confusion-section.ts";
import { type GalleryItem, gallerySection } from "../annotated/gallery.ts";
import { evenly } from "../evenly.ts";
import { whatCanBe } from "../explanation.ts";
import type { Column, Measurement, TrainedModel } from "../task.ts";
import { drawExplained } from "./draw-explained.ts";

/** The file of the confusion matrix. */
export const confusionFile = "confusion-matrix.svg";

/** How many of the worst pictures the report shows, and how many others. */
const [mostWorst, mostSamples] = [12, 8];

/** How many of the worst ones have a map: each takes a while. */
const mostExplained = 6;

const columns: readonly Column[] = [
  { heading: "class", align: "left" },
  { heading: "IoU", align: "right" },
  { heading: "Dice", align: "right" },
  { heading: "precision", align: "right" },
  { heading: "recall", align: "right" },
  { heading: "pixels", align: "right" },
];

/** What is kept of a picture for the report. */
interface Scored {
  readonly row: number;
  readonly meanIou: number;
  readonly predicted: ClassMap;
}

/** Measures a model on pictures with masks, one by one. @throws FoveaError where they do not fit it. */
export async function measureSegmenter(
  pictures: AnnotatedImages<ClassMap>,
  { model }: TrainedModel,
): Promise<Measurement> {
  const { classNames, count } = pictures;
  const confusion = classNames.map(() => new Array<number>(classNames.length).fill(0));
  let worst: Scored[] = [];
  const samples: Scored[] = [];
  const shown = new Set(evenly(count, mostSamples));
  for (let row = 0; row < count; row++) {
    const { image, target } = await pictures.read(row);
    const predicted = await predictMask(model, image);
    const scores = segmentationScores([predicted], [target], { classNames });
    scores.confusion.forEach((line, i) => {
      line.forEach((pixels, j) => {
        confusion[i][j] += pixels;
      });
    });
    const scored = { row, meanIou: scores.meanIou, predicted };
    if (shown.has(row)) samples.push(scored);
    worst = [...worst, scored].sort((a, b) => a.meanIou - b.meanIou).slice(0, mostWorst);
  }
  const classes = classNames.map((name, i) => ({ name, ...scoresOf(confusion, i) }));
  const present = classes.filter(({ iou }) => Number.isFinite(iou));
  const meanOf = (key: "iou" | "dice") =>
    present.reduce((sum, one) => sum + one[key], 0) / present.length;
  const all = sumOf(confusion.flat());
  const pixelAccuracy = sumOf(confusion.map((line, i) => line[i])) / all;
  const rows = classes.map(({ name, iou, dice, precision, recall, pixels }) => [
    name,
    ...[iou, dice, precision, recall].map(formatRate),
    formatCount(pixels),
  ]);
  return {
    numbers: [
      { name: "meanIou", title: "mean IoU", value: meanOf("iou") },
      { name: "meanDice", title: "mean Dice", value: meanOf("dice") },
      { name: "pixelAccuracy", title: "pixel accuracy", value: pixelAccuracy },
    ],
    classes: { columns, rows },
    remarks: [],
    details: { pixels: all, classes, confusionMatrix: confusion },
    report: async () => ({
      headlines: [
        {
          label: "mean IoU",
          value: formatRate(meanOf("iou")),
          note: `${formatCount(count)} pictures`,
        },
        { label: "pixel accuracy", value: formatRate(pixelAccuracy) },
      ],
      sections: [
        classesSection(rows),
        confusionSection(confusion, classNames),
        ...gallerySection(
          "Worst pictures",
          "The picture with its mask, with the mask that was predicted, where the two differ, and, for some, what speaks for " +
            "the class that is most often wrong (Grad-CAM).",
          await itemsOf(pictures, worst, (picture, predicted) =>
            whyWrong(model, picture, predicted, classNames),
          ),
        ),
        ...gallerySection(
          "Samples",
          "The same of other pictures.",
          await itemsOf(pictures, samples),
        ),
      ],
    }),
    figures: async () =>
      new Map([[confusionFile, confusionSvg({ counts: confusion }, classNames)]]),
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** What the pixels of class `i` say of it. */
function scoresOf(confusion: readonly (readonly number[])[], i: number) {
  const right = confusion[i][i];
  const [there, found] = [sumOf(confusion[i]), sumOf(confusion.map((line) => line[i]))];
  return {
    iou: right / (there + found - right),
    dice: (2 * right) / (there + found),
    precision: right / found,
    recall: right / there,
    pixels: there,
  };
}

function classesSection(rows: readonly (readonly string[])[]): ReportSection {
  const names = columns.map(({ heading }) => heading);
  return { title: "Scores by class", body: tableMarkup({ columns: names, rows }) };
}

/** Pictures with their masks, with what was predicted, and with the difference, the first of them with what `more` gives. */
async function itemsOf(
  pictures: AnnotatedImages<ClassMap>,
  scored: readonly Scored[],
  more: (
    picture: Annotated<ClassMap>,
    predicted: ClassMap,
  ) => Promise<GalleryItem["pictures"]> = async () => [],
): Promise<GalleryItem[]> {
  const { classNames } = pictures;
  const items: GalleryItem[] = [];
  for (const [i, { row, meanIou, predicted }] of scored.entries()) {
    const picture = await pictures.read(row);
    const { image, target } = picture;
    const unlabelled = { labels: false };
    items.push({
      name: pictures.nameOf(row),
      note: `mean IoU ${formatRate(meanIou)}`,
      pictures: [
        { title: "the mask", image: drawMask(image, target, classNames) },
        { title: "what was predicted", image: drawMask(image, predicted, classNames) },
        {
          title: "where they differ",
          image: drawMaskDifference(image, predicted, target, classNames, unlabelled),
        },
        ...(i < mostExplained ? await more(picture, predicted) : []),
      ],
    });
  }
  return items;
}

/** What speaks for the class that is wrong most often; nothing where none is, or it cannot be told. */
async function whyWrong(
  model: TrainedModel["model"],
  { image, target }: Annotated<ClassMap>,
  predicted: ClassMap,
  classNames: readonly string[],
): Promise<GalleryItem["pictures"]> {
  const wrong = mostWrong(predicted, target);
  if (wrong === undefined) return [];
  const maps = await whatCanBe(() => explainMask(model, image, { classes: [wrong] }));
  const telling = maps.filter(({ attribution }) => !attribution.isFlat);
  return telling.map((one) => ({
    title: `what speaks for ${classNames[one.classIndex]}`,
    image: drawExplained(image, predicted, one, classNames),
  }));
}

/** The class that most pixels were given wrongly; undefined where all are right. */
function mostWrong({ data: predicted }: ClassMap, { data: there }: ClassMap): number | undefined {
  const counts = new Map<number, number>();
  predicted.forEach((label, i) => {
    if (label === there[i] || there[i] === unknownClass) return;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  });
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0];
}
