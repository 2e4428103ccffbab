// `fovea report` of several runs, and of a folder of runs: a page that compares them, from whatever their folders hold.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, expect, test, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { emptyFolder, refusalIn } from "./command-line.ts";

let folder: string;

const result = (accuracy: number) => ({
  on: "test",
  images: 60,
  measures: { accuracy, loss: 1 - accuracy },
  classes: [
    { name: "cat", score: accuracy },
    { name: "dog", score: null },
  ],
  confusion: [
    [30, 0],
    [4, 26],
  ],
  parameters: 61_706,
  multiplyAdds: 416_520,
  seconds: 4,
});

async function writeRun(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, name, file), text);
  }
}

/** Runs `fovea` within this process, in `folder`. */
async function fovea(line: string): Promise<number> {
  const before = process.cwd();
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  process.chdir(folder);
  try {
    return await run(line.split(" "));
  } finally {
    process.chdir(before);
    write.mockRestore();
  }
}

beforeAll(async () => {
  folder = await emptyFolder();
  const history = "epoch,loss,val_loss\n1,0.9,0.8\n2,0.5,NA\n";
  await writeRun("runs/train", {
    "args.json": '{ "network": "lenet-5", "epochs": 2 }',
    "history.csv": history,
    "results.json": JSON.stringify(result(0.9)),
    "report.html": "<!doctype html>",
  });
  await writeRun("runs/train-2", {
    "args.json": '{ "network": "lenet-5", "epochs": 3 }',
    "history.csv": history,
    "results.json": JSON.stringify(result(0.8)),
  });
  await writeRun("runs/train-10", { "args.json": '{ "network": "mnist" }' });
  await writeRun("runs/explain", { "explanation.html": "<!doctype html>" });
  await writeRun("other/train", { "args.json": "{}", "history.csv": "time\n3\n" });
  await writeRun("bad/train", { "args.json": "{}", "results.json": '{ "on": 3 }' });
});

async function rowsIn(page: string): Promise<(string | null)[][]> {
  const { document } = parseHTML(await readFile(join(folder, page), "utf8"));
  return [...document.querySelectorAll("#runs tbody tr")].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  );
}

test("a folder of runs gets an index, the runs in their order", async () => {
  expect(await fovea("report runs")).toBe(0);
  const rows = await rowsIn("runs/index.html");
  expect(rows.map(([name, network]) => [name, network])).toEqual([
    ["train", "lenet-5"],
    ["train-2", "lenet-5"],
    ["train-10", "mnist"],
  ]);
  expect(rows[0].slice(2)).toEqual(["90.0%", "0.100", "60", "2", "4.0 s", "61,706"]);
  expect(rows[2].slice(2)).toEqual(["–", "–", "–", "0", "–", "–"]);
});

test("two runs stand side by side, in a page beside them or where it is asked for", async () => {
  expect(await fovea("report runs/train runs/train-2")).toBe(0);
  const { document } = parseHTML(await readFile(join(folder, "runs/comparison.html"), "utf8"));
  expect(document.querySelector("h1")?.textContent).toBe("train and train-2");
  expect(document.querySelector("#runs a")?.getAttribute("href")).toBe("train/report.html");
  expect(document.querySelectorAll("#confusion-matrices svg.fovea-figure")).toHaveLength(2);
  expect(document.querySelector("#what-differs tbody tr")?.textContent).toBe("epochs23");
  expect(await fovea("report runs/train other/../runs/train-2 --out page.html")).toBe(0);
  expect(await readFile(join(folder, "page.html"), "utf8")).toContain(
    'href="runs/train/report.html"',
  );
});

test("runs of the same name are called by their paths", async () => {
  await writeRun("more/train", { "args.json": "{}" });
  expect(await fovea("report runs/train more/train --out both.html")).toBe(0);
  expect((await rowsIn("both.html")).map(([name]) => name)).toEqual(["runs/train", "more/train"]);
});

test.each([
  ["report runs/train other/train", "cannot be read as the history of a run"],
  ["report runs/train bad/train", "cannot be read as the results of a run"],
  ["report runs/train runs/explain", "is not that of a run"],
  ["report runs/train nowhere", "There is no run folder nowhere"],
  ["report runs --out none/page.html", "there is no folder none"],
  ["report runs/train --out page.html", "for a page that compares runs"],
])("%s is refused", async (line, message) => {
  const { code, stderr } = await refusalIn(folder, line);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
