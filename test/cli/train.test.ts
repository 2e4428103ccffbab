// `fovea train` as a user meets it: the run folder, records for machines, interruption, resumption,
// divergence and a disk that cannot be written.

import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import {
  commandLineIn,
  emptyFolder,
  errorOf,
  recordsOf,
  refusalIn,
  writeData,
} from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

const lenet =
  "train --data ./data --network lenet --batch-size 16 --schedule constant --target wasm --threads 1";

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
});

const fileIn = (...parts: string[]) => join(folder, ...parts);
const read = (...parts: string[]) => readFile(fileIn(...parts));

async function stateIn(...parts: string[]) {
  const { tensors, metadata } = decodeSafetensors(await read(...parts), parts.join("/"));
  return { tensors, description: JSON.parse(metadata.fovea) };
}

/** Weights, optimizer slots and the history's numbers; times differ from run to run. */
async function bitsIn(...parts: string[]) {
  const { tensors, description } = await stateIn(...parts);
  const { iterations, epochs, history } = description.progress;
  const logs = history.map((record: { logs: unknown }) => record.logs);
  return { tensors, iterations, epochs, logs };
}

describe("a run", () => {
  test("leaves a complete run folder, and says where", async () => {
    const { code, stdout, stderr } = await fovea(`${lenet} --epochs 2`);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("folder ./data: 200 training and 60 test images");
    expect(stdout).toContain("wasm, 1 thread");
    expect(stdout).toContain('Model: "lenet-5"');
    expect(stdout).toMatch(/Epoch 2\/2\n12\/12 ━{20} .* - val_accuracy: \d\.\d{4} - val_loss: /);
    expect(stdout).toMatch(/test accuracy {2}\d\.\d{4}, loss .* 60 test images, best\.safetensors/);
    expect(stdout).toContain("runs/train (open report.html in it)");
    const figures = [
      "calibration",
      "confidence",
      "confusion-matrix",
      "curves",
      "embedding-pca",
      "embedding-umap",
      "gain",
      "lift",
      "precision-recall",
      "roc",
    ];
    const files = [
      "args.json",
      "best.safetensors",
      "history.csv",
      "last.safetensors",
      "report.html",
      "results.json",
      ...figures.flatMap((name) => [`${name}.svg`, `${name}.png`]),
    ];
    expect((await readdir(fileIn("runs/train"))).sort()).toEqual(files.sort());
  });

  test("writes the history of every epoch, and its arguments", async () => {
    const lines = (await read("runs/train/history.csv")).toString().trim().split("\n");
    expect(lines[0]).toBe("epoch,accuracy,learning_rate,loss,val_accuracy,val_loss");
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(["1", "2"]);
    const args = JSON.parse((await read("runs/train/args.json")).toString());
    expect(args).toMatchObject({ network: "lenet-5", epochs: 2, learningRate: 0.001 });
    expect(args).toMatchObject({ data: fileIn("data"), validation: 0.1 });
    expect(args).toMatchObject({ trainingImages: 180, validationImages: 20, testImages: 60 });
  });

  test("a second run takes the next folder, and --json gives a record a line", async () => {
    const outcome = await fovea(`${lenet} --epochs 2 --json --validation 0.25`);
    expect(outcome.code).toBe(0);
    const records = recordsOf(outcome);
    expect(records.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "end"]);
    const [start, first, , end] = records;
    expect(start).toMatchObject({
      folder: "runs/train-2",
      trainingImages: 150,
      parameters: 43_916,
    });
    expect(first).toMatchObject({ epoch: 1, logs: { learning_rate: 0.001 } });
    expect(end).toMatchObject({ stopped: null, test: { images: 60, model: "best.safetensors" } });
  });

  test("the same seed gives the same bits with two threads", async () => {
    const two = lenet.replace("--threads 1", "--threads 2");
    const { code, stdout } = await fovea(`${two} --epochs 2 --quiet --out same`);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(await bitsIn("same/last.safetensors")).toEqual(
      await bitsIn("runs/train/last.safetensors"),
    );
  });
});

test("--label-smoothing reaches the loss, the recipe and the model", async () => {
  const { code } = await fovea(`${lenet} --epochs 1 --quiet --label-smoothing 0.3 --out smooth`);
  expect(code).toBe(0);
  const args = JSON.parse((await read("smooth/args.json")).toString());
  expect(args.labelSmoothing).toBe(0.3);
  const { description } = await stateIn("smooth/last.safetensors");
  expect(JSON.stringify(description)).toContain('"labelSmoothing":0.3');
  const wrong = await fovea(`${lenet} --label-smoothing 1`);
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr).toContain("--label-smoothing");
});

