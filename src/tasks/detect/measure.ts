// How well a detector does: average precision, class by class and by the size of objects, what is taken for what, and the
// pictures that it does worst on.

import { confusionSvg } from "../../report/confusion-figure.ts";
import { formatCount, formatRate } from "../../report/numbers.ts";
import { figureSection, type ReportSection, tableMarkup } from "../../report/section.ts";
import type { Annotated, AnnotatedImages, Detections, Objects } from "../../vision/annotated.ts";
import { explainChosen } from "../../vision/attribution/explain-detections.ts";
import { assessDetector, type DetectorAssessment } from "../../vision/detection/assess-detector.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";
import { confusionSection } from "../annotated/confusion-section.ts";
import { type GalleryItem, gallerySection } from "../annotated/gallery.ts";
import { evenly } from "../evenly.ts";
import { whatCanBe } from "../explanation.ts";
import type { Column, Measurement, TrainedModel } from "../task.ts";
import { precisionRecallFigure } from "./curves.ts";
import { drawExplained, titleOf } from "./draw-explained.ts";
import { type Matching, matchObjects } from "./match.ts";

/** Detections from this score on are shown and counted. */
export const shownFrom = 0.3;

/** The file of the confusion matrix. */
export const confusionFile = "confusion-matrix.svg";

/** How many of the worst pictures the report shows, and how many others. */
const [mostWorst, mostSamples] = [12, 12];

/** How many of the worst ones have a map: each takes a while. */
const mostExplained = 6;

const columns: readonly Column[] = [
  { heading: "class", align: "left" },
  { heading: "mAP@0.5", align: "right" },
  { heading: "mAP@0.75", align: "right" },
  { heading: "mAP@0.5:0.95", align: "right" },
  { heading: "objects", align: "right" },
];

/** Measures a detector on annotated pictures. @throws FoveaError where they do not fit it. */
export async function measureDetector(
  annotated: AnnotatedImages<Objects>,
  { model }: TrainedModel,
): Promise<Measurement> {
  const assessment = await assessDetector(model, annotated);
  const { coco, voc, detections, truth } = assessment;
  const { classNames } = annotated;
  const matchings = detections.map((found, row) => matchObjects(found, truth[row], shownFrom));
  const confusion = confusionOf(assessment, matchings, classNames.length);
  return {
    numbers: [
      { name: "map50", title: "mAP@0.5", value: coco.ap50 },
      { name: "map", title: "mAP@0.5:0.95", value: coco.ap },
    ],
    classes: {
      columns,
      rows: coco.perClass.map((one, i) => [
        classNames[i],
        ...[one.ap50, one.ap75, one.ap].map(formatRate),
        formatCount(one.count),
      ]),
    },
    remarks: [
      `by size, mAP@0.5:0.95: small ${formatRate(coco.apSmall)}, medium ${formatRate(coco.apMedium)}, ` +
        `large ${formatRate(coco.apLarge)} (COCO: below 32², up to 96², above)`,
    ],
    details: { objects: assessment.objects, coco, confusionMatrix: confusion },
    report: async () => ({
      headlines: [
        {
          label: "mAP@0.5",
          value: formatRate(coco.ap50),
          note: `${formatCount(assessment.objects)} objects`,
        },
        { label: "mAP@0.5:0.95", value: formatRate(coco.ap) },
      ],
      sections: [
        figureSection(precisionRecallFigure(voc, classNames)),
        classesSection(assessment, classNames),
        sizesSection(assessment),
        confusionSection(confusion, [...classNames, "background"]),
        ...gallerySection(
          "Worst pictures",
          "What is there, what was found, and, for some, what speaks for a box that is wrong (HiResCAM). Below: how many " +
            "objects were missed, invented or taken for others.",
          await itemsOf(annotated, assessment, matchings, worstOf(matchings), (picture) =>
            whyWrong(model, picture, classNames),
          ),
        ),
        ...gallerySection(
          "Samples",
          "What is there, then what was found.",
          await itemsOf(annotated, assessment, matchings, evenly(annotated.count, mostSamples)),
        ),
      ],
    }),
    figures: async () =>
      new Map([
        [confusionFile, confusionSvg({ counts: confusion }, [...classNames, "background"])],
      ]),
  };
}

