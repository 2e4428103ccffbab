// The files that a run leaves in its folder, each whole or not there. What is in them is made elsewhere;
// pictures are loaded only when they are drawn.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, TargetError } from "../../core/errors.ts";
import { removeLeftovers, writeFileAtomically } from "../../platform/files.ts";
import { writeHistoryCsv } from "../../report/history-csv.ts";
import type { ReportContent } from "../../report/report-page.ts";
import type { RunResult } from "../../report/runs-page.ts";
import type { EpochRecord } from "../../train/events.ts";
import { SaveError } from "../exit.ts";
import { writeFigure } from "../figure-file.ts";
import { runFileNames } from "../model-file.ts";
import { lockName, lockRun } from "./run-lock.ts";

type RunFileName = keyof typeof runFileNames;

/** Whether a folder with these files holds no run: a run that was killed before its first checkpoint leaves no more. */
export function holdsNoRun(names: readonly string[]): boolean {
  return names.every(
    (name) =>
      name === runFileNames.args || name.startsWith(lockName) || /^\.fovea-.*\.tmp$/.test(name),
  );
}

/** Which figures a run leaves besides those in its page. */
export interface FigureFiles {
  /** The names of files that show how well a model does. */
  readonly named: readonly string[];
  /** Whether each figure of the report is a file as well. */
  readonly ofReport: boolean;
}

export class RunFiles {
  readonly folder: string;
  readonly #figures: FigureFiles;
  readonly #unlock: () => Promise<void>;

  private constructor(folder: string, figures: FigureFiles, unlock: () => Promise<void>) {
    this.folder = folder;
    this.#figures = figures;
    this.#unlock = unlock;
  }

  /**
   * The files of a folder that from now on nobody else writes into. What a writer that was killed left
   * unfinished there is removed.
   *
   * @throws ConfigError where another process writes into it.
   */
  static async open(folder: string, figures: FigureFiles): Promise<RunFiles> {
    const files = new RunFiles(folder, figures, await lockRun(folder));
    for (const name of [...Object.values(runFileNames), ...figures.named]) {
      await removeLeftovers(join(folder, name));
    }
    return files;
  }

  /** Lets others write into the folder. */
  close(): Promise<void> {
    return this.#unlock();
  }

  /** The path of one of the run's files. */
  path(file: RunFileName): string {
    return join(this.folder, runFileNames[file]);
  }

  /** Whether the run has this file. */
  async has(file: RunFileName): Promise<boolean> {
    return (await stat(this.path(file)).catch(() => undefined)) !== undefined;
  }

  /** @throws SaveError where the file cannot be written; an older one stays. */
  write(file: RunFileName, content: Uint8Array | string): Promise<void> {
    return saving(writeFileAtomically(this.path(file), content));
  }

  writeArgs(args: object): Promise<void> {
    return this.write("args", `${JSON.stringify(args, undefined, 2)}\n`);
  }

  writeHistory(history: readonly EpochRecord[]): Promise<void> {
    return saving(writeHistoryCsv(this.path("history"), history));
  }

  /** What other programs read, and pages that compare runs. */
  writeResults(result: RunResult): Promise<void> {
    return this.write("results", `${JSON.stringify(result, undefined, 2)}\n`);
  }

  /** The report, each of its figures as SVG and as PNG, and the figures of what was measured. */
  async writeReport(
    content: ReportContent,
    measured: ReadonlyMap<string, Uint8Array | string>,
  ): Promise<void> {
    const { makeReport } = await import("../../report/index.ts");
    const { page, figures } = makeReport(content);
    for (const { name, svg } of this.#figures.ofReport ? figures : []) {
      for (const extension of ["svg", "png"]) {
        const path = join(this.folder, `${name}.${extension}`);
        await removeLeftovers(path);
        await saving(writeFigure(path, svg, "light"));
      }
    }
    for (const name of this.#figures.named) {
      const figure = measured.get(name);
      if (figure !== undefined) await saving(writeFileAtomically(join(this.folder, name), figure));
    }
    await this.write("report", page);
  }
}

/** What is written; a picture that cannot be drawn on this machine is left out. */
async function saving(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (error instanceof TargetError) return;
    if (!(error instanceof FormatError)) throw error;
    throw new SaveError(error.facts);
  }
}
