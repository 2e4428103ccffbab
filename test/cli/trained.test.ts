// `fovea evaluate`, `predict` and `summary` on a model that `fovea train` left behind.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn, writeData } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
  await writeFile(join(folder, "data", "classes.txt"), "north\nupper\nlower\nsouth\n");
  await writeData(join(folder, "smaller"), { size: 20 });
  const { code } = await fovea(
    "train --data ./data --network lenet --batch-size 16 --schedule constant --epochs 3 --out run --quiet",
  );
  expect(code).toBe(0);
}, 60_000);

describe("evaluate", () => {
  test("prints loss, accuracy and every class, by default on the run's own dataset", async () => {
    const { code, stdout, stderr } = await fovea("evaluate --model run");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("lenet-5 after");
    expect(stdout).toContain(`folder ${join(folder, "data")}`);
    expect(stdout).toMatch(/accuracy \d\.\d{4}, loss \S+, on 60 images/);
    expect(stdout).toMatch(/class +precision +recall +F1 +images\nnorth +[\d.]+% .* 15\n/);
  });

  test("--json gives the same as one record", async () => {
    const outcome = await fovea("evaluate --model run/last.safetensors --data ./data --json");
    const [record] = recordsOf(outcome);
    expect(record).toMatchObject({ model: "run/last.safetensors", images: 60 });
    expect(record.accuracy).toBeGreaterThan(0.9);
    expect(record.classes).toHaveLength(4);
    expect(record.confusionMatrix).toHaveLength(4);
  });

  test("images that do not fit the model are refused", async () => {
    const { code, stderr } = await refusalIn(folder, "evaluate --model run --data ./smaller");
    expect(stderr).toContain("do not fit the model's input");
    expect(stderr).toContain("[null, 24, 24, 1]");
    expect(code).toBe(2);
  });

  test("a safetensors file that is no model of Fovea's is refused", async () => {
    const weight = { data: new Float32Array(4), shape: [2, 2] };
    await writeFile(
      join(folder, "other.safetensors"),
      encodeSafetensors({ tensors: [["w", weight]] }),
    );
    const { code, stderr } = await refusalIn(folder, "evaluate --model other.safetensors");
    expect(stderr).toContain("is not a model saved by Fovea");
    expect(code).toBe(2);
  });
});

describe("predict", () => {
  test("shows the first ten test images with their classes", async () => {
    const { code, stdout } = await fovea("predict --model run");
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.at(-11)).toMatch(/^image +true class +predicted +or +or$/);
    expect(lines.at(-10)).toMatch(/^ +0 +north +north +[\d.>]+% /);
  });

  test("--index looks at one image", async () => {
    const [{ predictions }] = recordsOf(
      await fovea("predict --model run --index 6 --json --top 9"),
    );
    expect(predictions).toHaveLength(1);
    const [{ index, label, classes }] = predictions as {
      index: number;
      label: string;
      classes: { name: string; probability: number }[];
    }[];
    expect([index, label, classes[0].name]).toEqual([6, "lower", "lower"]);
    expect(classes).toHaveLength(4);
    expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  test("takes an IDX file of images, which has no labels", async () => {
    const { code, stdout } = await fovea(
      "predict --model run --data data/t10k-images-idx3-ubyte --index 58 --count 9",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/image +predicted +or +or\n +58 +lower .*\n +59 +south .*\n$/);
  });

  test("an image that is not there is refused", async () => {
    const { code, stderr } = await refusalIn(folder, "predict --model run --index 60");
    expect(stderr).toContain("--index from 0 to 59");
    expect(code).toBe(2);
  });
});

describe("summary", () => {
  test("shows an architecture", async () => {
    const { code, stdout } = await fovea("summary --network mnist");
    expect(code).toBe(0);
    expect(stdout).toContain("Total params: 93,322");
  });

  test("shows a trained model, as text and as JSON", async () => {
    expect((await fovea("summary --model run/best.safetensors")).stdout).toContain("43,916");
    const [record] = recordsOf(await fovea("summary --model ./run --json"));
    expect(record).toMatchObject({ name: "lenet-5", parameters: 43_916 });
  });
});

test("summary sees a run folder by its name alone, as evaluate does", async () => {
  const { code, stdout } = await fovea("summary --model run");
  expect(stdout).toContain('Model: "lenet-5"');
  expect(code).toBe(0);
});
