// Masks and boxes on the command line: trained, resumed, measured, predicted and drawn as classes are.

import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { encodeImage } from "../../src/images/encode.ts";
import { emptyFolder, put } from "../data/pictures.ts";
import { killedAfter } from "../kill-points.ts";
import { outcomeIn, recordsOf, refusalIn } from "./command-line.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 120_000 });

let folder: string;
const fovea = (args: string) => outcomeIn(folder, args);
const [height, width] = [32, 48];

/** A picture with a bright square, the square's box, and its mask. */
function square(i: number) {
  const [side, left, top] = [10 + (i % 3) * 3, (i * 7) % 30, (i * 5) % 18];
  const kind = i % 2;
  const isInside = (x: number, y: number) =>
    x >= left && x < left + side && y >= top && y < top + side;
  const pixels = new Uint8Array(height * width * 3);
  const mask = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const noise = (at * 37 + i * 11) % 40;
      const color = isInside(x, y) ? (kind === 0 ? [220, 40, 40] : [40, 40, 220]) : [90, 90, 90];
      color.forEach((level, c) => {
        pixels[3 * at + c] = Math.min(255, level + noise);
      });
      if (isInside(x, y)) mask[at] = kind + 1;
    }
  }
  const box = [
    kind,
    (left + side / 2) / width,
    (top + side / 2) / height,
    side / width,
    side / height,
  ];
  return { pixels, mask, label: `${box.join(" ")}\n` };
}

beforeAll(async () => {
  folder = await emptyFolder();
  await put(folder, "boxes/data.yaml", "names: [red, blue]\n");
  for (let i = 0; i < 12; i++) {
    const { pixels, mask, label } = square(i);
    const picture = await encodeImage({ data: pixels, shape: [height, width, 3] }, "png");
    const map = await encodeImage({ data: mask, shape: [height, width, 1] }, "png");
    await put(folder, `boxes/images/${i}.png`, picture);
    await put(folder, `boxes/labels/${i}.txt`, label);
    await put(folder, `masks/images/${i}.png`, picture);
    await put(folder, `masks/masks/${i}.png`, map);
  }
  await put(folder, "boxes/labels/3.txt", "0 0.5 0.5 2 2\n7 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.2 0.2\n");
});

async function modelIn(run: string, file: "best" | "last") {
  const bytes = await readFile(join(folder, run, `${file}.safetensors`));
  const { tensors, metadata } = decodeSafetensors(bytes, run);
  const description = JSON.parse(metadata.fovea);
  for (const record of description.progress.history) record.seconds = 0;
  return { tensors, description };
}

/** The models of a run that is over have the averages that the optimizer kept. */
async function expectAverages(run: string) {
  for (const file of ["best", "last"] as const) {
    const { tensors } = await modelIn(run, file);
    const averages = [...tensors].filter(([name]) => name.endsWith("/average"));
    expect(averages.length).toBeGreaterThan(10);
    for (const [name, { data }] of averages) {
      const weight = name.slice("optimizer/".length, -"/average".length);
      expect(tensors.get(weight)?.data, `${file}: ${weight}`).toEqual(data);
    }
  }
}

const options = "--epochs 2 --batch-size 4 --target wasm --threads 2";

