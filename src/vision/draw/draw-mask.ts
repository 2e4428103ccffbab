// Class maps drawn over their picture, and where two of them differ.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireOption,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Color, lumaOf } from "../../images/channels.ts";
import type { ClassMap } from "../annotated.ts";
import { planeOf, unknownClass } from "../masks/class-map.ts";
import { Canvas } from "./canvas.ts";
import { colorOf, type DrawOptions, requireDrawOptions } from "./draw-options.ts";
import { classLabel, drawLabels, type Label, textScale } from "./labels.ts";

/** How `drawMask` draws. */
export interface DrawMaskOptions extends DrawOptions {
  /** How much of the picture colours cover, from 0 to 1. Default: 0.5. */
  readonly opacity?: number;
  /** The class that is left as it is, or null for none. Default: the class that is called "background". */
  readonly background?: number | null;
}

/** How `drawMaskDifference` draws. */
export type DrawMaskDifferenceOptions = Pick<
  DrawMaskOptions,
  "opacity" | "background" | "labels" | "textScale"
>;

const differenceNames: OptionNames<DrawMaskDifferenceOptions> = {
  opacity: true,
  background: true,
  labels: true,
  textScale: true,
};
const maskNames: OptionNames<DrawMaskOptions> = { ...differenceNames, colors: true };

/**
 * A picture with its classes in colours, their borders, and the name of each in the middle of its largest part:
 * `u8 [H, W, 3]`. Pixels whose class is not known (255) are striped.
 *
 * @param image `u8 [H, W, C]`, 1, 3 or 4 channels.
 * @param map `u8 [H, W]`: the class of each pixel.
 * @param classNames The name of class `i` at index `i`.
 * @throws ShapeError where picture and map do not fit, ConfigError where an option cannot be used.
 * @example const drawn = vision.drawMask(image, map, ["background", "cell"], { opacity: 0.4 });
 */
export function drawMask(
  image: Tensor<Uint8Array>,
  map: ClassMap,
  classNames: readonly string[],
  options: DrawMaskOptions = {},
): Tensor<Uint8Array> {
  const call = "vision.drawMask";
  requireKnownOptions(call, options, maskNames, "image, map, classNames, { opacity: 0.5 }");
  requireDrawOptions(call, classNames, options);
  const { opacity = 0.5, labels = true } = options;
  requireBetween("opacity", opacity, 0, 1);
  const background = backgroundOf(classNames, options);
  const canvas = new Canvas(call, image);
  const classes = planeOf(call, "The class map", map, [canvas.height, canvas.width]).data;
  const { width } = canvas;
  const isSeen = (label: number) => label !== background && label !== unknownClass;
  classes.forEach((label, i) => {
    if (label === unknownClass) canvas.blend(i, stripes, stripe(i, width));
    else if (isSeen(label)) {
      const isBorder =
        (i % width !== width - 1 && classes[i + 1] !== label) ||
        (i % width !== 0 && classes[i - 1] !== label) ||
        (i + width < classes.length && classes[i + width] !== label) ||
        (i >= width && classes[i - width] !== label);
      canvas.blend(i, colorOf(label, options), isBorder ? 1 : opacity);
    }
  });
  if (!labels) return canvas.picture;
  const texts = [...innermost(classes, canvas)]
    .filter(([label]) => isSeen(label))
    .sort(([, a], [, b]) => b.distance - a.distance)
    .map(([label, { at }]): Label => {
      const [x, y] = [at % width, Math.floor(at / width)];
      return {
        text: classLabel(classNames, label),
        color: colorOf(label, options),
        places: (wide, high) => [
          [x - wide / 2, y - high / 2],
          [x - wide / 2, y],
          [x - wide / 2, y - high],
        ],
      };
    });
  drawLabels(canvas, texts, options.textScale ?? textScale(canvas));
  return canvas.picture;
}

/** What a pixel is beside the truth; in colours that every kind of colour vision tells apart. */
const differences = {
  right: { text: "right", color: [0, 114, 178] },
  missed: { text: "missed", color: [213, 94, 0] },
  added: { text: "too much", color: [240, 228, 66] },
  confused: { text: "wrong class", color: [204, 121, 167] },
} as const satisfies Record<string, { readonly text: string; readonly color: Color }>;

/**
 * Where a predicted class map differs from the true one, in colours over the grey picture: `u8 [H, W, 3]`. Blue is right,
 * vermilion was missed (background instead of a class), yellow is too much (a class instead of background), purple is
 * another class; background that is right stays grey. Pixels whose true class is not known (255) are striped.
 *
 * @param image `u8 [H, W, C]`, 1, 3 or 4 channels.
 * @param predicted `u8 [H, W]`
 * @param truth `u8 [H, W]`
 * @param classNames The name of class `i` at index `i`: they say which class is the background.
 * @throws ShapeError where picture and maps do not fit, ConfigError where an option cannot be used.
 * @example const drawn = vision.drawMaskDifference(image, predicted, truth, ["background", "cell"]);
 */
