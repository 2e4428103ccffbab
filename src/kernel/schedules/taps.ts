// Which taps of a window lie inside the image, worked out before any code is written: edges become
// shorter loops, and no padding is ever read or multiplied.

import type { WindowAxis } from "../../graph/window.ts";

/** A tap, and where it reads: `position · inputStep + offset`. */
export interface Tap {
  readonly tap: number;
  readonly offset: number;
}

/** Output positions `first + step · i`, for i from 0 to count − 1, that read the same taps. */
export interface Phase {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly inputStep: number;
  readonly taps: readonly Tap[];
  /** Positions that can be read: 0 to limit − 1. */
  readonly limit: number;
}

/** The phases of a convolution: one, over all outputs. */
export function forwardPhases(window: WindowAxis): Phase[] {
  const taps = Array.from({ length: window.taps }, (_, tap) => ({
    tap,
    offset: tap * window.dilation - window.before,
  }));
  return [
    {
      first: 0,
      step: 1,
      count: window.output,
      inputStep: window.stride,
      taps,
      limit: window.input,
    },
  ];
}

/**
 * The phases of its input gradient: the image's positions that share taps lie a stride apart. Taps
 * are those of the filter turned around, so that they are read forwards.
 */
export function inputGradientPhases(window: WindowAxis): Phase[] {
  return Array.from({ length: Math.min(window.stride, window.input) }, (_, first) => {
    const taps: Tap[] = [];
    for (let tap = 0; tap < window.taps; tap++) {
      const distance = first + window.before - (window.taps - 1 - tap) * window.dilation;
      if (distance % window.stride === 0) taps.push({ tap, offset: distance / window.stride });
    }
    return {
      first,
      step: window.stride,
      count: Math.ceil((window.input - first) / window.stride),
      inputStep: 1,
      taps,
      limit: window.output,
    };
  });
}

/** The taps that are inside at position i of a phase. */
export function tapsAt({ taps, inputStep, limit }: Phase, i: number): Tap[] {
  return taps.filter(({ offset }) => {
    const at = i * inputStep + offset;
    return at >= 0 && at < limit;
  });
}

/** Neighbouring things that are alike: from `start`, `count` of them. */
export interface Run<T> {
  readonly start: number;
  readonly count: number;
  readonly value: T;
}

/** The values of 0 to length − 1, with equal neighbours joined. */
export function runsOf<T>(length: number, valueAt: (i: number) => T): Run<T>[] {
  const runs: { start: number; count: number; value: T; key: string }[] = [];
  for (let i = 0; i < length; i++) {
    const value = valueAt(i);
    const key = JSON.stringify(value);
    const last = runs.at(-1);
    if (last?.key === key) last.count++;
    else runs.push({ start: i, count: 1, value, key });
  }
  return runs;
}

/** Taps at equal distances, as one loop: tap and offset of the first, and the steps between. */
export interface TapLoop {
  readonly count: number;
  readonly first: Tap;
  readonly step: Tap;
}

/** `taps` as one loop where their distances are equal, else one by one. */
export function tapLoops(taps: readonly Tap[]): TapLoop[] {
  if (taps.length === 0) return [];
  const [first, second = first] = taps;
  const step = { tap: second.tap - first.tap, offset: second.offset - first.offset };
  const even = taps.every(
    ({ tap, offset }, i) =>
      tap === first.tap + i * step.tap && offset === first.offset + i * step.offset,
  );
  if (even) return [{ count: taps.length, first, step }];
  return taps.map((tap) => ({ count: 1, first: tap, step: { tap: 0, offset: 0 } }));
}

/** Output positions `from` to `from + count − 1` whose tap `tap` lies inside the image. */
export function outputsOf(window: WindowAxis, tap: number): { from: number; count: number } {
  const offset = tap * window.dilation - window.before;
  const from = Math.max(0, Math.ceil(-offset / window.stride));
  const to = Math.min(window.output - 1, Math.floor((window.input - 1 - offset) / window.stride));
  return { from, count: Math.max(0, to - from + 1) };
}
