// Why a network gives pixels their class: which parts of the picture speak for a class of its mask.

import { DataError } from "../../core/errors.ts";
import { type OptionNames, requireFlag, requireKnownOptions } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Attribution, attribute } from "../../explain/attribute.ts";
import { coarsestLayer } from "../../explain/layer-choice.ts";
import { resizePlane } from "../../explain/map.ts";
import { type AttributionName, methods } from "../../explain/methods/table.ts";
import { type MethodOptions, methodOptionNames } from "../../explain/options.ts";
import { type Trust, trust } from "../../explain/trust/trust.ts";
import { resize } from "../../images/resize.ts";
import type { Model } from "../../train/model.ts";
import { classAt } from "../segmentation/predict-mask.ts";
import { classCount, segmentationShape } from "../segmentation/shape.ts";
import { requireClasses } from "./classes.ts";

/** Which classes of a mask are explained, and how. */
export interface ExplainMaskOptions extends MethodOptions {
  /** Default: all that are found, but class 0 only where there is no other. */
  readonly classes?: readonly number[];
  /** Default: `gradCam`. */
  readonly method?: AttributionName;
  /** Default: the coarsest layer, whose results see most of the picture. */
  readonly layer?: string;
  /** Whether each map is tested, as `explain.trust` does; takes longer. Default: false. */
  readonly trust?: boolean;
}

/** A class that was found in a picture, and what speaks for it. */
export interface ExplainedClass {
  readonly classIndex: number;
  /** Its share of the pixels, 0 to 1. */
  readonly share: number;
  /** Its `map` has the rows and columns of the picture. */
  readonly attribution: Attribution;
  /** How far the map can be trusted, where that was asked for. */
  readonly trust?: Trust;
}

const optionNames: OptionNames<ExplainMaskOptions> = {
  ...methodOptionNames,
  classes: true,
  method: true,
  layer: true,
  trust: true,
};

/**
 * Which parts of a picture `u8 [H, W, C]` speak for the classes that a network gives its pixels, the largest share first.
 * The picture is resized to the images of the network. What is explained is the mean score of a class over the pixels that it was
 * found at. Source: Vinogradova et al., "Towards Interpretable Semantic Segmentation via Gradient-Weighted Class Activation
 * Mapping", AAAI 2020.
 *
 * @throws ConfigError where the model gives no classes of pixels or an option cannot be used, DataError where a class that
 * is asked for is found nowhere.
 * @example
 * const [largest] = await vision.explainMask(model, photo);
 * explain.overlay(photo, largest.attribution.map);
 */
export async function explainMask(
  model: Model,
  picture: Tensor<Uint8Array>,
  options: ExplainMaskOptions = {},
): Promise<readonly ExplainedClass[]> {
  const call = "vision.explainMask";
  const shape = segmentationShape(call, model);
  requireKnownOptions(call, options, optionNames, "model, picture, { classes: [1] }");
  const { classes, method = "gradCam", layer, trust: isTested = false, ...own } = options;
  requireFlag("trust", isTested);
  const known = classCount(shape);
  requireClasses(classes, known);
  const { height, width, rows, columns, scores } = shape;
  const seen = resize(picture, { size: [height, width] });
  const { data } = await model.predict({ data: seen.data, shape: [1, ...seen.shape] });
  const labels = Uint8Array.from({ length: rows * columns }, (_, pixel) =>
    classAt(data, pixel * scores, scores, 0.5),
  );
  const counts = new Int32Array(known);
  for (const label of labels) counts[label]++;
  const wanted = classes ?? foundClasses(counts, scores);
  const looksAtLayer = methods[method]?.looksAt !== "input";
  const chosen = looksAtLayer && layer === undefined ? coarsestLayer(model.network) : undefined;
  const at = layer ?? chosen?.layer;
  const size = [picture.shape[0], picture.shape[1]] as const;
  const explained: ExplainedClass[] = [];
  for (const classIndex of wanted) {
    requireFound(classIndex, counts);
    const pixels = Float32Array.from(labels, (label) => Number(label === classIndex));
    const question = {
      ...own,
      method,
      ...(at !== undefined && { layer: at }),
      // A single score is that of class 1.
      classIndex: scores === 1 ? 0 : classIndex,
      mask: { data: pixels, shape: [rows, columns] },
    };
    const one = await attribute(model, seen, question);
    explained.push({
      classIndex,
      share: counts[classIndex] / labels.length,
      attribution: {
        ...one,
        ...(chosen !== undefined && { reason: chosen.reason }),
        classIndex,
        map: resizePlane(one.map, size),
      },
      ...(isTested && { trust: await trust(model, seen, one, question) }),
    });
  }
  return explained.sort((a, b) => b.share - a.share);
}

/** The classes of some pixels; class 0, which most often is the rest, only where there is no other. */
function foundClasses(counts: Int32Array, scores: number): number[] {
  const found = [...counts.keys()].filter((label) => counts[label] > 0);
  const objects = found.filter((label) => label > 0);
  return objects.length > 0 || scores === 1 ? objects : found;
}

function requireFound(classIndex: number, counts: Int32Array): void {
  if (counts[classIndex] > 0) return;
  const found = [...counts.keys()].filter((label) => counts[label] > 0);
  throw new DataError({
    what: `No pixel of the picture has class ${classIndex}, so that nothing can be explained.`,
    expected: `one of the classes that were found: ${found.join(", ")}`,
    received: String(classIndex),
  });
}
