// `fovea predict cat.jpg ./more/`: picture files, one by one, whatever they hold. What cannot be read is listed at
// the end, and the others are predicted.

import type { Tensor } from "../core/tensor.ts";
import { readImage } from "../images/decode.ts";
import type { PredictedPicture, Predictions, Predictor } from "../tasks/task.ts";
import type { DrawnPictures } from "./drawn-pictures.ts";
import { exitCodes } from "./exit.ts";
import type { Output } from "./output.ts";
import { type Candidate, candidatesFor, formatSkipped, whyNot } from "./picture-files.ts";
import { formatPredictions } from "./predictions.ts";

/** Pictures that are decoded at a time. */
const atATime = 4;

/**
 * Predicts, prints, draws where a folder is given, and gives the exit code: wrong input where a file that was typed could
 * not be read.
 */
export async function predictPictures(
  paths: readonly string[],
  predictor: Predictor,
  file: string,
  drawn: DrawnPictures | undefined,
  output: Output,
): Promise<number> {
  const { batchSize, decoding } = predictor;
  const { candidates, skipped } = await candidatesFor(paths);
  const predicted: string[] = [];
  const pictures: Omit<PredictedPicture, "draw">[] = [];
  let columns: Predictions["columns"] = [];
  for (let first = 0; first < candidates.length; first += batchSize) {
    const batch = candidates.slice(first, first + batchSize);
    const images: Tensor<Uint8Array>[] = [];
    const read: Candidate[] = [];
    for (let at = 0; at < batch.length; at += atATime) {
      const some = batch.slice(at, at + atATime);
      const decoded = await Promise.all(
        some.map(({ path }) => readImage(path, decoding).catch((error: unknown) => whyNot(error))),
      );
      decoded.forEach((image, i) => {
        if ("reason" in image) {
          skipped.push({ ...some[i], ...image });
          return;
        }
        images.push(image);
        read.push(some[i]);
      });
    }
    if (images.length === 0) continue;
    const predictions = await predictor.predict(images);
    columns = predictions.columns;
    for (const [i, picture] of predictions.images.entries()) {
      const { path } = read[i];
      const drawing = await drawn?.add(path, picture);
      const { cells, record } = picture;
      // Pictures are large, and are not kept.
      pictures.push({ cells, record: { ...record, ...(drawing !== undefined && { drawing }) } });
      predicted.push(path);
    }
  }
  output.say();
  if (pictures.length > 0) {
    output.result(formatPredictions(predicted, { columns, images: pictures }, "left"));
  }
  if (skipped.length > 0)
    output.result(formatSkipped(skipped, "a prediction", pictures.length > 0));
  const record = {
    model: file,
    predictions: pictures.map((one, i) => ({ picture: predicted[i], ...one.record })),
    skipped: skipped.map(({ path, reason, text }) => ({ picture: path, reason, what: text })),
  };
  await drawn?.finish(record);
  output.record(record);
  const isWrong = pictures.length === 0 || skipped.some(({ isNamed }) => isNamed);
  return isWrong ? exitCodes.wrongInput.code : exitCodes.done.code;
}