export function drawMaskDifference(
  image: Tensor<Uint8Array>,
  predicted: ClassMap,
  truth: ClassMap,
  classNames: readonly string[],
  options: DrawMaskDifferenceOptions = {},
): Tensor<Uint8Array> {
  const call = "vision.drawMaskDifference";
  requireKnownOptions(call, options, differenceNames, "image, predicted, truth, classNames");
  requireDrawOptions(call, classNames, options);
  const { opacity = 0.6, labels = true } = options;
  requireBetween("opacity", opacity, 0, 1);
  const background = backgroundOf(classNames, options);
  const canvas = new Canvas(call, image);
  const size = [canvas.height, canvas.width] as const;
  const found = planeOf(call, "The predicted class map", predicted, size).data;
  const there = planeOf(call, "The true class map", truth, size).data;
  const { data, width } = canvas;
  const seen = new Set<keyof typeof differences>();
  there.forEach((label, i) => {
    const grey = lumaOf(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
    data.fill(grey, 3 * i, 3 * i + 3);
    if (label === unknownClass) {
      canvas.blend(i, stripes, stripe(i, width));
      return;
    }
    if (label === background && found[i] === background) return;
    const kind =
      found[i] === label
        ? "right"
        : label === background
          ? "added"
          : found[i] === background || found[i] === unknownClass
            ? "missed"
            : "confused";
    seen.add(kind);
    canvas.blend(i, differences[kind].color, opacity);
  });
  if (!labels) return canvas.picture;
  const kinds = Object.values(differences).filter(({ text }) =>
    [...seen].some((kind) => differences[kind].text === text),
  );
  const texts = kinds.map(
    ({ text, color }, row): Label => ({
      text,
      color,
      places: (_, high) => [[0, canvas.height - (kinds.length - row) * high]],
    }),
  );
  drawLabels(canvas, texts, options.textScale ?? textScale(canvas));
  return canvas.picture;
}

const stripes: Color = [128, 128, 128];

/** How much of the grey stripes pixel `i` shows. */
function stripe(i: number, width: number): number {
  return ((i % width) + Math.floor(i / width)) % 6 < 3 ? 0.8 : 0.2;
}

function backgroundOf(
  classNames: readonly string[],
  { background }: DrawMaskOptions,
): number | null {
  if (background === undefined) {
    const named = classNames.findIndex((name) => name.toLowerCase() === "background");
    return named < 0 ? null : named;
  }
  const fits = background === null || (Number.isInteger(background) && background >= 0);
  requireOption("background", background, fits, "the number of a class, or null");
  return background;
}

/** A pixel of a class, and how far it is from other classes. */
interface Innermost {
  at: number;
  distance: number;
}

/** Of each class the pixel that is farthest from other classes and from the border; of many the middle one. */
function innermost(classes: Uint8Array, { height, width }: Canvas): Map<number, Innermost> {
  const distances = distancesIn(classes, height, width);
  /** Of each class the largest distance, and the sums of places that have it. */
  const best = new Map<number, { distance: number; count: number; x: number; y: number }>();
  const columnOf = (i: number) => i % width;
  const rowOf = (i: number) => Math.floor(i / width);
  distances.forEach((distance, i) => {
    const own = best.get(classes[i]);
    if (own === undefined || distance > own.distance) {
      best.set(classes[i], { distance, count: 1, x: columnOf(i), y: rowOf(i) });
    } else if (distance === own.distance) {
      own.count++;
      own.x += columnOf(i);
      own.y += rowOf(i);
    }
  });
  const result = new Map<number, Innermost & { far: number }>();
  distances.forEach((distance, i) => {
    const own = best.get(classes[i]);
    if (own === undefined || distance < own.distance) return;
    const far = (columnOf(i) - own.x / own.count) ** 2 + (rowOf(i) - own.y / own.count) ** 2;
    const other = result.get(classes[i]);
    if (other === undefined || far < other.far) result.set(classes[i], { at: i, distance, far });
  });
  return result;
}

/** How many steps each pixel is from another class or from outside of the picture. */
function distancesIn(classes: Uint8Array, height: number, width: number): Int32Array {
  const distances = new Int32Array(classes.length);
  const step = (i: number, other: number, isInside: boolean) =>
    isInside && classes[other] === classes[i] ? distances[other] + 1 : 1;
  for (let i = 0; i < classes.length; i++) {
    const isAfter = i % width > 0;
    distances[i] = Math.min(step(i, i - 1, isAfter), step(i, i - width, i >= width));
  }
  for (let i = classes.length - 1; i >= 0; i--) {
    const isBefore = i % width < width - 1;
    const isAbove = i < (height - 1) * width;
    const after = Math.min(step(i, i + 1, isBefore), step(i, i + width, isAbove));
    distances[i] = Math.min(distances[i], after);
  }
  return distances;
}
