// `fovea compare`: architectures are trained in run folders of their own, models that are there are measured, and both stand
// in one table and on one page.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { loadModel, zoo } from "../../src/index.ts";
import { emptyFolder, outcomeIn, recordsOf, refusalIn, writeData } from "./command-line.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  await writeData(join(folder, "data"), { train: 80, test: 20 });
});

test("one architecture is trained, one run is measured, and what both cost is there", async () => {
  const options = "--data ./data --epochs 1 --batch-size 16 --target wasm --threads 1 --figures no";
  const first = await outcomeIn(
    folder,
    `train --network lenet-5 ${options} --out runs/own --quiet`,
  );
  expect(first.code).toBe(0);
  const outcome = await outcomeIn(
    folder,
    `compare mnist,runs/own ${options} --out runs/both --json`,
  );
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  const { event, models } = recordsOf(outcome).at(-1) as {
    event: string;
    models: Record<string, number | string>[];
  };
  expect(event).toBe("comparison");
  expect(models.map(({ name }) => name)).toEqual(["mnist", "own"]);
  for (const model of models) {
    expect(model).toMatchObject({ part: "test", images: 20 });
    const measured = ["accuracy", "parameters", "trainableParameters", "layers", "gmacs"];
    for (const name of [...measured, "milliseconds", "memoryMiB"]) {
      expect(model[name], name).toEqual(expect.any(Number));
    }
  }
  expect(models[1].trainingSeconds).toBe(0);
  expect(await readdir(join(folder, "runs/both"))).toEqual([
    "comparison.csv",
    "comparison.html",
    "mnist",
  ]);
  const table = await readFile(join(folder, "runs/both/comparison.csv"), "utf8");
  expect(table.trim().split("\r\n")).toHaveLength(3);
  const page = await readFile(join(folder, "runs/both/comparison.html"), "utf8");
  expect(page).toContain("What they reach, and what they cost");
  expect(page).toContain('href="mnist/report.html"');
});

test("trained bases get new heads, with weights from a file or at random, beside what begins from nothing", async () => {
  const base = await zoo.load("resnet-20", { includeTop: false, inputShape: [28, 28, 1], seed: 5 });
  await base.saveWeights(join(folder, "base.safetensors"), { names: "torch" });
  const options = "--data ./data --epochs 1 --batch-size 16 --target wasm --threads 1 --figures no";
  const outcome = await outcomeIn(
    folder,
    `compare mnist --bases resnet-20,mnist --weights ./base.safetensors,none --phases head ${options} --out runs/bases --json`,
  );
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  const { models } = recordsOf(outcome).at(-1) as { models: Record<string, number | string>[] };
  expect(models.map(({ name }) => name)).toEqual(["mnist", "resnet-20-transfer", "mnist-transfer"]);
  // The head alone is trained: a weight for each of 64 features and a bias, for the four classes of the data.
  expect(models[1].trainableParameters).toBe(260);
  expect(models[0].trainableParameters).toBe(models[0].parameters);
  const run = join(folder, "runs/bases/resnet-20-transfer");
  const args = JSON.parse(await readFile(join(run, "args.json"), "utf8"));
  expect(args).toMatchObject({ base: "resnet-20", weights: "./base.safetensors", phases: "head" });
  const { model } = await loadModel(join(run, "best.safetensors"));
  const kept = [...(await model.getWeights())].filter(([name]) => name.includes("conv"));
  const given = await base.getWeights();
  expect(kept.length).toBeGreaterThan(18);
  for (const [name, { data }] of kept) {
    expect(data, name).toEqual(given.get(name.slice(name.indexOf("/") + 1))?.data);
  }
});

test.each([
  ["--bases resnet-18,resnet-20 --weights none,none,none", /does not fit --bases/],
  ["--bases resnet-20,mnist", /no published weights of resnet-20/],
  ["--bases resnet-20,mnist --weights none,./nowhere.pth", /there is no file .\/nowhere.pth/],
  ["mnist,lenet-5 --phases head", /--phases is for trained bases/],
])("compare %s is refused before anything is trained", async (models, message) => {
  const { code, stderr } = await refusalIn(folder, `compare ${models} --data ./data --out runs/no`);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(await readdir(join(folder, "runs"))).not.toContain("no");
});

test.each([
  ["lenet-5", /at least two different names/],
  ["lenet-5,lenet-5", /at least two different names/],
  ["lenet-5,lenet-6", /neither an architecture nor a model called "lenet-6"/],
])("%s is refused", async (models, message) => {
  const { code, stderr } = await refusalIn(
    folder,
    `compare ${models} --data ./data --epochs 1 --target wasm --quiet --out runs/${models.length}`,
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