describe("continuing", () => {
  test("between epochs gives the bits of a run that never stopped", async () => {
    await fovea(`${lenet} --epochs 1 --quiet --out parts`);
    const { code, stdout } = await fovea("train --resume parts --epochs 2");
    expect(code).toBe(0);
    expect(stdout).toContain("Continuing at epoch 2.");
    expect(await bitsIn("parts/last.safetensors")).toEqual(
      await bitsIn("runs/train/last.safetensors"),
    );
    expect(await read("parts/history.csv")).toEqual(await read("runs/train/history.csv"));
    expect(JSON.parse((await read("parts/args.json")).toString()).epochs).toBe(2);
  });

  test("after Ctrl-C in the middle of an epoch gives the same bits, too", async () => {
    await writeData(fileIn("long"), { train: 3000 });
    const long = lenet.replace("./data", "./long");
    const whole = fovea(`${long} --epochs 2 --quiet --out straight`);
    const stopped = await fovea(`${long} --epochs 2 --json --out broken`, {
      onLine: (line, child) => {
        if (JSON.parse(line).event === "epoch") setTimeout(() => child.kill("SIGINT"), 60);
      },
    });
    await whole;
    expect(stopped.code).toBe(130);
    expect(recordsOf(stopped).at(-1)).toMatchObject({ event: "end", stopped: "interrupted" });
    const { progress } = (await stateIn("broken/last.safetensors")).description;
    expect(progress.epochs).toBe(1);
    expect(progress.steps).toBeGreaterThan(0);
    expect(existsSync(fileIn("broken/report.html"))).toBe(true);

    const resized = await refusalIn(folder, "train --resume broken --batch-size 20");
    expect(resized.code).toBe(2);
    expect(resized.stderr).toContain("in the middle of an epoch");

    const { code, stdout } = await fovea("train --resume broken/last.safetensors");
    expect(code).toBe(0);
    expect(stdout).toContain(`Continuing at epoch 2, step ${progress.steps + 1}.`);
    expect(await bitsIn("broken/last.safetensors")).toEqual(
      await bitsIn("straight/last.safetensors"),
    );
  });

  test.each([
    ["--resume same --epochs 1", "more than 1 epoch.", "--epochs 7"],
    ["--resume same --epochs 3 --network mnist", "--network contradicts", "lenet-5, as in"],
    ["--resume same --epochs 3 --seed 4", "--seed contradicts", "leave out --seed"],
    ["--resume same --epochs 3 --out more", "stays in its folder", "leave out --out"],
    ["--resume nowhere --epochs 3", "no such file", "Check the path"],
    ["--resume sane --epochs 3", "no such file", 'did you mean "same"'],
  ])("train %s is refused", async (args, what, hint) => {
    const { code, stderr } = await refusalIn(folder, `train ${args}`);
    expect(stderr).toContain(what);
    expect(stderr).toContain(hint);
    expect(code).toBe(2);
  });

  test("from a truncated file is refused, and leaves it as it is", async () => {
    await cp(fileIn("same"), fileIn("cut"), { recursive: true });
    const half = (await read("same/last.safetensors")).subarray(0, 20_000);
    await writeFile(fileIn("cut/last.safetensors"), half);
    const outcome = await fovea("train --resume cut --epochs 3 --json");
    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({ name: "FormatError" });
    expect(await read("cut/last.safetensors")).toEqual(half);
  });
});

describe("a run that goes wrong", () => {
  test("diverges with code 3, a report, and weights that are still numbers", async () => {
    const args =
      "train --data ./data --network mnist --learning-rate 1e30 --epochs 2 --out diverged";
    const { code, stderr } = await fovea(args);
    expect(stderr).toContain("the loss is no longer a number at step 2 of epoch 1");
    expect(stderr).toContain("are the first that are not finite");
    expect(code).toBe(3);
    const { tensors } = await stateIn("diverged/last.safetensors");
    for (const { data } of tensors.values()) expect(data.every(Number.isFinite)).toBe(true);
    expect((await read("diverged/report.html")).toString()).toContain("diverged");
  });

  test("a save that fails ends with code 1 and keeps the older file", async () => {
    await cp(fileIn("same"), fileIn("full"), { recursive: true });
    await rm(fileIn("full/last.safetensors"));
    await mkdir(fileIn("full/last.safetensors"));
    const best = await read("full/best.safetensors");
    const before = (await stateIn("full/best.safetensors")).description.progress.epochs;
    const outcome = await fovea("train --resume full/best.safetensors --epochs 4 --json");
    expect(errorOf(outcome)).toMatchObject({ name: "SaveError" });
    expect(errorOf(outcome).what).toContain("Whatever was there before is unchanged");
    expect(outcome.code).toBe(1);
    // Best comes first: a better epoch is there as a whole, and without one the file is as it was.
    const after = (await stateIn("full/best.safetensors")).description.progress.epochs;
    const isSame = (await read("full/best.safetensors")).equals(best);
    expect(isSame).toBe(after === before);
  });
});
