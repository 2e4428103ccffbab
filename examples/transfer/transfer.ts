// What a trained network is worth when there are few pictures: single blood cells are cut from photographs, twenty
// of each kind, and told apart by EfficientNet-Lite0, once from ImageNet's weights in three phases and once from nothing.
//
//     npx tsx examples/transfer/transfer.ts FOLDER WEIGHTS [cells of each kind] [seeds]
//
// FOLDER holds photographs with boxes as Pascal VOC has them (JPEGImages/, Annotations/, ImageSets/Main/), such as
// BCCD (github.com/Shenggan/BCCD_Dataset, MIT). WEIGHTS is the file of weights: `fovea models efficientnet-lite0` says
// where it is published. In a project of your own, import from "fovea".

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  fineTune,
  images,
  type Model,
  type ModelExamples,
  readImage,
  type Tensor,
  transfer,
  zoo,
} from "../../src/index.ts";

const size = 96;
/** Few pictures give few steps: small batches give more. */
const batchSize = 8;
const kinds = ["RBC", "WBC", "Platelets"];

export interface TransferExampleOptions {
  /** Cells of each kind to train on. Default: 20. */
  readonly cells?: number;
  /** How often both are done, from other first weights and other cells. Default: 3. */
  readonly seeds?: number;
  /** Epochs of each phase; training from nothing takes twice as many as all phases together. Default: 8. */
  readonly epochs?: number;
  /** Where lines go. Default: the console. */
  readonly say?: (line: string) => void;
}

/** The accuracies of one seed. */
export interface Outcome {
  readonly transferred: number;
  readonly fromNothing: number;
}

/** Up to `wanted` cells of each kind from photographs of a part, the first `skip` of each left out. */
async function cellsOf(
  folder: string,
  part: string,
  { wanted, skip }: { readonly wanted: number; readonly skip: number },
): Promise<ModelExamples> {
  const names = (await readFile(join(folder, "ImageSets/Main", `${part}.txt`), "utf8"))
    .split(/\s+/)
    .filter((name) => name !== "");
  const found = kinds.map((): Uint8Array[] => []);
  const seen = kinds.map(() => 0);
  for (const name of names) {
    if (found.every(({ length }) => length >= wanted)) break;
    const photograph = await readImage(join(folder, "JPEGImages", `${name}.jpg`), { channels: 3 });
    const boxes = boxesIn(await readFile(join(folder, "Annotations", `${name}.xml`), "utf8"));
    for (const { kind, box } of boxes) {
      if (kind < 0 || found[kind].length >= wanted || seen[kind]++ < skip) continue;
      const cell = cut(photograph, box);
      if (cell !== undefined) found[kind].push(cell.data);
    }
  }
  const count = found.reduce((sum, cells) => sum + cells.length, 0);
  const data = new Uint8Array(count * size * size * 3);
  const labels = new Int32Array(count);
  let place = 0;
  found.forEach((cells, kind) => {
    for (const cell of cells) {
      labels[place] = kind;
      data.set(cell, place++ * size * size * 3);
    }
  });
  return {
    x: { data, shape: [count, size, size, 3] },
    y: { data: labels, shape: [count] },
    classNames: kinds,
  };
}

/** Left, top, right and bottom, in pixels. */
type Box = readonly [number, number, number, number];

function boxesIn(xml: string): { kind: number; box: Box }[] {
  return [...xml.matchAll(/<object>([\s\S]*?)<\/object>/g)].map(([, text]) => {
    const of = (tag: string) =>
      text.match(new RegExp(`<${tag}>\\s*([^<]*?)\\s*</${tag}>`))?.[1] ?? "";
    const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map((tag) =>
      Number(of(tag)),
    );
    return { kind: kinds.indexOf(of("name")), box: [left, top, right, bottom] };
  });
}

/** The part of a photograph in a box, stretched to the size of examples; none where the box is crooked. */
function cut(photograph: Tensor<Uint8Array>, [left, top, right, bottom]: Box) {
  const [height, width] = photograph.shape;
  const inside = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most);
  const [x0, x1] = [inside(left, width), inside(right, width)];
  const [y0, y1] = [inside(top, height), inside(bottom, height)];
  if (!(x1 - x0 >= 8 && y1 - y0 >= 8)) return undefined;
  const data = new Uint8Array((y1 - y0) * (x1 - x0) * 3);
  for (let y = y0; y < y1; y++) {
    const row = photograph.data.subarray((y * width + x0) * 3, (y * width + x1) * 3);
    data.set(row, (y - y0) * (x1 - x0) * 3);
  }
  return images.resize({ data, shape: [y1 - y0, x1 - x0, 3] }, { size: [size, size] });
}

const load = (weights: string | null, seed: number) =>
  zoo.load("efficientnet-lite0", {
    includeTop: false,
    inputShape: [size, size, 3],
    weights,
    seed,
  });

async function accuracyOf(model: Model, test: ModelExamples): Promise<number> {
  return (await model.evaluate(test)).accuracy;
}

/** Trains both for each seed, prints, and gives the accuracies on photographs that none has seen. */
export async function main(
  folder: string,
  weights: string,
  options: TransferExampleOptions = {},
): Promise<Outcome[]> {
  const { cells = 20, seeds = 3, epochs = 8, say = console.log } = options;
  const test = await cellsOf(folder, "test", { wanted: 60, skip: 0 });
  const outcomes: Outcome[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const chosen = { wanted: cells, skip: seed * cells };
    const train = await cellsOf(folder, "train", chosen);
    const validation = await cellsOf(folder, "val", chosen);
    const head = { dropout: 0.3 };
    const model = transfer(await load(weights, seed), { classes: kinds, head, seed });
    const records = await fineTune(model, train, {
      phases: "three",
      epochs: { head: epochs, fine: epochs },
      validationData: validation,
      batchSize,
      verbose: 0,
      onLine: seed === 0 ? say : () => undefined,
    });
    for (const { phase, before, after } of records) {
      const loss = `${before?.loss.toFixed(3)} to ${after?.loss.toFixed(3)}`;
      say(`seed ${seed}, ${phase.name}: validation loss from ${loss}`);
    }
    const transferred = await accuracyOf(model, test);
    await model.dispose();

    const plain = transfer(await load(null, seed), { classes: kinds, head, seed });
    plain.trainable = true;
    plain.compile({
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    await plain.fit(train, { epochs: 6 * epochs, batchSize, verbose: 0 });
    const fromNothing = await accuracyOf(plain, test);
    await plain.dispose();
    outcomes.push({ transferred, fromNothing });
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    say(`seed ${seed}: transferred ${percent(transferred)}, from nothing ${percent(fromNothing)}`);
  }
  return outcomes;
}

const [, file, folder, weights, cells, seeds] = process.argv;
if (file?.endsWith("transfer.ts") && folder !== undefined && weights !== undefined) {
  await main(folder, weights, {
    ...(cells === undefined ? {} : { cells: Number(cells) }),
    ...(seeds === undefined ? {} : { seeds: Number(seeds) }),
  });
  process.exit(0);
}
