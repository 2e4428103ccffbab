// What a command is. A command is one file and one row of the table in commands/; nothing else knows its
// name.

import type { z } from "zod";
import type { Given, Schema } from "./schema.ts";

export interface Command<S extends Schema = Schema> {
  /** What it does, in a sentence or two, for its help text. */
  readonly description: string;
  /** Options, checks, defaults and help text in one. */
  readonly options: S;
  /**
   * The option that a value without a name is for: `fovea report runs/train`. Where the option is a list, any number
   * of values may stand so.
   */
  readonly argument?: string;
  /** Command lines that show what it is for, each with a few words. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /**
   * Does it, and gives the exit code.
   *
   * @param given the options that were typed, without defaults.
   */
  run(options: z.output<S>, given: Given): Promise<number>;
}

/** Lets a command's `run` see the types of its own options. */
export function defineCommand<S extends Schema>(command: Command<S>): Command<S> {
  return command;
}
