// What is done to pictures before a network sees them, one step at a time.

import { requireWhole } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { canny } from "../../images/canny.ts";
import { clahe } from "../../images/clahe.ts";
import { grayscale } from "../../images/color.ts";
import { centerCrop } from "../../images/crop.ts";
import { gaussianBlur } from "../../images/filter.ts";
import { resize } from "../../images/resize.ts";
import { imageNet, rescale, standardize } from "../../images/scaling.ts";
import { equalize } from "../../images/tables.ts";
import { shownPicture } from "../overlay.ts";

/** A picture after one step. */
export interface PreprocessingStep {
  readonly title: string;
  /** How it is written down. */
  readonly code: string;
  /** The smallest and the largest number of the result. */
  readonly range: readonly [low: number, high: number];
  /** The result, f32 or u8. */
  readonly result: Tensor<Uint8Array> | Tensor<Float32Array>;
  /** The result as a picture u8: floats from their smallest to their largest. */
  readonly picture: Tensor<Uint8Array>;
}

/**
 * A picture after each of the usual steps of preprocessing, each done to the original: resizing, cropping, scaling to 0…1,
 * ImageNet's mean and deviation, grey, edges, two ways of equalising, blur.
 *
 * @param picture u8 `[H, W, 3]`.
 * @param side The height and width that it is resized to. Default: 64.
 * @throws ShapeError where it is no picture with three channels.
 * @example for (const { title, range } of explain.preprocessingSteps(photo)) console.log(title, range);
 */
export function preprocessingSteps(
  picture: Tensor<Uint8Array>,
  side = 64,
): readonly PreprocessingStep[] {
  requireWhole("side", side);
  const grey = grayscale(picture);
  const unit = rescale(picture, { scale: 1 / 255 });
  const part = Math.max(1, Math.round(Math.min(picture.shape[0], picture.shape[1]) * 0.6));
  const size = [side, side] as const;
  const small = `size: [${side}, ${side}]`;
  const rows: readonly (readonly [string, string, PreprocessingStep["result"]])[] = [
    ["Original", `u8 [${picture.shape.join(", ")}]`, picture],
    [`Resized to ${side} × ${side}`, `resize({ ${small} })`, resize(picture, { size })],
    [
      "Middle",
      `centerCrop({ size: [${part}, ${part}] })`,
      centerCrop(picture, { size: [part, part] }),
    ],
    ["Scaled to 0…1", "rescale({ scale: 1 / 255 })", unit],
    ["Standardised", "standardize(imageNet)", standardize(picture, imageNet)],
    ["Grey", "grayscale()", grey],
    ["Edges (Canny)", "canny({ low: 50, high: 150 })", canny(grey, { low: 50, high: 150 })],
    ["Equalised", "equalize()", equalize(grey)],
    ["Equalised in tiles", "clahe({ clipLimit: 4 })", clahe(grey, { clipLimit: 4 })],
    ["Blurred", "gaussianBlur({ sigma: 2.6 })", gaussianBlur(picture, { sigma: 2.6 })],
  ];
  return rows.map(([title, code, result]) => ({
    title,
    code,
    range: rangeOf(result),
    result,
    picture: shownPicture(result),
  }));
}

function rangeOf({ data }: Tensor): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
