// What a model that gives every pixel a class takes and gives, read from its network alone: so that any such model can be
// trained and used, wherever it comes from.

import { ConfigError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Model } from "../../train/model.ts";
import { requireModel } from "../../train/stateful-model.ts";

/** What a model for masks takes and gives. */
export interface SegmentationShape {
  /** Rows and columns of the images. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Rows and columns of the scores, which lie in the middle of the image. */
  readonly rows: number;
  readonly columns: number;
  /** Scores of each pixel; 1 where it is the probability of class 1. */
  readonly scores: number;
  /** Whether pictures are resized to the height and the width, rather than cut into tiles. */
  readonly resizes: boolean;
}

/** @throws ConfigError unless `model` takes images and gives scores for their pixels; `call` is what was called. */
export function segmentationShape(call: string, model: Model): SegmentationShape {
  requireModel(call, model);
  const { inputs, outputs } = model.network;
  const [input, output] = [inputs[0].shape, outputs[0].shape];
  const [height, width, channels] = input;
  const [rows, columns, scores] = output;
  const fits =
    inputs.length === 1 &&
    outputs.length === 1 &&
    input.length === 3 &&
    output.length === 3 &&
    rows <= height &&
    columns <= width &&
    (rows === height || rows % 2 === height % 2) &&
    [1, 3, 4].includes(channels);
  if (!fits) {
    const shapes = (tensors: typeof inputs) =>
      tensors.map(({ shape }) => formatShape([null, ...shape])).join(", ");
    throw new ConfigError({
      what: `${call}: the model "${model.name}" does not give every pixel of an image a class.`,
      expected: "images [N, H, W, C] with 1, 3 or 4 channels, and scores [N, H, W, classes]",
      received: `${shapes(inputs)} → ${shapes(outputs)}`,
    });
  }
  const resizes = model.preprocess[0]?.size !== undefined;
  return { height, width, channels, rows, columns, scores, resizes };
}

/** How many classes pixels have: with one score, 0 and 1. */
export function classCount({ scores }: SegmentationShape): number {
  return Math.max(2, scores);
}
