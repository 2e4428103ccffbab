// A report with every part that a page can have, from numbers that are the same each time.

import { confusionMatrix } from "../../src/assess/confusion-matrix.ts";
import { principalComponents } from "../../src/assess/principal-components.ts";
import { topLosses } from "../../src/assess/top-losses.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { overlay } from "../../src/explain/overlay.ts";
import {
  type Evaluation,
  embeddingFigure,
  type PredictedImage,
  type ReportContent,
} from "../../src/report/index.ts";

/** Numbers in [0, 1), one after another. */
function drawing(seed: number): () => number {
  const random = new RandomStream(seed);
  return () => random.word() / 2 ** 32;
}

/** Labels, and probabilities that are right about `skill` of the time. */
export function scoresOf(count: number, classes: number, skill = 0.85) {
  const draw = drawing(count + classes);
  const labels = Int32Array.from({ length: count }, () => Math.floor(draw() * classes));
  const data = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) {
    const isRight = draw() < skill;
    const chosen = isRight ? labels[row] : Math.floor(draw() * classes);
    const parts = Array.from({ length: classes }, (_, i) =>
      Math.exp((i === chosen ? 5 * draw() : 0) + draw()),
    );
    const sum = parts.reduce((a, b) => a + b);
    parts.forEach((part, i) => {
      data[row * classes + i] = part / sum;
    });
  }
  return { labels, probabilities: tensor(data, [count, classes]) };
}

/** The most probable class of each row. */
export function predictionsOf({ data, shape: [count, classes] }: Tensor<Float32Array>): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => {
    const scores = data.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  });
}

/** A small picture of its own for each index. */
export function pictureOf(index: number, side = 28): Tensor<Uint8Array> {
  const draw = drawing(index);
  const spots = Array.from({ length: 6 }, () => [draw() * side, draw() * side, draw()]);
  const data = Uint8Array.from({ length: side * side }, (_, at) => {
    const light = spots.map(([row, column, strength]) => {
      const distance = (Math.floor(at / side) - row) ** 2 + ((at % side) - column) ** 2;
      return strength * Math.exp((-50 * distance) / (side * side));
    });
    return Math.round(255 * Math.min(1, Math.max(...light)));
  });
  return tensor(data, [side, side, 1]);
}

function heatOf(image: Tensor<Uint8Array>): Tensor<Uint8Array> {
  const map = Float32Array.from(image.data, (value) => value / 255);
  return overlay(image, tensor(map, image.shape.slice(0, 2)));
}

/** What an evaluation of `count` images in `classNames` says, with all of its parts. */
export function fullEvaluation(count: number, classNames: readonly string[]): Evaluation {
  const classes = classNames.length;
  const scores = scoresOf(count, classes);
  const { labels, probabilities } = scores;
  const predictions = predictionsOf(probabilities);
  const matrix = confusionMatrix(labels, predictions, classes);
  const imageAt = (index: number): PredictedImage => ({
    image: pictureOf(index),
    label: labels[index],
    prediction: predictions[index],
    confidence: probabilities.data[index * classes + predictions[index]],
    index,
  });
  const worst = topLosses(labels, probabilities, 12);
  const cells = matrix.counts.flatMap((row, label) =>
    row.flatMap((cellCount, prediction) => {
      if (cellCount === 0) return [];
      const rows = Array.from(labels.keys()).filter(
        (i) => labels[i] === label && predictions[i] === prediction,
      );
      const images = rows.slice(0, 2).map((i) => {
        const image = imageAt(i);
        return { ...image, heatMap: heatOf(image.image) };
      });
      return [{ label, prediction, images }];
    }),
  );
  const { points, shares } = principalComponents(probabilities);
  const placed = { method: "pca", points, shares } as const;
  return {
    on: "test",
    matrix,
    classNames,
    scores,
    cells,
    topLosses: worst.map(({ index, loss }) => ({ ...imageAt(index), loss })),
    embeddings: [embeddingFigure(placed, { labels, classNames })],
    labelErrors: worst.slice(0, 4).map(({ index }) => imageAt(index)),
    nearDuplicates: [
      { first: 0, second: 1, distance: 2, similarity: 0.99, images: [imageAt(0), imageAt(1)] },
    ],
    samples: [5, 6, 7].map(imageAt),
  };
}

/** A report with all of its parts. */
export function fullReport(): ReportContent {
  const logs = (at: number) => ({
    loss: 1.2 * 0.7 ** at,
    accuracy: 1 - 0.4 * 0.7 ** at,
    val_loss: 1.1 * 0.75 ** at + 0.02 * at,
    val_accuracy: 0.98 - 0.35 * 0.7 ** at,
  });
  const names = ["cat", "dog", "bird of paradise", "fish", "lizard", "a very long class name"];
  return {
    title: "simple-cnn on animals",
    subtitle: "runs/train · x64-avx512, 2 threads",
    history: Array.from({ length: 8 }, (_, i) => ({ epoch: i + 1, seconds: 3.2, logs: logs(i) })),
    evaluation: fullEvaluation(400, names),
    notes: ["The best epoch was chosen by 120 validation images, which had no part in training."],
    classCounts: names.map((name, i) => ({ name, train: 90 + i, validation: 20, test: 60 })),
    skipped: [{ path: "photos/cat/broken.jpg", reason: "ends in the middle of its data" }],
    args: { network: "simple-cnn", epochs: 8, learningRate: 0.001, preprocess: { scale: 1 / 255 } },
    summary: `Model: simple-cnn\n${"  conv2d   [N, 26, 26, 32]   320\n".repeat(6)}`,
  };
}
