// What an optimizer is. Floor 4. Its formula is part of the graph; the few numbers that change from
// step to step are worked out in f64 and handed in, so that f32 rounding does not gather in them.

import { ConfigError } from "../../core/errors.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { LearningRate } from "./learning-rate.ts";

/** What an optimizer sees of one weight. */
export interface UpdateContext {
  readonly build: Builder;
  readonly weight: Node;
  readonly gradient: Node;
  /** The weight's slots, by name, shaped as the weight. */
  readonly slots: Readonly<Record<string, Node>>;
  /** This step's numbers, by name. */
  readonly numbers: Readonly<Record<string, Node>>;
}

/** The weight's and its slots' next values. */
export interface UpdateResult {
  readonly weight: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

export interface Optimizer {
  readonly name: string;
  /** All options as plain data, enough to make the optimizer again. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly learningRate: LearningRate;
  /** What it remembers of each weight; zeros at first. */
  readonly slots: readonly string[];
  /** This step's numbers; steps count from 1. */
  numbers(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(context: UpdateContext): UpdateResult;
}

/** @throws ConfigError unless `test` holds. */
export function requireOption(test: boolean, name: string, expected: string, value: number): void {
  if (test) return;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected,
    received: String(value),
  });
}
