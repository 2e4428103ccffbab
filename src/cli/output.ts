// Where commands print: text for people, or JSON for machines. Results go to stdout; what only accompanies
// them, such as the progress of a download, goes to stderr. If either is closed, the command continues.

import { printable } from "../report/markup.ts";
import { Screen } from "../train/screen.ts";

/** The streams of this process. */
export const standardOutput = new Screen(process.stdout);
export const standardError = new Screen(process.stderr);

/** Whether a stream was closed because its reader has enough, such as `head`: that is no failure. */
export function isClosedByReader(loss: Error | undefined): boolean {
  return loss !== undefined && "code" in loss && loss.code === "EPIPE";
}

/** How much is printed, and for whom. */
export interface OutputOptions {
  /** Records on stdout, one per line, and no text. */
  readonly json?: boolean;
  /** Text, but only results. */
  readonly quiet?: boolean;
}

/** A line of text: what names of files hold does not command the terminal. */
const lineOf = (text: string) => `${printable(text)}\n`;

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;

  constructor({ json = false, quiet = false }: OutputOptions) {
    this.json = json;
    this.quiet = quiet;
  }

  /** Whether people follow the progress. */
  get chatty(): boolean {
    return !this.json && !this.quiet;
  }

  /** A line on the progress. */
  say(text = ""): void {
    if (this.chatty) standardOutput.write(lineOf(text));
  }

  /** A line of the result. */
  result(text: string): void {
    if (!this.json) standardOutput.write(lineOf(text));
  }

  /** A warning. */
  warn(text: string): void {
    if (this.chatty) standardError.write(lineOf(text));
  }

  /** A record for machines. Numbers that are not finite become null. */
  record(value: object): void {
    if (this.json) standardOutput.write(`${JSON.stringify(value)}\n`);
  }
}
