// `fovea report`: the report of a run again, from what its folder holds.

import { stat } from "node:fs/promises";
import { z } from "zod";
import { FormatError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outputFields } from "../fields.ts";
import { Output } from "../output.ts";
import { finishRun } from "../training/finish.ts";
import { findResumePoint } from "../training/resume.ts";
import { withRun } from "../training/session.ts";

export const report = defineCommand({
  description:
    "Makes the report of a run again, with curves, confusion matrix and history: measures its best model on " +
    "the test images, and trains nothing.",
  options: z.object({
    run: z.string().min(1).meta({ value: "folder", description: "the folder of a run" }),
    ...outputFields,
  }),
  argument: "run",
  examples: [["fovea report runs/train", "the report of the first run"]],
  async run({ run: folder, json }) {
    const output = new Output({ json });
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noFolder(folder);
    const point = await findResumePoint(folder, {});
    if (point.modelFile === undefined) throw noModel(folder);
    await withRun(point, point.options, {}, output, async (run) => {
      const isOver = run.model.progress.epochs >= run.options.epochs;
      await finishRun(run, { stopped: isOver ? undefined : "interrupted", diverged: false });
    });
    return exitCodes.done.code;
  },
});

function noFolder(folder: string): FormatError {
  return new FormatError({
    what: `${folder} is not the folder of a run.`,
    expected: "a folder such as runs/train",
    received: "no folder of that name",
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
