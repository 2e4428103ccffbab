// Why a classifier takes pictures for what it takes them.

import { classCountOf, classify, classNamesFor } from "../../assess/classify.ts";
import { ConfigError, DataError } from "../../core/errors.ts";
import { countOf, sliceSet } from "../../data/example-set.ts";
import { attribute } from "../../explain/attribute.ts";
import { trust } from "../../explain/trust/trust.ts";
import type { ExplainedMap } from "../../report/explanation-page.ts";
import { decodingFor } from "../../train/picture-inputs.ts";
import { classNamed, methodsWith } from "../explanation.ts";
import type {
  Explainer,
  ExplainOptions,
  LoadListener,
  MeasuredChoice,
  NamedPicture,
  TrainedModel,
} from "../task.ts";
import { loadImages } from "./load-data.ts";
import { picturesFor } from "./pictures.ts";
import { topOf } from "./predictions.ts";

/** Classes that are named for a picture. */
const mostNamed = 5;

/** Pictures of one step. */
const batchSize = 32;

/** Maps of what speaks for the class of a picture. @throws ShapeError where the model is no classifier of images. */
export function explainerFor(
  { model, classNames }: TrainedModel,
  options: ExplainOptions,
): Explainer {
  classCountOf(model);
  const names = classNamesFor(model, classNames);
  const classIndex = classNamed(options.class, names);
  const asked = methodsWith(options, model.network, "gradCam");
  return {
    decoding: decodingFor(model),
    classNames: names,
    async explain({ name, picture }) {
      const { probabilities } = await classify(model, batchOf(picture), 1);
      const top = topOf(probabilities.data, names, mostNamed);
      const maps: ExplainedMap[] = [];
      for (const one of asked) {
        const how = { ...one, ...(classIndex !== undefined && { classIndex }) };
        const attribution = await attribute(model, picture, how);
        const evidence = options.trust && (await trust(model, picture, attribution, how));
        maps.push({ attribution, ...(evidence && { trust: evidence }) });
      }
      return {
        says: `${top[0].name} ${top[0].probability.toFixed(2)}`,
        record: { classes: top },
        explained: { name, picture, top, maps },
      };
    },
  };
}

type Pixels = NamedPicture["picture"];

const batchOf = ({ data, shape }: Pixels): Pixels => ({ data, shape: [1, ...shape] });

/** For each true and predicted class that occur together, the picture of which the model is surest. */
export async function surestPictures(
  trained: TrainedModel,
  choice: MeasuredChoice,
  listener: LoadListener,
): Promise<readonly NamedPicture[]> {
  const { images, isLabelled } = await loadImages(choice, listener, picturesFor(trained, choice));
  if (!isLabelled) {
    throw new ConfigError({
      what: "--by-cell needs pictures whose classes are known.",
      expected: "a folder with a folder for each class, or a table of labels",
      received: choice.data,
    });
  }
  const names = classNamesFor(trained.model, trained.classNames);
  const surest = new Map<string, { probability: number; picture: Pixels }>();
  for (let first = 0; first < countOf(images); first += batchSize) {
    const part = await sliceSet(images, first, Math.min(countOf(images), first + batchSize));
    const { probabilities, predictions } = await classify(trained.model, part.x, batchSize);
    const [count, ...shape] = part.x.shape;
    const each = part.x.data.length / count;
    predictions.forEach((predicted, i) => {
      const cell = `${names[part.y.data[i]]} taken for ${names[predicted]}`;
      const probability = probabilities.data[i * names.length + predicted];
      if (probability <= (surest.get(cell)?.probability ?? 0)) return;
      const pixels = part.x.data.slice(i * each, (i + 1) * each);
      surest.set(cell, { probability, picture: { data: pixels, shape } });
    });
  }
  if (surest.size === 0)
    throw new DataError({
      what: "There is no picture to explain.",
      expected: "pictures",
      received: choice.data,
    });
  return [...surest]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { picture }]) => ({
      name: name.replace(/^(.*) taken for \1$/, "$1, right"),
      picture,
    }));
}
