// `fovea predict` with an architecture of the zoo and weights of a file.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { encodeImage, tensor, zoo } from "../../src/index.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn } from "./command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  const model = await zoo.load("mnist", { seed: 3 });
  await model.saveWeights(join(folder, "digits.safetensors"), { names: "torch" });
  const picture = tensor(new Uint8Array(28 * 28).fill(200), [28, 28, 1]);
  await writeFile(join(folder, "digit.png"), await encodeImage(picture, "png"));
});

test("predicts a picture as the same model does in a program", async () => {
  const fovea = commandLineIn(folder);
  const outcome = await fovea(
    "predict digit.png --model mnist --weights digits.safetensors --top 10 --json",
  );
  expect(outcome.stderr).toBe("");
  expect(outcome.code).toBe(0);
  const [record] = recordsOf(outcome);
  const model = await zoo.load("mnist", { seed: 3 });
  const x = tensor(new Uint8Array(28 * 28).fill(200), [1, 28, 28, 1]);
  const { data } = await model.predict(x);
  const largest = Math.max(...data);
  const [{ classes }] = record.predictions as {
    classes: { name: string; probability: number }[];
  }[];
  expect(classes).toHaveLength(10);
  expect(classes[0].name).toBe(String(data.indexOf(largest)));
  expect(classes[0].probability).toBeCloseTo(largest, 5);
});

test.each([
  ["--model run/best.safetensors --weights imagenet", "goes with the name of an architecture"],
  ["--model mnist --weights imagenet", "no published weights of that name"],
  ["--model mnist --weights ./nowhere.pth", "no such file"],
  ["--model lenet-5 --weights digits.safetensors", "does not fit"],
])("predict digit.png %s is refused", async (options, message) => {
  const { code, stderr } = await refusalIn(folder, `predict digit.png ${options}`);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
