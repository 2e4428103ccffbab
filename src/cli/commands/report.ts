// `fovea report`: writes the report of a run again, or compares runs.

import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { ConfigError, FormatError } from "../../core/errors.ts";
import { writeFileAtomically } from "../../platform/files.ts";
import { argsIn } from "../args-file.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outputFields } from "../fields.ts";
import { runFileNames } from "../model-file.ts";
import { Output } from "../output.ts";
import { isRunFolder, readRun, runFoldersIn, withOwnNames } from "../run-records.ts";
import { finishRun } from "../training/finish.ts";
import { findResumePoint } from "../training/resume.ts";
import { withRun } from "../training/session.ts";
import { requireWritable } from "../writable.ts";

export const report = defineCommand({
  description:
    "Writes the report of a run again: measures its best model on the test images and draws all figures. Nothing " +
    "is trained. Of several runs, or of a folder of runs, it writes a page that compares them.",
  options: z.object({
    run: z.array(z.string().min(1)).meta({
      value: "folder",
      description: "The folder of a run; several, or a folder of runs, to compare them.",
    }),
    out: z.string().min(1).optional().meta({
      value: "file",
      description:
        "The page that compares runs. Default: index.html in a folder of runs, comparison.html beside several runs.",
    }),
    ...outputFields,
  }),
  argument: "run",
  examples: [
    ["fovea report runs/train", "The report of the first run."],
    ["fovea report runs/train runs/train-2", "Two runs side by side."],
    ["fovea report runs", "All runs in a folder."],
  ],
  async run({ run: folders, out, json }) {
    const output = new Output({ json });
    for (const folder of folders) {
      if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noFolder(folder);
    }
    const [first] = folders;
    if (folders.length > 1) {
      return compare(folders, out ?? join(dirname(resolve(first)), "comparison.html"), output);
    }
    if (!(await isRunFolder(first))) {
      const runs = await runFoldersIn(first);
      if (runs.length > 0) return compare(runs, out ?? join(first, "index.html"), output);
    }
    if (out !== undefined) throw onlyForPages(first);
    return again(first, output);
  },
});

/** Writes the page that compares runs. */
async function compare(folders: readonly string[], page: string, output: Output): Promise<number> {
  await requireWritable(page);
  for (const folder of folders) if (!(await isRunFolder(folder))) throw noRun(folder);
  const pageFolder = dirname(resolve(page));
  const records = await Promise.all(folders.map((folder) => readRun(resolve(folder), pageFolder)));
  const runs = withOwnNames(records, folders);
  const { runsPage } = await import("../../report/runs-page.ts");
  const title =
    runs.length === 2 ? runs.map(({ name }) => name).join(" and ") : `${runs.length} runs`;
  await writeFileAtomically(page, runsPage(runs, { title, subtitle: pageFolder }));
  output.record({ page, runs: folders });
  output.result(`open ${page}`);
  return exitCodes.done.code;
}

/** Writes the report of one run again. */
async function again(folder: string, output: Output): Promise<number> {
  const point = await findResumePoint(folder, {});
  if (point.modelFile === undefined) throw noModel(folder);
  await withRun(point, point.recipe, {}, output, async (run) => {
    const { epochs } = run.model.progress;
    const isPlateau = (await argsIn(folder))?.plateau === epochs;
    const isOver = epochs >= run.recipe.epochs || isPlateau;
    const stopped = isOver ? undefined : "interrupted";
    await finishRun(run, { stopped, isPlateau, diverged: false });
  });
  return exitCodes.done.code;
}

function noFolder(folder: string): FormatError {
  return new FormatError({
    what: `There is no run folder ${folder}.`,
    expected: "a folder such as runs/train",
    received: folder,
    fix: "check the path",
  });
}

function noRun(folder: string): FormatError {
  return new FormatError({
    what: `The folder ${folder} is not that of a run.`,
    expected: `a folder with ${runFileNames.args}, such as runs/train`,
    received: folder,
    fix: "check the path",
  });
}

function noModel(folder: string): FormatError {
  return new FormatError({
    what: `The run in ${folder} has not saved a model yet.`,
    expected: "a run with last.safetensors",
    received: "a run that ended before its first checkpoint",
    fix: `train first: fovea train --resume ${folder}`,
  });
}

function onlyForPages(folder: string): ConfigError {
  return new ConfigError({
    what: "The option --out is for a page that compares runs.",
    expected: "several runs, or a folder of runs",
    received: folder,
    fix: `leave it out: the report of a run is ${runFileNames.report} in its folder`,
  });
}
