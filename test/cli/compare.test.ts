// `fovea compare`: architectures are trained in run folders of their own, models that are there are measured, and both stand
// in one table and on one page.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
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
