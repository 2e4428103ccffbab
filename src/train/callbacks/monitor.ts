// What callbacks that watch a number share: which way is better, and whether it got better.

import { ConfigError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import { requireOption, requireWord } from "../../core/option.ts";
import { betterOf } from "../../nn/metrics/compiled-metric.ts";
import type { Better } from "../../nn/metrics/metric.ts";
import type { TrainControl } from "../callback.ts";
import type { Logs, TrainRecord } from "../events.ts";

export interface MonitorOptions {
  /** The number to watch, by its name in the logs. Default: `val_loss`. */
  readonly monitor?: string;
  /** Whether lower or higher is better. Default: `auto`, which asks the metric. */
  readonly mode?: "auto" | "min" | "max";
  /** Changes of this much or less do not count. Default: 0. */
  readonly minDelta?: number;
}

/** Follows one number from epoch to epoch. */
export class Monitor {
  readonly name: string;
  readonly #mode: "auto" | "min" | "max";
  #better: Better;
  readonly #minDelta: number;
  #isValidated = false;

  constructor({ monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    requireOption("monitor", monitor, typeof monitor === "string", "the name of a number, as text");
    requireWord("mode", mode, ["auto", "min", "max"]);
    requireOption("minDelta", minDelta, Number.isFinite(minDelta), "a finite number");
    this.name = monitor;
    this.#mode = mode;
    this.#better = mode === "max" ? "higher" : "lower";
    this.#minDelta = Math.abs(minDelta);
  }

  /**
   * Looks at the run that begins: which way the number improves, and whether any epochs are
   * validated.
   *
   * @throws ConfigError where neither the mode nor the model's metrics say which way is better.
   */
  begin(
    { validationExamples }: Pick<TrainRecord, "validationExamples">,
    { model }: Pick<TrainControl, "model">,
  ): void {
    this.#isValidated = validationExamples > 0;
    if (this.#mode !== "auto") return;
    const metrics = model.settings?.metrics ?? [];
    const better = betterOf(metrics, this.name);
    if (better === undefined) throw this.#unknownDirection(metrics.map(({ name }) => name));
    this.#better = better;
  }

  #unknownDirection(metrics: readonly string[]): ConfigError {
    const names = ["loss", ...metrics].flatMap((name) => [name, `val_${name}`]);
    return new ConfigError({
      what: `It is not known whether lower or higher is better for "${this.name}".`,
      expected: `a loss or a metric of the model, or mode: "min" or mode: "max" beside it`,
      received: `"${this.name}"; the model reports ${["loss", ...metrics].join(", ")}`,
      ...suggestion(names, this.name),
    });
  }

  /**
   * Undefined where it is a number of validation, and the epoch was not validated, in a run of
   * which other epochs are.
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
   * Whether `value` is better than `reference` by more than the least change; than nothing, always.
   * What is not a number is better than nothing at all, and any number is better than it.
   */
  isBetter(value: number, reference: number | undefined): boolean {
    if (Number.isNaN(value)) return false;
    if (reference === undefined || Number.isNaN(reference)) return true;
    // In f32, as Keras compares: a hair's breadth is no gain.
    const sign = this.#better === "lower" ? 1 : -1;
    const wanted = Math.fround(sign * reference);
    return Math.fround(sign * value + this.#minDelta) < wanted;
  }
}