describe.each([
  {
    task: "detect",
    data: "boxes",
    number: "map50",
    title: "mAP@0.5",
    part: "Average precision by size",
    judge: "val_map",
    watched: ["val_map50", "val_map", "val_loss"],
    names: /^(red|blue) 0\.\d\d$/,
  },
  {
    task: "segment",
    data: "masks",
    number: "meanIou",
    title: "mean IoU",
    part: "Scores by class",
    judge: "val_mean_io_u",
    watched: ["val_mean_io_u", "val_loss"],
    names: /^\w+$/,
  },
])("--task $task", ({ task, data, number, title, part, judge, watched, names }) => {
  test("trains, and leaves a run folder whose report shows predictions beside the truth", async () => {
    const { code, stdout } = await fovea(
      `train --task ${task} --data ${data} ${options} --out runs/${task}`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("chosen  size");
    expect(stdout).toMatch(new RegExp(`validation ${title} +[\\d.]+`));
    const files = await readdir(join(folder, `runs/${task}`));
    for (const name of [
      "best.safetensors",
      "train-batch.png",
      "confusion-matrix.svg",
      "report.html",
    ]) {
      expect(files).toContain(name);
    }
    const report = await readFile(join(folder, `runs/${task}/report.html`), "utf8");
    for (const text of [part, "Worst pictures", "Samples"]) expect(report).toContain(text);
    const { description } = await modelIn(`runs/${task}`, "best");
    expect(description.task).toEqual({ name: task });
    const { history } = (await modelIn(`runs/${task}`, "last")).description.progress;
    expect(history.length).toBe(2);
    for (const { logs } of history) {
      for (const name of watched) expect(logs[name], name).toEqual(expect.any(Number));
    }
    const [first, second] = history.map(({ logs }: { logs: Record<string, number> }) => logs);
    const isBetter =
      second[judge] > first[judge] ||
      (second[judge] === first[judge] && second.val_loss < first.val_loss);
    expect(description.progress.history.length).toBe(isBetter ? 2 : 1);
    const csv = await readFile(join(folder, `runs/${task}/history.csv`), "utf8");
    expect(csv.split("\n")[0].split(",")).toEqual(expect.arrayContaining(watched));
    expect(stdout).toMatch(new RegExp(`best epoch +\\d+, ${judge} `));
    if (judge === "val_map") expect(report).toContain("mAP@0.5:0.95</text>");
    expect(
      JSON.parse(await readFile(join(folder, `runs/${task}/args.json`), "utf8")),
    ).toMatchObject({
      task,
    });
  });

  test("is measured on what was held out, by its own file alone", async () => {
    const [record] = recordsOf(await fovea(`evaluate --model runs/${task} --json`));
    expect(record).toMatchObject({ part: "validation", [number]: expect.any(Number) });
    const { stdout } = await fovea(`evaluate --model runs/${task}/best.safetensors --data ${data}`);
    expect(stdout).toContain(title);
  });

  test("predicts pictures, draws into them, and says it as JSON", async () => {
    const [record] = recordsOf(
      await fovea(
        `predict ${data}/images/0.png ${data}/images/1.png --model runs/${task} --out drawn-${task} --json`,
      ),
    );
    const files = await readdir(join(folder, `drawn-${task}`));
    expect(files.sort()).toEqual(["0.png", "1.png", "predictions.json"]);
    expect(record.predictions).toEqual([
      expect.objectContaining({ picture: `${data}/images/0.png`, drawing: `drawn-${task}/0.png` }),
      expect.objectContaining({ picture: `${data}/images/1.png` }),
    ]);
    const text = await readFile(join(folder, `drawn-${task}/predictions.json`), "utf8");
    expect(JSON.parse(text)).toEqual(record);
    const { stdout, code } = await fovea(`predict --model runs/${task} --count 2`);
    expect(code).toBe(0);
    expect(stdout).toContain(`images/`);
  });

  test("is explained: a map for each box or class, and the report has some of them", async () => {
    const report = await readFile(join(folder, `runs/${task}/report.html`), "utf8");
    if (task === "segment") expect(report).toContain("what speaks for");
    const page = `explained-${task}`;
    const all = task === "detect" ? " --method saliency,hiResCam" : "";
    const [record] = recordsOf(
      await fovea(
        `explain ${data}/images/0.png --model runs/${task} --out ${page} --trust no --json${all}`,
      ),
    ) as unknown as { pictures: { maps: { subject: string }[] }[] }[];
    const [{ maps }] = record.pictures;
    for (const { subject } of maps) expect(subject).toMatch(names);
    const files = await readdir(join(folder, page, "maps"));
    expect(files).toHaveLength(maps.length);
    const html = await readFile(join(folder, page, "explanation.html"), "utf8");
    expect(html.match(/<img src="data:image\/png/g)).toHaveLength(2 + maps.length);
    // Of one class alone; where it is not there, the picture has no map.
    for (const name of ["0", "1"]) {
      const only = `explain ${data}/images/0.png --model runs/${task} --class ${name} --trust no`;
      const one = await fovea(`${only} --out ${page}-${name}`);
      expect(one.code).toBe(0);
    }
    const { code, stderr } = await refusalIn(
      folder,
      `explain ${data} --model runs/${task} --by-cell --out none`,
    );
    expect(code).toBe(2);
    expect(stderr).toContain(`--by-cell does not go with a model for the task ${task}`);
    const unknown = await refusalIn(
      folder,
      `explain ${data}/images/0.png --model runs/${task} --class rde --out none`,
    );
    expect(unknown.stderr).toContain("There is no class");
    expect(await readdir(folder)).not.toContain("none");
  });

  test("killed and resumed, it ends in the same bits", async () => {
    const line = `train --task ${task} --data ${data} ${options} --ema 0.5 --quiet --figures no`;
    expect((await fovea(`${line} --out runs/${task}-straight`)).code).toBe(0);
    await expectAverages(`runs/${task}-straight`);
    const { stderr } = await refusalIn(folder, `train --resume runs/${task}-straight --ema 0.9`);
    expect(stderr).toContain("--ema contradicts the run that is resumed");
    const killed = `runs/${task}-killed`;
    for (const changes of [16]) {
      const { isKilled } = await killedAfter(changes, () => fovea(`${line} --out ${killed}`));
      expect(isKilled).toBe(true);
      const hasBegun = existsSync(join(folder, killed, "args.json"));
      const again = hasBegun ? `train --resume ${killed} --quiet` : `${line} --out ${killed}`;
      expect((await fovea(again)).code).toBe(0);
      expect(await modelIn(killed, "last")).toEqual(await modelIn(`runs/${task}-straight`, "last"));
      expect(await modelIn(killed, "best")).toEqual(await modelIn(`runs/${task}-straight`, "best"));
      await rm(join(folder, killed), { recursive: true });
    }
  });

  test("options of other tasks are refused", async () => {
    const { code, stderr } = await refusalIn(
      folder,
      `train --task ${task} --data ${data} --label-smoothing 0.1`,
    );
    expect(code).toBe(2);
    expect(stderr).toContain(`--label-smoothing does not go with --task ${task}`);
  });
});

test("faulty boxes are listed, and refused where none may be", async () => {
  const { stdout } = await fovea(
    `train --task detect --data boxes ${options} --epochs 1 --out runs/faulty`,
  );
  expect(stdout).toMatch(/annotations? (was|were) faulty/);
  expect(stdout).toMatch(/3\.txt line 2/);
  const { code, stderr } = await refusalIn(folder, "train --task detect --data boxes --strict");
  expect(code).toBe(2);
  expect(stderr).toContain("strict");
});

test("a data set of classes has no boxes", async () => {
  const { code, stderr } = await refusalIn(folder, "train --task detect --data fashion-mnist");
  expect(code).toBe(2);
  expect(stderr).toMatch(/fashion-mnist has a class for each image, and no boxes/);
});
