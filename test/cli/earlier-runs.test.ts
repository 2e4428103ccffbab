// Runs of earlier versions: what their args.json says is read as what it means today.

import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { commandLineIn, emptyFolder, recordsOf, refusalIn, writeData } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

type Args = Record<string, unknown>;

const argsIn = async (run: string): Promise<Args> =>
  JSON.parse(await readFile(join(folder, run, "args.json"), "utf8"));

/** A copy of the run whose args.json is changed. */
async function copyWith(run: string, change: (args: Args) => void): Promise<void> {
  await cp(join(folder, "run"), join(folder, run), { recursive: true });
  const args = await argsIn(run);
  change(args);
  await writeFile(join(folder, run, "args.json"), JSON.stringify(args));
}

/** The architecture was called model, and a recipe had fewer parts. */
function asBefore(args: Args): void {
  args.model = args.network;
  for (const name of ["network", "loss", "augment", "freezing", "preprocess"]) {
    delete args[name];
  }
}

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
  const { code } = await fovea(
    "train --data ./data --network lenet --batch-size 16 --epochs 1 --threads 1 --target wasm --out run --quiet",
  );
  expect(code).toBe(0);
}, 60_000);

test("args.json is the recipe, with what it came to", async () => {
  expect(await argsIn("run")).toMatchObject({
    command: "train",
    data: join(folder, "data"),
    validation: 0.1,
    network: "lenet-5",
    loss: "sparseCategoricalCrossentropy",
    optimizer: "adam",
    schedule: "cosine",
    augment: "none",
    freezing: [],
    preprocess: { scale: 1 / 255 },
    epochs: 1,
    batchSize: 16,
    trainingImages: 180,
  });
});

test("a run whose architecture was called model is resumed, and its args.json is of today", async () => {
  await copyWith("before", asBefore);
  const outcome = await fovea("train --resume before --epochs 2 --json");
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  expect(recordsOf(outcome)[0]).toMatchObject({
    event: "start",
    finishedEpochs: 1,
    model: "lenet-5",
  });
  const args = await argsIn("before");
  expect(args).toMatchObject({
    network: "lenet-5",
    epochs: 2,
    batchSize: 16,
    preprocess: { scale: 1 / 255 },
  });
  expect(args).not.toHaveProperty("model");
});

test("its report is written again, and evaluate finds its data", async () => {
  await copyWith("reported", asBefore);
  expect((await fovea("report reported")).code).toBe(0);
  const [record] = recordsOf(await fovea("evaluate --model reported --json"));
  expect(record).toMatchObject({ images: 60 });
});

test("a run that held nothing out for validation says so, and what to do", async () => {
  await copyWith("older", (args) => {
    asBefore(args);
    delete args.validation;
  });
  const { code, stderr } = await refusalIn(folder, "train --resume older --epochs 3");
  expect(stderr).toContain("does not say how many images are held out for validation");
  expect(stderr).toContain("an earlier version of Fovea");
  expect(stderr).toContain("use --resume with that file and --data");
  expect(code).toBe(2);
});

test("an argument that no version knows is left alone, and one that cannot be is refused", async () => {
  await copyWith("newer", (args) => {
    args.somethingNew = 3;
  });
  expect((await fovea("report newer")).code).toBe(0);
  await copyWith("broken", (args) => {
    args.batchSize = "many";
  });
  const { code, stderr } = await refusalIn(folder, "train --resume broken --epochs 3");
  expect(stderr).toContain("args.json in broken cannot be used");
  expect(stderr).toContain("--batch-size");
  expect(code).toBe(2);
});
