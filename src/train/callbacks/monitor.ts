// What callbacks that watch a number share: which way is better, and whether it got better. Floor 5.

import { ConfigError } from "../../core/errors.ts";
import type { Logs } from "../events.ts";

export interface MonitorOptions {
  /** The number that is watched; `val_loss` unless told. */
  readonly monitor?: string;
  /** Whether less is better, or more; known from the name unless told. */
  readonly mode?: "auto" | "min" | "max";
  /** Changes of this much or less do not count. */
  readonly minDelta?: number;
}

/** Names that end like this are better when they are larger. */
const largerIsBetter = /(accuracy|auc|precision|recall|f1_score|fbeta_score|iou|r2_score)$/;
const smallerIsBetter = /(loss|error|crossentropy)$/;

/** Follows one number from epoch to epoch. */
export class Monitor {
  readonly name: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;

  constructor({ monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    this.name = monitor;
    this.#sign = directionOf(monitor, mode) === "min" ? 1 : -1;
    this.#minDelta = Math.abs(minDelta);
  }

  /** @throws ConfigError where the epoch did not report it. */
  valueIn(logs: Logs): number {
    if (Object.hasOwn(logs, this.name)) return logs[this.name];
    throw new ConfigError({
      what: `A callback watches "${this.name}", which was not reported.`,
      expected: `one of ${Object.keys(logs).join(", ")}`,
      received: this.name,
      fix: "give fit validationSplit or validationData, or watch another number",
    });
  }

  /** Whether `value` is better than `reference` by more than the least change; than nothing, always. */
  isBetter(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return true;
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
    expected: 'mode: "min" or mode: "max"',
    received: `mode: "${mode}"`,
  });
}
