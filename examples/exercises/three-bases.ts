// Three trained networks as bases for a folder of your own pictures: each gets a new head for your classes, and a table says
// what they reach and what they cost.
//
//     npx tsx examples/exercises/three-bases.ts FOLDER [epochs] [base=weights …]
//
// FOLDER has a folder of pictures for each class. A base is an architecture, and its weights are `imagenet`, a file or `none`;
// by default efficientnet-lite0, mobilenet-v2 and resnet-50 with ImageNet's, which are downloaded once. Without a network, the
// error says which file to put where; a file that you have already is named as in resnet-18=./resnet18.pth.
// `fovea compare --bases` does the same and writes a page with charts. In a project of your own, import from "fovea".

import { type ComparedBase, type ComparedModel, compareModels, data } from "../../src/index.ts";

export interface ThreeBasesOptions {
  /** Epochs of each head. Default: 5. */
  readonly epochs?: number;
  /** Height and width of the pictures. Default: 160. */
  readonly size?: number;
  readonly bases?: readonly ComparedBase[];
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

const usual: readonly ComparedBase[] = [
  { base: "efficientnet-lite0" },
  { base: "mobilenet-v2" },
  { base: "resnet-50" },
];

/** Trains a head on each base, and prints the table, the best first. */
export async function main(
  folder: string,
  { epochs = 5, size = 160, bases = usual, say = console.log }: ThreeBasesOptions = {},
): Promise<ComparedModel[]> {
  const photos = await data.imageFolder(folder, { size: [size, size], validation: 0.2 });
  try {
    const test = photos.test ?? photos.validation;
    if (test === undefined) throw new Error(`${folder} has too few pictures to hold some out.`);
    const compared = await compareModels(bases, {
      train: photos.train,
      test,
      epochs,
      batchSize: 16,
      onModel: ({ name, accuracy }) => say(`${name}: ${(100 * accuracy).toFixed(1)} %`),
    });
    const sorted = compared.toSorted((a, b) => b.accuracy - a.accuracy);
    say("base, accuracy, parameters, trained, layers, GMACs, ms a picture, MiB");
    for (const one of sorted) {
      const { name, accuracy, parameters, trainableParameters, layers } = one;
      const costs = [one.gmacs, one.milliseconds, one.memoryMiB].map((cost) => cost.toPrecision(3));
      say(
        [name, accuracy.toFixed(3), parameters, trainableParameters, layers, ...costs].join(", "),
      );
    }
    return sorted;
  } finally {
    await photos.close();
  }
}

/** `resnet-18=./resnet18.pth`. */
function baseFrom(text: string): ComparedBase {
  const [base, weights = "imagenet"] = text.split("=");
  return { base, weights: weights === "none" ? null : weights };
}

const [, file, folder, epochs, ...bases] = process.argv;
if (file?.endsWith("three-bases.ts") && folder !== undefined) {
  await main(folder, {
    ...(epochs === undefined ? {} : { epochs: Number(epochs) }),
    ...(bases.length === 0 ? {} : { bases: bases.map(baseFrom) }),
  });
  process.exit(0);
}
