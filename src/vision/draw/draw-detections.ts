// Boxes drawn over their picture.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Detections, Objects } from "../annotated.ts";
import { boxList, requirePerBox } from "../boxes/box-list.ts";
import { scoreOrder } from "../boxes/score-order.ts";
import { Canvas, type Rectangle } from "./canvas.ts";
import { inkOn } from "./class-colors.ts";
import { colorOf, type DrawOptions, requireDrawOptions } from "./draw-options.ts";
import { classLabel, drawLabels, type Label, textScale } from "./labels.ts";

/** How `drawDetections` draws. */
export interface DrawDetectionsOptions extends DrawOptions {
  /** Boxes with a lower score are left out. Default: 0. */
  readonly scoreThreshold?: number;
  /** How thick lines are, in pixels. Default: by the size of the picture. */
  readonly lineWidth?: number;
  /** What is really there, drawn in broken lines. Default: nothing. */
  readonly truth?: Objects;
}

const known: OptionNames<DrawDetectionsOptions> = {
  colors: true,
  labels: true,
  textScale: true,
  scoreThreshold: true,
  lineWidth: true,
  truth: true,
};

/**
 * A picture with boxes, their names and scores: `u8 [H, W, 3]`. Names are black or white on the class's colour, and stay
 * apart where there is room. The surest box lies on top. What leaves the picture is cut off; boxes that lie outside or
 * have no area are left out. A class without a name is called by its number.
 *
 * @param image `u8 [H, W, C]`, 1, 3 or 4 channels.
 * @param boxes What was found, or what is there: left, top, right, bottom in pixels.
 * @param classNames The name of class `i` at index `i`.
 * @throws ShapeError where it is no picture or no boxes, DataError where a number is not finite, ConfigError where an
 * option cannot be used.
 * @example
 * const drawn = vision.drawDetections(image, detections, classNames, { scoreThreshold: 0.5 });
 * await writeFile("found.png", await encodeImage(drawn, "png"));
 */
export function drawDetections(
  image: Tensor<Uint8Array>,
  boxes: Detections | Objects,
  classNames: readonly string[],
  options: DrawDetectionsOptions = {},
): Tensor<Uint8Array> {
  const call = "vision.drawDetections";
  requireKnownOptions(
    call,
    options,
    known,
    "image, detections, classNames, { scoreThreshold: 0.5 }",
  );
  requireDrawOptions(call, classNames, options);
  const canvas = new Canvas(call, image);
  const { scoreThreshold = 0, labels = true, truth } = options;
  const { lineWidth = Math.max(1, Math.round(Math.min(canvas.height, canvas.width) / 250)) } =
    options;
  requireNumber("scoreThreshold", scoreThreshold);
  requireWhole("lineWidth", lineWidth);
  const found = shownBoxes(call, canvas, boxes).filter(({ score = 1 }) => score >= scoreThreshold);
  const there = truth === undefined ? [] : shownBoxes(call, canvas, truth);
  const color = (label: number) => colorOf(label, options);
  for (const { place, label } of there) {
    drawFrame(canvas, place, lineWidth, color(label), 4 * lineWidth);
  }
  for (const { place, label } of found.toReversed()) {
    drawFrame(canvas, place, lineWidth, color(label));
  }
  if (!labels) return canvas.picture;
  const scale = options.textScale ?? textScale(canvas);
  const texts = found.map(({ place, label, score }): Label => {
    const name = classLabel(classNames, label);
    return {
      text: score === undefined ? name : `${name} ${score.toFixed(2)}`,
      color: color(label),
      places: (width, height) => placesAt(place, width, height),
    };
  });
  drawLabels(canvas, texts, scale);
  return canvas.picture;
}

/** A box that is seen. */
interface ShownBox {
  readonly place: Rectangle;
  readonly label: number;
  readonly score?: number;
}

/** What of the boxes is to be seen, the surest first. */
function shownBoxes(call: string, canvas: Canvas, boxes: Detections | Objects): ShownBox[] {
  const { data, count } = boxList(call, boxes?.boxes);
  requirePerBox(call, "classes", boxes.classes, count);
  const scores = "scores" in boxes ? boxes.scores : undefined;
  if (scores !== undefined) requirePerBox(call, "scores", scores, count);
  const order = scores === undefined ? [...boxes.classes.keys()] : [...scoreOrder(scores)];
  return order.flatMap((row) => {
    const [left, top, right, bottom] = data.subarray(4 * row, 4 * row + 4);
    const isInside = left < canvas.width && right > 0 && top < canvas.height && bottom > 0;
    if (!isInside || !(right > left) || !(bottom > top)) return [];
    const place = {
      left: Math.round(left),
      top: Math.round(top),
      right: Math.max(Math.round(right), Math.round(left) + 1),
      bottom: Math.max(Math.round(bottom), Math.round(top) + 1),
    };
    const label = boxes.classes[row];
    return scores === undefined ? { place, label } : { place, label, score: scores[row] };
  });
}

/** A line in a colour, with a thin one beside it on each side that stands out from it. */
function drawFrame(
  canvas: Canvas,
  { left, top, right, bottom }: Rectangle,
  width: number,
  color: readonly [number, number, number],
  dash?: number,
): void {
  const border = inkOn(color);
  const outside = { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 };
  canvas.frame(outside, width + 2, border, dash);
  canvas.frame({ left, top, right, bottom }, width, color, dash);
}

/** Above a box, inside at its top, below it, inside at its bottom; to the left and to the right. */
function placesAt(
  { left, top, right, bottom }: Rectangle,
  width: number,
  height: number,
): [number, number][] {
  const above: [number, number][] = top >= height ? [[left, top - height]] : [];
  return [
    ...above,
    [left, top],
    [left, bottom],
    [left, bottom - height],
    [right - width, top - height],
    [right - width, top],
    [right - width, bottom],
    [right, top],
    [left - width, top],
  ];
}
