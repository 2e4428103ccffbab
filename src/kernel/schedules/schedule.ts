// What every schedule is handed and gives back, and how work is cut into tasks.

import type { DType } from "../../core/dtype.ts";
import type { Combine } from "../../graph/computation.ts";
import type { Expression } from "../../graph/expression.ts";
import type { Root } from "../../graph/passes/05-fuse.ts";
import type { Launch, Storage, View, ViewStore } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";

/** `fast` allows algorithms that round more than plain sums do; `exact` does not. */
export const precisions = ["fast", "exact"] as const;

export type Precision = (typeof precisions)[number];

/** What a schedule may use. */
export interface ScheduleContext {
  readonly machine: MachineDescription;
  readonly precision: Precision;
  /** The schedule to take wherever it applies, whatever it costs. Default: none. */
  readonly prefer?: string | undefined;
  /** A name for the kernels, for people. */
  readonly name: string;
  /** Memory that lives only between this cluster's own stages. */
  scratch(dtype: DType, size: number): Storage;
}

/** Kernels that may run at the same time. */
export type Stage = readonly Launch[];

/** What is computed over a domain, with the results that are kept. */
export interface Work {
  readonly shape: readonly number[];
  readonly stores: readonly ViewStore[];
}

/** A cluster over views. */
export interface Job extends Work {
  readonly root:
    | { readonly kind: "none" }
    | {
        readonly kind: "reduce";
        readonly extents: readonly number[];
        readonly combine: Combine;
        readonly bodies: readonly Expression<View>[];
      }
    | { readonly kind: "argMaximum"; readonly extent: number; readonly body: Expression<View> }
    | {
        readonly kind: "contraction";
        readonly computation: Root;
        readonly inputs: readonly View[];
      };
}

/** One way to compute some kind of work: a row of the table in schedules/index.ts. */
export interface Schedule<W extends Work> {
  readonly name: string;
  /** Whether it computes this work, well or badly. */
  applies(context: ScheduleContext, work: W): boolean;
  /** The cycles that one core would need, by the cost model: told without writing a kernel. */
  cost(context: ScheduleContext, work: W): number;
  schedule(context: ScheduleContext, work: W): Stage[];
}

/**
 * How many tasks a kernel should have before loops stay inside of a task. It does not depend on the
 * number of threads, so neither do the results.
 */
export const enoughTasks = 32;

/**
 * Terms that may be added one after another. Each addition rounds, so longer sums are added up in
 * blocks, and then the blocks: what is lost grows with the length of both, not with their product.
 */
export const longestSum = 1 << 14;
/** Terms of a block of such a sum. */
export const sumBlock = 1 << 12;

/** The whole numbers from 0 on. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A stretch of an axis: `count` blocks of `size`, from `start`. */
export interface Blocks {
  readonly start: number;
  readonly count: number;
  readonly size: number;
}

/** An axis of `extent` in equal blocks and what is left. */
export function blocksOf(extent: number, size: number): Blocks[] {
  const count = Math.floor(extent / size);
  const rest = extent - count * size;
  return [
    { start: 0, count, size },
    { start: count * size, count: rest > 0 ? 1 : 0, size: rest },
  ].filter((blocks) => blocks.count > 0);
}

/** Visits `length` neighbouring elements, a vector at a time. */
export function forEachVector(
  w: KernelWriter,
  length: number,
  visit: (at: Position, lanes: number) => void,
): void {
  for (const { start, count, size } of blocksOf(length, w.lanes)) {
    w.loop(count, (i) => visit(sumPositions(timesPosition(i, w.lanes), still(start)), size));
  }
}
