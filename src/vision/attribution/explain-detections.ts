// Why a detector sees an object: which parts of the picture speak for the class of one box.

import {
  type OptionNames,
  only,
  requireFlag,
  requireKnownOptions,
  requireWhole,
} from "../../core/option.ts";
import { type Attribution, attribute } from "../../explain/attribute.ts";
import { type LayerChoice, lastLayerOfSize } from "../../explain/layer-choice.ts";
import { type Plane, plane, resizePlane } from "../../explain/map.ts";
import { type AttributionName, methods } from "../../explain/methods/table.ts";
import { type MethodOptions, methodOptionNames } from "../../explain/options.ts";
import { type Trust, trust } from "../../explain/trust/trust.ts";
import type { Model } from "../../train/model.ts";
import { requireModel } from "../../train/stateful-model.ts";
import type { Detections } from "../annotated.ts";
import {
  type DetectOptions,
  type DetectorPicture,
  decodeDetections,
  detectOptionNames,
  detectOptionsOf,
  letterboxed,
  pixelsOf,
} from "../detection/detect.ts";
import { type DetectorShape, detectorShapeOf } from "../detection/detector-shape.ts";
import { type Letterbox, letterboxOf, outOfLetterbox } from "../detection/letterbox.ts";
import { requireClasses } from "./classes.ts";

/** Which boxes are explained, and how. `maxDetections` is 3 by default. */
export interface ExplainDetectionsOptions extends DetectOptions, MethodOptions {
  /** Of which classes boxes are explained. Default: of all. */
  readonly classes?: readonly number[];
  /** Default: `hiResCam`, which tells objects of one class apart; Grad-CAM shows all of them. */
  readonly method?: AttributionName;
  /** Default: the features of the box's size that boxes and classes are both read from. */
  readonly layer?: string;
  /** Whether each map is tested, as `explain.trust` does; takes longer. Default: false. */
  readonly trust?: boolean;
}

/** A box that was found, and what speaks for it. */
export interface ExplainedDetection {
  /** Left, top, right and bottom in pixels of the picture. */
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
  readonly classIndex: number;
  readonly score: number;
  /** Its `map` has the rows and columns of the picture. */
  readonly attribution: Attribution;
  /** How far the map can be trusted, where that was asked for. */
  readonly trust?: Trust;
}

const optionNames: OptionNames<ExplainDetectionsOptions> = {
  ...detectOptionNames,
  ...methodOptionNames,
  classes: true,
  method: true,
  layer: true,
  trust: true,
};

/**
 * Which parts of a picture speak for the boxes that a detector finds in it, the surest box first. What is explained is
 * the score of the box's class at the very point that gave the box.
 *
 * @throws ConfigError if the model is no detector or an option cannot be used, DataError if the picture has other channels,
 * ImageError if it cannot be decoded.
 * @example
 * for (const { box, score, attribution } of await vision.explainDetections(model, photo)) {
 *   explain.overlay(photo, attribution.map);
 * }
 */
export async function explainDetections(
  model: Model,
  picture: DetectorPicture,
  options: ExplainDetectionsOptions = {},
): Promise<readonly ExplainedDetection[]> {
  const call = "vision.explainDetections";
  requireModel(call, model);
  requireKnownOptions(call, options, optionNames, "model, picture, { maxDetections: 1 }");
  const shape = detectorShapeOf(call, model.network);
  requireClasses(options.classes, shape.classes);
  const { classes, maxDetections = 3, ...how } = options;
  requireWhole("maxDetections", maxDetections);
  const isWanted = (classIndex: number) => classes === undefined || classes.includes(classIndex);
  return explainChosen(model, picture, how, ({ classes: found }) =>
    [...found.keys()].filter((row) => isWanted(found[row])).slice(0, maxDetections),
  );
}

/**
 * What `explainDetections` does with those of the detections that `choose` picks by their rows.
 *
 * @throws as `explainDetections` does.
 */
export async function explainChosen(
  model: Model,
  picture: DetectorPicture,
  options: Omit<ExplainDetectionsOptions, "classes">,
  choose: (found: Detections) => readonly number[],
): Promise<readonly ExplainedDetection[]> {
  const shape = detectorShapeOf("vision.explainDetections", model.network);
  const { method = "hiResCam", layer, trust: isTested = false } = options;
  requireFlag("trust", isTested);
  const own = only<MethodOptions>(options, methodOptionNames);
  const how = detectOptionsOf(only<DetectOptions>(options, detectOptionNames));
  const image = await pixelsOf(picture, shape);
  const seen = letterboxed(image, shape, "picture");
  const { data } = await model.predict({ data: seen.data, shape: [1, ...seen.shape] });
  const { boxes, points, ...found } = decodeDetections(data, shape, how);
  const size = [image.shape[0], image.shape[1]] as const;
  const place = letterboxOf(size, [shape.height, shape.width]);
  const edges = outOfLetterbox(boxes.data, place, size);
  const detections = { ...found, boxes: { data: edges, shape: boxes.shape } };
  const explained: ExplainedDetection[] = [];
  for (const row of choose(detections)) {
    const [classIndex, point] = [found.classes[row], points[row]];
    const chosen = methods[method]?.looksAt === "input" ? undefined : layerFor(model, shape, point);
    const mask = { data: new Float32Array(shape.points), shape: [shape.points] };
    mask.data[point] = 1;
    const at = layer ?? chosen?.layer;
    const question = {
      ...own,
      method,
      ...(at !== undefined && { layer: at }),
      classIndex: 4 + classIndex,
      mask,
      of: "probability",
    } as const;
    const one = await attribute(model, seen, question);
    explained.push({
      box: [edges[4 * row], edges[4 * row + 1], edges[4 * row + 2], edges[4 * row + 3]],
      classIndex,
      score: found.scores[row],
      attribution: {
        ...one,
        ...(layer === undefined && chosen !== undefined && { reason: chosen.reason }),
        classIndex,
        map: outOfMargins(one.map, place, size),
      },
      ...(isTested && { trust: await trust(model, seen, one, question) }),
    });
  }
  return explained;
}

/** The features of a point's level. */
function layerFor({ network }: Model, { levels }: DetectorShape, point: number): LayerChoice {
  const level = levels.findLast(({ first }) => first <= point) ?? levels[0];
  return lastLayerOfSize(network, [level.rows, level.columns]);
}

/** A map of a letterboxed picture as a map of the picture. */
function outOfMargins(
  { data, shape }: Plane,
  { inner, top, left }: Letterbox,
  size: readonly [number, number],
): Plane {
  const at = (i: number) => (top + Math.floor(i / inner[1])) * shape[1] + left + (i % inner[1]);
  return resizePlane(
    plane(inner, (i) => data[at(i)]),
    size,
  );
}
