// A folder of pictures on the command line: trained on, resumed, measured, predicted, and refused where there is nothing
// to learn.

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { emptyFolder, pictureBytes, put, putColours } from "../data/pictures.ts";
import { commandLineIn, recordsOf, refusalIn } from "./command-line.ts";

// Commands are processes of their own, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;
const small = "--size 12 --network lenet-5 --threads 1";

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await putColours(join(folder, "photos"), 10);
  await put(folder, "photos/red/broken.jpg", (await pictureBytes("red", 900)).subarray(0, 300));
  await put(folder, "photos/red/notes.txt", "no picture");
});

test("a folder trains, says what it has and what was chosen, and is measured on what was held out", async () => {
  const { code, stdout } = await fovea(
    "train --data photos --epochs 2 --network lenet-5 --out runs/first",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/class +training +validation\nblue +8 +2\ngreen +8 +2\nred +8 +2\n/);
  expect(stdout).toContain("chosen  size 24 x 24");
  expect(stdout).toContain("chosen  batches of 32, for there are only 31 pictures to learn from");
  expect(stdout).toContain("no test images\n        (a folder test/ beside train/");
  expect(stdout).toMatch(/validation accuracy {2}[\d.]+, loss [\d.]+, 6 validation images/);
  expect(stdout).toContain("2 files were not used:");
  expect(stdout).toContain("photos/red/notes.txt is no picture (.txt)");
  const files = await readdir(join(folder, "runs/first"));
  expect(files).toContain("train-batch.png");
  const report = await readFile(join(folder, "runs/first/report.html"), "utf8");
  expect(report).toContain("<h2>Samples</h2>");
  expect(report).toContain("<h2>Images of each class</h2>");
  expect(report).toContain("notes.txt");
  const { metadata } = decodeSafetensors(
    await readFile(join(folder, "runs/first/best.safetensors")),
    "best",
  );
  expect(JSON.parse(metadata.fovea).classNames).toEqual(["blue", "green", "red"]);

  const [measured] = recordsOf(await fovea("evaluate --model runs/first --json"));
  expect(measured).toMatchObject({ part: "validation", images: 6, data: "photos" });
  const [predicted] = recordsOf(await fovea("predict --model runs/first --json"));
  expect(predicted.predictions).toHaveLength(6);
});

test("a run that is interrupted goes on with the same bits", async () => {
  const options = `train --data photos --epochs 3 ${small} --batch-size 4 --patience 0`;
  expect((await fovea(`${options} --out runs/straight`)).code).toBe(0);
  const stopped = await fovea(`${options} --out runs/stopped --save-every 1 --json`, {
    onLine: (line, child) => {
      if (line.includes('"epoch":1')) child.kill("SIGKILL");
    },
  });
  expect(stopped.code).not.toBe(0);
  expect((await fovea("train --resume runs/stopped")).code).toBe(0);
  const weightsOf = async (run: string) => {
    const { tensors } = decodeSafetensors(
      await readFile(join(folder, run, "last.safetensors")),
      run,
    );
    return tensors;
  };
  expect(await weightsOf("runs/stopped")).toEqual(await weightsOf("runs/straight"));
});

test("a run ends where it no longer gets better, which is no interruption", async () => {
  const options = `--data photos --epochs 40 ${small} --patience 2 --learning-rate 0.02`;
  const outcome = await fovea(`train ${options} --out runs/plateau --json`);
  expect(outcome.code).toBe(0);
  const records = recordsOf(outcome);
  const end = records.at(-1);
  // Of epochs that are equally right, the one that is surest of it.
  const epochs = records.filter(({ event }) => event === "epoch") as unknown as {
    readonly epoch: number;
    readonly logs: { readonly val_accuracy: number; readonly val_loss: number };
  }[];
  const [best] = epochs.toSorted(
    ({ logs: a }, { logs: b }) => b.val_accuracy - a.val_accuracy || a.val_loss - b.val_loss,
  );
  expect(end?.best).toMatchObject({ epoch: best.epoch });
  expect(end).toMatchObject({ event: "end", plateau: true, stopped: null });
  expect(end?.epochs).toBeLessThan(40);
  const { code, stdout } = await fovea("report runs/plateau");
  expect(code).toBe(0);
  expect(stdout).not.toContain("to continue");
});

test("a third part is what the result is measured on", async () => {
  await putColours(join(folder, "parted"), 6, { prefix: "train" });
  await putColours(join(folder, "parted"), 2, { prefix: "test", from: 100 });
  const outcome = await fovea(`train --data parted --epochs 1 ${small} --class-weights --json`);
  const [start, ...rest] = recordsOf(outcome);
  expect(start).toMatchObject({ trainingImages: 14, validationImages: 4, testImages: 6 });
  expect(rest.at(-1)).toMatchObject({ test: { images: 6 } });
});

test("a resumed run refuses other pictures", async () => {
  await putColours(join(folder, "moving"), 5);
  expect((await fovea(`train --data moving --epochs 1 ${small} --out runs/moving`)).code).toBe(0);
  const [first] = await readdir(join(folder, "moving/red"));
  await rm(join(folder, "moving/red", first));
  const { stderr } = await fovea("train --resume runs/moving --epochs 2 --json");
  expect(JSON.parse(stderr).error.what).toBe(
    "The images are not those that the run was trained on.",
  );
});

describe("is refused:", () => {
  test.each([
    ["an empty folder", "empty", "", /There is no picture to train with in empty/],
    ["one class", "single", "", /All pictures in single are of one class, "red"/],
    ["broken files where none may be", "photos", "--strict", /cannot be used, and strict is set/],
    [
      "several classes for a picture",
      "tagged",
      "--network lenet-5",
      /marks several classes for some/,
    ],
  ])("%s", async (_, name, options, message) => {
    await put(folder, "empty/.keep", "");
    await putColours(join(folder, "single"), 6, { names: ["red"] });
    await putColours(join(folder, "tagged"), 2, { names: ["red"] });
    await put(folder, "tagged/labels.csv", "path,sea,sky\nred/000.jpg,1,1\nred/001.jpg,0,1\n");
    const { code, stderr } = await refusalIn(folder, `train --data ${name} ${options}`.trim());
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

test("a folder that a model was not trained on is measured as a whole, by the model's classes", async () => {
  await putColours(join(folder, "others"), 3, { names: ["red", "green", "purple"], from: 500 });
  const outcome = await fovea("evaluate --model runs/first --data others --json");
  const [record] = recordsOf(outcome);
  expect(record).toMatchObject({ part: "training", images: 6 });
  expect(record.skipped).toHaveLength(3);
});
