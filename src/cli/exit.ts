// How the command line ends: what each exit code means, and how an error is shown.

import {
  ConfigError,
  DataError,
  FormatError,
  FoveaError,
  ShapeError,
  TrainingError,
} from "../core/errors.ts";

/** The exit codes, and what `fovea --help` says of each. */
export const exitCodes = {
  done: { code: 0, meaning: "done" },
  failed: { code: 1, meaning: "failed while running" },
  wrongInput: { code: 2, meaning: "wrong usage or wrong input" },
  diverged: { code: 3, meaning: "training diverged: the loss is no longer a number" },
  interrupted: { code: 130, meaning: "interrupted by Ctrl-C, SIGTERM or SIGHUP" },
} as const;

/** A file of the run that could not be written: the input was right, the disk was not. */
export class SaveError extends FoveaError {
  static override readonly name: string = "SaveError";
}

/** Errors in what was asked for, or in the input. */
const wrongInput = [ConfigError, DataError, FormatError, ShapeError];

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof TrainingError) return exitCodes.diverged.code;
  if (wrongInput.some((kind) => error instanceof kind)) return exitCodes.wrongInput.code;
  return exitCodes.failed.code;
}

/** The error as people read it; its stack only with FOVEA_DEBUG. */
export function tellError(error: unknown): string {
  if (process.env.FOVEA_DEBUG && error instanceof Error) return `${error.stack}\n`;
  if (error instanceof FoveaError) return `${error.message}\n`;
  return (
    `Unexpected internal error: ${messageOf(error)}\n` +
    "  to do:    set FOVEA_DEBUG=1 to see the stack, and please report it\n"
  );
}

/** The error as one line of JSON. */
export function errorRecord(error: unknown): string {
  const facts = error instanceof FoveaError ? error.facts : { what: messageOf(error) };
  const { what, expected, received, fix } = facts as FoveaError["facts"];
  const name = error instanceof Error ? error.name : "Error";
  return `${JSON.stringify({ error: { name, what, expected, received, fix } })}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
