// Whether the rows that a task reads are worth copying between zeros, so that every tap of every column
// is inside and one loop runs over all of them. Floor 2.

import type { ScheduleContext } from "./schedule.ts";
import type { TapConvolution } from "./tap-convolution.ts";
import { type Phase, tapsAt } from "./taps.ts";

/** A copy of rows: zeros, then `count` pixels of the image from `first` on, then zeros. */
export interface Strip {
  /** Pixels of a row of the copy. */
  readonly width: number;
  /** Zeros before. */
  readonly before: number;
  readonly first: number;
  readonly count: number;
  /** The columns' phases, as they read the copy. */
  readonly columns: readonly Phase[];
}

/** How much more there may be to multiply when zeros are not left out. */
const mostWaste = 1.6;

/** The copy for a convolution; `undefined` where it reads its image as it lies. */
export function stripOf(
  { machine }: ScheduleContext,
  { columns, groups, channels, inputSize }: TapConvolution,
): Strip | undefined {
  if (groups > 1 || channels < machine.lanes) return undefined;
  const reach = columns.flatMap(({ taps, count, inputStep }) =>
    taps.flatMap(({ offset }) => [offset, offset + (count - 1) * inputStep]),
  );
  const [low, high] = [Math.min(...reach), Math.max(...reach)];
  const width = inputSize[1];
  if (reach.length === 0 || (low >= 0 && high < width)) return undefined;
  let inside = 0;
  let all = 0;
  for (const phase of columns) {
    all += phase.taps.length * phase.count;
    for (let i = 0; i < phase.count; i++) inside += tapsAt(phase, i).length;
  }
  if (all > mostWaste * inside) return undefined;
  const first = Math.max(0, low);
  const copied = high - low + 1;
  return {
    width: copied,
    before: first - low,
    first,
    count: Math.max(0, Math.min(width - 1, high) - first + 1),
    columns: columns.map((phase) => ({
      ...phase,
      limit: copied,
      taps: phase.taps.map(({ tap, offset }) => ({ tap, offset: offset - low })),
    })),
  };
}
