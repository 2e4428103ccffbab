// Predictions as people and machines read them: the most probable classes of each image.

import { formatRate } from "../report/numbers.ts";
import { type Align, formatTable } from "./table.ts";

/** What a model says of one image. */
export interface Prediction {
  /** What it is called: its number in a data set, or its file. */
  readonly image: string;
  /** Its true class, where that is known. */
  readonly label?: string;
  /** The most probable first. */
  readonly classes: readonly ClassProbability[];
}

export interface ClassProbability {
  readonly name: string;
  readonly probability: number;
}

/** The `top` most probable of the classes `names`; of equals the first. */
export function topOf(
  row: Float32Array,
  names: readonly string[],
  top: number,
): readonly ClassProbability[] {
  return Array.from(row, (probability, i) => ({ name: names[i], probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

/** A table, one image a line; `align` is where the name of the image stands. */
export function formatPredictions(predictions: readonly Prediction[], align: Align): string {
  const shown = predictions[0].classes.length;
  const isLabelled = predictions[0].label !== undefined;
  const choices = Array.from({ length: shown }, (_, i) => (i === 0 ? "predicted" : "or"));
  const heading = [
    "image",
    ...(isLabelled ? ["true class", ""] : []),
    ...choices.flatMap((choice) => [choice, ""]),
  ];
  const rows = predictions.map(({ image, label, classes }) => [
    image,
    ...(label === undefined ? [] : [label, label === classes[0].name ? "" : "✗"]),
    ...classes.flatMap(({ name, probability }) => [name, formatRate(probability)]),
  ]);
  const before: Align[] = [align, ...(isLabelled ? (["left", "left"] as const) : [])];
  const aligns = [...before, ...choices.flatMap((): Align[] => ["left", "right"])];
  return formatTable([heading, ...rows], aligns);
}
