// `fovea predict cat.jpg ./more/`: picture files, one by one, whatever they hold. What cannot be read is listed at
// the end, and the others are predicted.

import { classCountOf, classify, classNamesFor } from "../assess/classify.ts";
import { readImage } from "../images/decode.ts";
import { decodingFor } from "../train/picture-inputs.ts";
import { exitCodes } from "./exit.ts";
import type { Output } from "./output.ts";
import { type Candidate, candidatesFor, formatSkipped, whyNot } from "./picture-files.ts";
import { formatPredictions, type Prediction, topOf } from "./predictions.ts";
import type { Trained } from "./trained.ts";

/** Pictures of one step, which lie in memory together; how they are grouped changes no prediction. */
const batchSize = 32;

/** Pictures that are decoded at a time. */
const atATime = 4;

/** Predicts, prints, and gives the exit code: wrong input where a file that was typed could not be read. */
export async function predictPictures(
  paths: readonly string[],
  { model, file, classNames }: Trained,
  top: number,
  output: Output,
): Promise<number> {
  classCountOf(model);
  const names = classNamesFor(model, classNames);
  const options = decodingFor(model);
  const { candidates, skipped } = await candidatesFor(paths);
  const predictions: Prediction[] = [];
  const size = options.size[0] * options.size[1] * options.channels;
  for (let first = 0; first < candidates.length; first += batchSize) {
    const batch = candidates.slice(first, first + batchSize);
    const data = new Uint8Array(batch.length * size);
    const read: Candidate[] = [];
    for (let at = 0; at < batch.length; at += atATime) {
      const some = batch.slice(at, at + atATime);
      const images = await Promise.all(
        some.map(({ path }) => readImage(path, options).catch((error: unknown) => whyNot(error))),
      );
      images.forEach((image, i) => {
        if ("reason" in image) skipped.push({ ...some[i], ...image });
        else data.set(image.data, size * (read.push(some[i]) - 1));
      });
    }
    if (read.length === 0) continue;
    const shape = [read.length, ...options.size, options.channels];
    const x = { data: data.subarray(0, read.length * size), shape };
    const { probabilities } = await classify(model, x, read.length);
    read.forEach(({ path }, i) => {
      const row = probabilities.data.subarray(i * names.length, (i + 1) * names.length);
      predictions.push({ image: path, classes: topOf(row, names, top) });
    });
  }
  output.say();
  if (predictions.length > 0) output.result(formatPredictions(predictions, "left"));
  if (skipped.length > 0)
    output.result(formatSkipped(skipped, "a prediction", predictions.length > 0));
  output.record({
    model: file,
    predictions: predictions.map(({ image, classes }) => ({ picture: image, classes })),
    skipped: skipped.map(({ path, reason, text }) => ({ picture: path, reason, what: text })),
  });
  const isWrong = predictions.length === 0 || skipped.some(({ isNamed }) => isNamed);
  return isWrong ? exitCodes.wrongInput.code : exitCodes.done.code;
}
