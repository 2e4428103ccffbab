// Two runs as the page that compares them takes them.

import { accuracyOf, classScores, confusionMatrix } from "../../src/assess/confusion-matrix.ts";
import type { RunRecord } from "../../src/report/index.ts";
import { predictionsOf, scoresOf } from "./full-report.ts";

const classNames = ["cat", "dog", "bird", "fish"];

function run(name: string, skill: number, args: Readonly<Record<string, unknown>>): RunRecord {
  const { labels, probabilities } = scoresOf(200, classNames.length, skill);
  const matrix = confusionMatrix(labels, predictionsOf(probabilities), classNames.length);
  return {
    name,
    link: `${name}/report.html`,
    history: Array.from({ length: 5 }, (_, i) => ({
      epoch: i + 1,
      seconds: 2,
      logs: { loss: 0.8 ** i, val_loss: 0.85 ** i / skill, val_accuracy: skill - 0.3 * 0.6 ** i },
    })),
    args: { network: "simple-cnn", epochs: 5, version: "1", ...args },
    result: {
      on: "test",
      images: 200,
      measures: { accuracy: accuracyOf(matrix), loss: 1 - skill },
      classes: classScores(matrix).map(({ f1 }, i) => ({ name: classNames[i], score: f1 })),
      confusion: matrix.counts,
      parameters: 225_034,
      multiplyAdds: skill > 0.85 ? 4_200_000 : 1_100_000,
      seconds: 10,
    },
  };
}

/** Two runs that differ in their networks, their learning rates, and in how good they are. */
export const twoRuns = (): readonly RunRecord[] => [
  run("train", 0.8, { learningRate: 0.001 }),
  run("train-2", 0.9, { learningRate: 0.01, network: "resnet-20" }),
];
