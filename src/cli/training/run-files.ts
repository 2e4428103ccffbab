// The files that a run leaves in its folder, each whole or not there. Floor 8. What is in them is
// made elsewhere; pictures are loaded only when they are drawn.

import { join } from "node:path";
import { FormatError } from "../../core/errors.ts";
import { writeFileAtomically } from "../../formats/files.ts";
import { writeHistoryCsv } from "../../report/history-csv.ts";
import type { ReportContent } from "../../report/report-page.ts";
import type { EpochRecord } from "../../train/events.ts";
import { SaveError } from "../exit.ts";
import { runFileNames } from "../model-file.ts";

export class RunFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The path of one of the run's files. */
  path(file: keyof typeof runFileNames): string {
    return join(this.folder, runFileNames[file]);
  }

  /** @throws SaveError where the file cannot be written; an older one stays. */
  write(file: keyof typeof runFileNames, content: Uint8Array | string): Promise<void> {
    return saving(writeFileAtomically(this.path(file), content));
  }

  writeArgs(args: object): Promise<void> {
    return this.write("args", `${JSON.stringify(args, undefined, 2)}\n`);
  }

  writeHistory(history: readonly EpochRecord[]): Promise<void> {
    return saving(writeHistoryCsv(this.path("history"), history));
  }

  /** Curves, confusion matrix where something was evaluated, and the report. */
  async writeReport(content: ReportContent): Promise<void> {
    const { confusionSvg, curvesSvg, reportPage } = await import("../../report/index.ts");
    const { history, evaluation } = content;
    await this.write("curves", curvesSvg(history));
    if (evaluation !== undefined) {
      await this.write("confusion", confusionSvg(evaluation.matrix, evaluation.classNames));
    }
    await this.write("report", reportPage(content));
  }
}

async function saving(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new SaveError(error.facts);
  }
}
