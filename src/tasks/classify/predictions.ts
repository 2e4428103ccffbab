// Predictions as people and machines read them: the most probable classes of each image.

import { classCountOf, classify, classNamesFor } from "../../assess/classify.ts";
import type { Tensor } from "../../core/tensor.ts";
import { countOf, sliceSet } from "../../data/example-set.ts";
import { formatRate } from "../../report/numbers.ts";
import { decodingFor } from "../../train/picture-inputs.ts";
import type {
  Column,
  Predictions,
  PredictOptions,
  Predictor,
  TaskImages,
  TrainedModel,
} from "../task.ts";
import type { LoadedImages } from "./load-data.ts";

/** Pictures of one step, which lie in memory together, and images of data; how they are grouped changes no prediction. */
const [picturesAtOnce, imagesAtOnce] = [32, 128];

/** Classes that are named for a picture, and for an image of many. */
const [usualTop, topOfMany] = [5, 3];

/** A class with its probability. */
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

/** The most probable classes of pictures. @throws ShapeError where the model is no classifier of images. */
export function predictorFor(
  { model, classNames }: TrainedModel,
  { top = usualTop }: PredictOptions,
): Predictor {
  classCountOf(model);
  const names = classNamesFor(model, classNames);
  return {
    decoding: decodingFor(model),
    batchSize: picturesAtOnce,
    async predict(images) {
      const { probabilities } = await classify(model, batchOf(images), images.length);
      return predictionsIn(probabilities, names, top);
    },
  };
}

/** Images as one tensor. */
function batchOf(images: readonly Tensor<Uint8Array>[]): Tensor<Uint8Array> {
  const [{ data: first, shape }] = images;
  const data = new Uint8Array(images.length * first.length);
  images.forEach((image, i) => {
    data.set(image.data, i * first.length);
  });
  return { data, shape: [images.length, ...shape] };
}

/** Images of data with their most probable classes, and the true ones where they are known. */
export function imagesToPredict(
  { images, isLabelled, source, close }: LoadedImages,
  { model, classNames }: TrainedModel,
): TaskImages {
  return {
    source,
    count: countOf(images),
    async predict(from, to, { top = topOfMany }) {
      const { x, y } = await sliceSet(images, from, to);
      classCountOf(model);
      const { probabilities } = await classify(model, x, imagesAtOnce);
      const names = classNamesFor(model, classNames, images.classNames);
      const truth = Array.from(y.data, (label) => names[label] ?? String(label));
      return predictionsIn(probabilities, names, top, isLabelled ? truth : undefined);
    },
    close: async () => close?.(),
  };
}

function predictionsIn(
  { data }: Tensor<Float32Array>,
  names: readonly string[],
  top: number,
  truth?: readonly string[],
): Predictions {
  const width = names.length;
  const images = Array.from({ length: data.length / width }, (_, i) => {
    const classes = topOf(data.subarray(i * width, (i + 1) * width), names, top);
    const label = truth?.[i];
    return {
      cells: [
        ...(label === undefined ? [] : [label, label === classes[0].name ? "" : "✗"]),
        ...classes.flatMap(({ name, probability }) => [name, formatRate(probability)]),
      ],
      record: { ...(label !== undefined && { label }), classes },
    };
  });
  return { columns: columnsFor(Math.min(top, width), truth !== undefined), images };
}

function columnsFor(shown: number, isLabelled: boolean): Column[] {
  const left = (heading: string): Column => ({ heading, align: "left" });
  return [
    ...(isLabelled ? [left("true class"), left("")] : []),
    ...Array.from({ length: shown }).flatMap((_, i): Column[] => [
      left(i === 0 ? "predicted" : "or"),
      { heading: "", align: "right" },
    ]),
  ];
}
