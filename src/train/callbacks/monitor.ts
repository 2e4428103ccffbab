// What callbacks that watch a number share: which way is better, and whether it got better.

import { ConfigError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import { metricTable } from "../../nn/metrics/index.ts";
import { baseName } from "../../nn/naming.ts";
import { checkOption, checkWord } from "../../nn/option.ts";
import type { Logs, TrainRecord } from "../events.ts";

export interface MonitorOptions {
  /** The number that is watched. Default: `val_loss`. */
  readonly monitor?: string;
  /** Whether less is better, or more. Default: known from the name. */
  readonly mode?: "auto" | "min" | "max";
  /** Changes of this much or less do not count. */
  readonly minDelta?: number;
}

/** Names that end like this are better when they are larger. */
const largerIsBetter = /(acc|accuracy|auc|precision|recall|f1_score|fbeta_score|iou|r2_score)$/;
const smallerIsBetter = /(loss|error|crossentropy|mse|mae|mape|msle|bce)$/;

/** What a run may report whose better way is known, before anybody knows what it will report. */
const usualNames = ["loss", ...Object.keys(metricTable).map(baseName)]
  .filter((name) => smallerIsBetter.test(name) || largerIsBetter.test(name))
  .flatMap((name) => [name, `val_${name}`]);

/** Follows one number from epoch to epoch. */
export class Monitor {
  readonly name: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  #isValidated = false;

  constructor({ monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    checkOption("monitor", monitor, typeof monitor === "string", "the name of a number, as text");
    checkWord("mode", mode, ["auto", "min", "max"]);
    checkOption("minDelta", minDelta, Number.isFinite(minDelta), "a finite number");
    this.name = monitor;
    this.#sign = directionOf(monitor, mode) === "min" ? 1 : -1;
    this.#minDelta = Math.abs(minDelta);
  }

  /** Looks at the run that begins: whether any of its epochs are validated. */
  begin({ validationExamples }: Pick<TrainRecord, "validationExamples">): void {
    this.#isValidated = validationExamples > 0;
  }

  /**
   * Undefined where it is a number of validation, and the epoch was not validated, in a run of which other
   * epochs are.
   *
   * @throws ConfigError where the epoch did not report it.
   */
  valueIn(logs: Logs): number | undefined {
    if (Object.hasOwn(logs, this.name)) return logs[this.name];
    const isSkipped = !Object.keys(logs).some((name) => name.startsWith("val_"));
    if (this.#isValidated && isSkipped && this.name.startsWith("val_")) return undefined;
    const names = Object.keys(logs);
    const isOfValidation = (name: string) => name.startsWith("val_");
    const likely = isOfValidation(this.name) ? names.filter(isOfValidation) : names;
    const validate = "give fit validationSplit or validationData, or watch another number";
    throw new ConfigError({
      what: `A callback watches "${this.name}", which was not reported.`,
      expected: `one of ${names.join(", ")}`,
      received: this.name,
      ...(likely.length === 0 ? { fix: validate } : suggestion(likely, this.name)),
    });
  }

  /**
   * Whether `value` is better than `reference` by more than the least change; than nothing, always. What is not
   * a number is better than nothing at all, and any number is better than it.
   */
  isBetter(value: number, reference: number | undefined): boolean {
    if (Number.isNaN(value)) return false;
    if (reference === undefined || Number.isNaN(reference)) return true;
    // In f32, as Keras compares: a hair's breadth is no gain.
    const wanted = Math.fround(this.#sign * reference);
    return Math.fround(this.#sign * value + this.#minDelta) < wanted;
  }
}

function directionOf(name: string, mode: "auto" | "min" | "max"): "min" | "max" {
  if (mode === "min" || mode === "max") return mode;
  if (smallerIsBetter.test(name)) return "min";
  if (largerIsBetter.test(name)) return "max";
  throw new ConfigError({
    what: `Nobody knows whether less or more of "${name}" is better.`,
    expected: 'such as val_loss or val_accuracy; with any other name mode: "min" or mode: "max"',
    received: `"${name}" and mode: "${mode}"`,
    ...suggestion(usualNames, name),
  });
}
