// The files that a run leaves in its folder, each whole or not there. What is in them is made elsewhere;
// pictures are loaded only when they are drawn.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../../core/errors.ts";
import { removeLeftovers, writeFileAtomically } from "../../platform/files.ts";
import { writeHistoryCsv } from "../../report/history-csv.ts";
import type { ReportContent } from "../../report/report-page.ts";
import type { EpochRecord } from "../../train/events.ts";
import { SaveError } from "../exit.ts";
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

export class RunFiles {
  readonly folder: string;
  readonly #figures: readonly string[];
  readonly #unlock: () => Promise<void>;

  private constructor(folder: string, figures: readonly string[], unlock: () => Promise<void>) {
    this.folder = folder;
    this.#figures = figures;
    this.#unlock = unlock;
  }

  /**
   * The files of a folder that from now on nobody else writes into. What a writer that was killed left
   * unfinished there is removed.
   *
   * @param figures the names of the files that show how well a model does.
   * @throws ConfigError where another process writes into it.
   */
  static async open(folder: string, figures: readonly string[]): Promise<RunFiles> {
    const files = new RunFiles(folder, figures, await lockRun(folder));
    for (const name of [...Object.values(runFileNames), ...figures]) {
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

  /** Curves, the figures of what was measured, and the report. */
  async writeReport(
    content: ReportContent,
    figures: ReadonlyMap<string, Uint8Array | string>,
  ): Promise<void> {
    const { curvesSvg, reportPage } = await import("../../report/index.ts");
    const { history, directions } = content;
    await this.write("curves", curvesSvg(history, directions && { directions }));
    for (const name of this.#figures) {
      const figure = figures.get(name);
      if (figure !== undefined) await saving(writeFileAtomically(join(this.folder, name), figure));
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