/** `counts[i][j]`: objects of class `i` that were found as class `j`; the last row and column stand for nothing. */
function confusionOf(
  { detections, truth }: DetectorAssessment,
  matchings: readonly Matching[],
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes + 1 }, () => new Array<number>(classes + 1).fill(0));
  matchings.forEach(({ pairs, missed, invented }, row) => {
    const [found, there] = [detections[row].classes, truth[row].classes];
    for (const { detection, object } of pairs) counts[there[object]][found[detection]]++;
    for (const object of missed) counts[there[object]][classes]++;
    for (const detection of invented) counts[classes][found[detection]]++;
  });
  return counts;
}

function classesSection(
  { coco }: DetectorAssessment,
  classNames: readonly string[],
): ReportSection {
  const rows = coco.perClass.map((one, i) => [
    classNames[i],
    ...[one.ap50, one.ap75, one.ap, one.ar100].map(formatRate),
    formatCount(one.count),
  ]);
  const names = ["class", "mAP@0.5", "mAP@0.75", "mAP@0.5:0.95", "AR@100", "objects"];
  return { title: "Average precision by class", body: tableMarkup({ columns: names, rows }) };
}

function sizesSection({ coco }: DetectorAssessment): ReportSection {
  const rows = [
    ["small, below 32² pixels", formatRate(coco.apSmall), formatRate(coco.arSmall)],
    ["medium, up to 96² pixels", formatRate(coco.apMedium), formatRate(coco.arMedium)],
    ["large", formatRate(coco.apLarge), formatRate(coco.arLarge)],
  ];
  const names = ["objects", "mAP@0.5:0.95", "AR@100"];
  return { title: "Average precision by size", body: tableMarkup({ columns: names, rows }) };
}

/** How many things went wrong in a picture. */
const mistakesIn = ({ missed, invented }: Matching) => missed.length + invented.length;

/** The rows of the pictures with the most mistakes. */
function worstOf(matchings: readonly Matching[]): number[] {
  return [...matchings.keys()]
    .filter((row) => mistakesIn(matchings[row]) > 0)
    .sort((a, b) => mistakesIn(matchings[b]) - mistakesIn(matchings[a]) || a - b)
    .slice(0, mostWorst);
}

/** What speaks for the surest box that is wrong; nothing where none is, or it cannot be told. */
async function whyWrong(
  model: TrainedModel["model"],
  { image, target }: Annotated<Objects>,
  classNames: readonly string[],
): Promise<GalleryItem["pictures"]> {
  const sure = { scoreThreshold: shownFrom };
  const maps = await whatCanBe(() =>
    explainChosen(model, image, sure, (found) => wrongIn(found, target).slice(0, 1)),
  );
  const telling = maps.filter(({ attribution }) => !attribution.isFlat);
  return telling.map((one) => ({
    title: `what speaks for ${titleOf(one, classNames)}`,
    image: drawExplained(image, one, classNames),
  }));
}

/** The detections that are invented, or taken for another class, the surest first. */
function wrongIn(found: Detections, there: Objects): number[] {
  const { pairs, invented } = matchObjects(found, there, shownFrom);
  const mistaken = pairs.filter(
    ({ detection, object }) => found.classes[detection] !== there.classes[object],
  );
  const wrong = [...invented, ...mistaken.map(({ detection }) => detection)];
  return wrong.sort((a, b) => found.scores[b] - found.scores[a]);
}

/** Pictures with what is there beside what was found, the first of them with what `more` gives. */
async function itemsOf(
  annotated: AnnotatedImages<Objects>,
  { detections }: DetectorAssessment,
  matchings: readonly Matching[],
  rows: readonly number[],
  more: (picture: Annotated<Objects>) => Promise<GalleryItem["pictures"]> = async () => [],
): Promise<GalleryItem[]> {
  const items: GalleryItem[] = [];
  for (const [i, row] of rows.entries()) {
    const picture = await annotated.read(row);
    const { image, target } = picture;
    const { classNames } = annotated;
    const sure = { scoreThreshold: shownFrom };
    const { missed, invented, pairs } = matchings[row];
    const others = pairs.filter(
      ({ detection, object }) => detections[row].classes[detection] !== target.classes[object],
    ).length;
    items.push({
      name: annotated.nameOf(row),
      note: `${missed.length} missed, ${invented.length} invented, ${others} taken for others`,
      pictures: [
        { title: "what is there", image: drawDetections(image, target, classNames) },
        {
          title: "what was found",
          image: drawDetections(image, detections[row], classNames, sure),
        },
        ...(i < mostExplained ? await more(picture) : []),
      ],
    });
  }
  return items;
}
