// Where commands speak: text for people, or JSON for machines. Floor 8. Results go to stdout; what
// only accompanies them, such as the progress of a download, goes to stderr.

/** How much is said, and to whom. */
export interface OutputOptions {
  /** Records on stdout, one line each, and no text. */
  readonly json?: boolean;
  /** Text, but only results. */
  readonly quiet?: boolean;
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;

  constructor({ json = false, quiet = false }: OutputOptions) {
    this.json = json;
    this.quiet = quiet;
  }

  /** Whether people follow what is going on. */
  get chatty(): boolean {
    return !this.json && !this.quiet;
  }

  /** A line on what is going on. */
  say(text = ""): void {
    if (this.chatty) process.stdout.write(`${text}\n`);
  }

  /** A line that the command was called for. */
  result(text: string): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** A line that should not be missed. */
  warn(text: string): void {
    if (this.chatty) process.stderr.write(`${text}\n`);
  }

  /** A record for machines. Numbers that are not finite become null. */
  record(value: object): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }
}
