// The errors that people meet. Each says what happened, what was expected, what was received and what to
// do next. Imports nothing, knows no layer, file or target.

/** The four facts that every error carries. `expected`, `received` and `fix` may be absent. */
export interface ErrorFacts {
  /** What happened, as one sentence that names the thing it happened to. */
  readonly what: string;
  /** What would have been accepted. */
  readonly expected?: string;
  /** What came instead. */
  readonly received?: string;
  /** What the reader can do about it. */
  readonly fix?: string;
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
}

function compose({ what, expected, received, fix }: ErrorFacts): string {
  const lines = [what];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (received !== undefined) lines.push(`  received: ${received}`);
  if (fix !== undefined) lines.push(`  to do:    ${fix}`);
  return lines.join("\n");
}

/** The parent of every error that Fovea throws on purpose. */
export class FoveaError extends Error {
  /** Said here, for minifiers give classes other names. */
  static override readonly name: string = "FoveaError";
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(compose(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.facts = facts;
  }
}

/** Shapes or dtypes that do not fit together. */
export class ShapeError extends FoveaError {
  static override readonly name: string = "ShapeError";
}

/** Data that cannot be used: wrong sizes, labels out of range, values that are not finite. */
export class DataError extends FoveaError {
  static override readonly name: string = "DataError";
}

/** A file that is missing, truncated, corrupt or hostile. */
export class FormatError extends FoveaError {
  static override readonly name: string = "FormatError";
}

/** An option, a name or a combination of options that is not accepted. */
export class ConfigError extends FoveaError {
  static override readonly name: string = "ConfigError";
}

/** Training that cannot go on, such as a loss that is no longer a number. */
export class TrainingError extends FoveaError {
  static override readonly name: string = "TrainingError";
}

/** A target that is not available on this machine. */
export class TargetError extends FoveaError {
  static override readonly name: string = "TargetError";
}

/** A graph or a kernel that breaks the rules: a fault in Fovea, never in the user's data. */
export class VerificationError extends FoveaError {
  static override readonly name: string = "VerificationError";
}
