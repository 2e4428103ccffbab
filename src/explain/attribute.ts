// One picture, one model, one question: which parts of the picture speak for a class.

import { ConfigError, DataError, ShapeError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { type OptionNames, outlineOf, requireKnownOptions, requireWord } from "../core/option.ts";
import { formatShape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Model } from "../train/model.ts";
import { requireModel } from "../train/stateful-model.ts";
import { lastSpatialLayer, requireSpatialLayer } from "./layer-choice.ts";
import { isFlat, toLargest } from "./map.ts";
import type { AttributionMethod } from "./methods/method.ts";
import { type AttributionName, methods } from "./methods/table.ts";
import { type MethodOptions, methodOptionNames, methodOptionsOf } from "./options.ts";
import { type Probe, probeOf, type ScoreKind, scoresOf, type Values } from "./probe.ts";

/** What is to be explained, and how. */
export interface AttributionOptions extends MethodOptions {
  /** The method. Default: `gradCam`. */
  readonly method?: AttributionName;
  /** The layer to look at, or several, whose maps are averaged. Default: the last with rows and columns. */
  readonly layer?: string | readonly string[];
  /** The class, from 0. Default: the one that the model predicts. */
  readonly classIndex?: number;
  /**
   * For a segmentation, the pixels to explain: `[H, W]` like the output, 1 or 0. Default: all of them.
   */
  readonly mask?: Tensor;
  /** Whether the output before the last softmax or sigmoid is explained, or the one after it. Default: `logit`. */
  readonly of?: ScoreKind;
}

/** Which parts of a picture speak for a class. */
export interface Attribution {
  readonly method: AttributionName;
  /** How much each pixel counts, `[H, W]`, from 0 to 1. */
  readonly map: Tensor<Float32Array>;
  /** What the map was made from: `[h, w]` of the layer, or `[1, H, W, C]` of the input, with its sign. */
  readonly values: Tensor<Float32Array>;
  readonly classIndex: number;
  /** The model's output for the class. */
  readonly probability: number;
  /** What was explained: the logit, or the probability. */
  readonly score: number;
  /** The layers that were used; none for a method that looks at the input. */
  readonly layers: readonly string[];
  /** Why these layers were chosen, if none was given. */
  readonly reason?: string;
  /** Whether all numbers of the map are the same, so that it says nothing. */
  readonly isFlat: boolean;
}

export const attributionOptionNames = {
  method: true,
  layer: true,
  classIndex: true,
  mask: true,
  of: true,
  ...methodOptionNames,
} as const satisfies OptionNames<AttributionOptions>;

/**
 * Which parts of a picture `[H, W, C]` (or `[1, H, W, C]`) speak for a class. The picture's numbers go through
 * the model's `preprocess`.
 *
 * @throws ConfigError if an option cannot be used, or the method cannot explain such a model; ShapeError
 * if the picture does not fit; DataError if the model's outputs are NaN and no class is given.
 * @example
 * const { map, layers, reason } = await explain.attribute(model, picture, { method: "gradCam" });
 */
export async function attribute(
  model: Model,
  picture: Tensor,
  options: AttributionOptions = {},
): Promise<Attribution> {
  requireModel("explain.attribute", model);
  requireKnownOptions("explain.attribute", options, attributionOptionNames);
  const { method: name = "gradCam", of = "logit" } = options;
  requireWord("of", of, ["logit", "probability"]);
  const method = lookUp<AttributionMethod>(methods, name, "method of attribution");
  requireOneOutput(model);
  const probe = probeOf(model);
  const x = await probe.prepare(oneExample(picture, probe));
  const [, height, width] = x.shape;
  const size = [height, width] as const;
  const methodOptions = methodOptionsOf(name, method.options, options, size);
  const { layers, reason } = layersFor(method, probe, options.layer);
  const outputs = await probe.outputs(x);
  const classIndex = classOf(outputs.probability, options.classIndex);
  const target = targetOf(outputs.probability, classIndex, options.mask);
  const question = { probe, x, target, of, layers, size, options: methodOptions };
  const { map, values } = await method.explain(question);
  const [score] = scoresOf(outputs[of], target);
  const [probability] = scoresOf(outputs.probability, target);
  return {
    method: name,
    map: toLargest(map),
    values,
    classIndex,
    probability,
    score,
    layers,
    ...(reason === undefined ? {} : { reason }),
    isFlat: isFlat(map),
  };
}

/** Of several outputs none is meant more than the others. */
function requireOneOutput({ network: { name, outputs } }: Model): void {
  if (outputs.length === 1) return;
  throw new ConfigError({
    what: `The model "${name}" cannot be explained.`,
    expected: "a model with one output",
    received: `${outputs.length} outputs`,
    fix: "Make a model that ends in the output you mean: model({ inputs, outputs }).",
  });
}

/** The picture as a batch of one. @throws ShapeError where it is not one picture. */
export function oneExample(picture: Tensor, probe: Probe): Tensor {
  const shape = picture?.shape ?? [];
  const isOne = shape.length === 3 || (shape.length === 4 && shape[0] === 1);
  if (isOne) return { data: picture.data, shape: [1, ...shape.slice(-3)] };
  throw new ShapeError({
    what: "Only one picture can be explained at a time.",
    expected: `[H, W, C], such as ${formatShape(probe.inputShape)}`,
    received: shape.length === 0 ? outlineOf(picture) : formatShape(shape),
  });
}

function layersFor(
  method: AttributionMethod,
  { model: { network } }: Probe,
  wanted: AttributionOptions["layer"],
): { layers: readonly string[]; reason?: string } {
  if (method.looksAt === "input") {
    if (wanted === undefined) return { layers: [] };
    throw new ConfigError({
      what: `${method.title} looks at the input, not at a layer.`,
      expected: "no option layer",
      received: outlineOf(wanted),
    });
  }
  if (wanted === undefined) {
    const { layer, reason } = lastSpatialLayer(network);
    return { layers: [layer], reason };
  }
  const layers = typeof wanted === "string" ? [wanted] : wanted;
  for (const layer of layers) requireSpatialLayer(network, layer);
  return { layers };
}

/** The class that is meant: the given one, or that of the largest output. */
function classOf({ data, shape }: Values, wanted: number | undefined): number {
  const classes = shape[shape.length - 1];
  if (wanted === undefined) {
    const totals = new Float64Array(classes);
    for (let i = 0; i < data.length; i++) totals[i % classes] += data[i];
    if (totals.some((one) => Number.isNaN(one))) throw noClass();
    return totals.indexOf(totals.reduce((a, b) => Math.max(a, b)));
  }
  if (Number.isInteger(wanted) && wanted >= 0 && wanted < classes) return wanted;
  throw new ConfigError({
    what: "There is no such class.",
    expected: `a whole number from 0 to ${classes - 1}`,
    received: String(wanted),
  });
}

function noClass(): DataError {
  return new DataError({
    what: "The model predicts no class for the picture: its outputs are NaN.",
    expected: "outputs that are numbers",
    received: "NaN",
    fix: "Check the picture for NaN, and whether the training of the model diverged.",
  });
}

/** What the score takes of each output: 1 at the class, where the mask is. */
export function targetOf(
  { data, shape }: Values,
  classIndex: number,
  mask: Tensor | undefined,
): Values {
  const classes = shape[shape.length - 1];
  const places = shape.slice(1, -1);
  if (mask !== undefined && !sameShape(mask.shape, places)) {
    throw new ShapeError({
      what: "The mask does not fit the model's output.",
      expected: formatShape(places),
      received: formatShape(mask.shape),
    });
  }
  const at = (i: number) => (mask === undefined ? 1 : mask.data[Math.floor(i / classes)]);
  const weights = Float32Array.from(data, (_, i) => (i % classes === classIndex ? at(i) : 0));
  const total = weights.reduce((sum, one) => sum + one, 0);
  const share = sizeOf(places) > 1 && total > 0 ? 1 / total : 1;
  return { data: weights.map((one) => one * share), shape };
}
