// `fovea report`: writes the report of a run again, from what its folder holds.

import { stat } from "node:fs/promises";
import { z } from "zod";
import { FormatError } from "../../core/errors.ts";
import { argsIn } from "../args-file.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outputFields } from "../fields.ts";
import { Output } from "../output.ts";
import { finishRun } from "../training/finish.ts";
import { findResumePoint } from "../training/resume.ts";
import { withRun } from "../training/session.ts";

export const report = defineCommand({
  description:
    "Writes the report of a run again: measures its best model on the test images and draws curves and " +
    "confusion matrix. Nothing is trained.",
  options: z.object({
    run: z.string().min(1).meta({ value: "folder", description: "The folder of the run." }),
    ...outputFields,
  }),
  argument: "run",
  examples: [["fovea report runs/train", "The report of the first run."]],
  async run({ run: folder, json }) {
    const output = new Output({ json });
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noFolder(folder);
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
  },
});

function noFolder(folder: string): FormatError {
  return new FormatError({
    what: `There is no run folder ${folder}.`,
    expected: "a folder such as runs/train",
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
