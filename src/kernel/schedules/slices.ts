// Copies of an image in slices: some channels of all pixels side by side, with a border of zeros. What
// passes over a slice again and again finds all of it in a core's cache, where the same channels of the
// image itself would lie far apart, and crowd into few of the cache's sets.

import type { Window, WindowAxis } from "../../graph/window.ts";
import type { KernelDraft, View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { hasBorder, insideOf, reachOf } from "./padded-image.ts";
import { blocksOf, forEachVector } from "./schedule.ts";

/** How an image's channels are cut. */
export interface SliceOptions {
  /** What windows reach of the image is copied. */
  readonly window: Window;
  readonly channels: number;
  readonly groups: number;
  /** Channels of a slice; the last one of a group may have fewer. */
  readonly width: number;
}

/** Slices of one image, each `[rows, columns, perPixel]`. */
export interface Slices {
  readonly buffer: KernelBuffer;
  readonly perPixel: number;
  readonly perRow: number;
  readonly perSlice: number;
  /** The slices of a group. */
  readonly perGroup: number;
  /** Writes zeros everywhere, where there is a border for all images to come. */
  readonly clear: () => void;
  /** Copies an image, by its number. */
  readonly fill: (image: Position) => void;
}

/** The window of an image that is read pixel by pixel: `rows` by `columns`, without a border. */
export function pixelsOf(rows: number, columns: number): Window {
  const all = (count: number): WindowAxis => ({
    input: count,
    output: count,
    taps: 1,
    stride: 1,
    dilation: 1,
    before: 0,
  });
  return [all(rows), all(columns)];
}

function layoutOf({ window, channels, groups, width }: SliceOptions, lanes: number) {
  const perPixel = Math.ceil(width / lanes) * lanes;
  const perRow = reachOf(window[1]) * perPixel;
  const perSlice = reachOf(window[0]) * perRow;
  return { perPixel, perRow, perSlice, perGroup: Math.ceil(channels / groups / width) };
}

/** Elements of the slices. */
export function slicesSize(options: SliceOptions, lanes: number): number {
  const { perSlice, perGroup } = layoutOf(options, lanes);
  return options.groups * perGroup * perSlice;
}

/** Slices that `fill` makes anew for each image, after `clear` was written once. */
export function sliceImages(draft: KernelDraft, image: View, options: SliceOptions): Slices {
  const w = draft.writer;
  const { window, channels, groups, width } = options;
  const [rows, columns] = window;
  const layout = layoutOf(options, w.lanes);
  const { perPixel, perRow, perSlice, perGroup } = layout;
  const all = slicesSize(options, w.lanes);
  const buffer = draft.workspace(all);
  const whole = draft.operand(image).buffer;
  const [down, across] = [insideOf(rows), insideOf(columns)];
  const clear = () => {
    if (!hasBorder(window)) return;
    forEachVector(w, all, (at, lanes) => {
      w.store(w.access(buffer, at), w.constant(0, "f32", true), lanes);
    });
  };
  /** Copies a pixel's channels, each into its slice. */
  const copyPixel = (source: Position, target: Position) => {
    w.loop(groups, (group) => {
      for (const { start, count, size } of blocksOf(channels / groups, width)) {
        w.loop(count, (at) => {
          const channel = sumPositions(
            timesPosition(group, channels / groups),
            timesPosition(at, size),
            still(start),
          );
          const slice = sumPositions(timesPosition(group, perGroup), at, still(start / width));
          forEachVector(w, size, (i, lanes) => {
            const from = w.access(whole, sumPositions(source, channel, i));
            const to = sumPositions(target, timesPosition(slice, perSlice), i);
            w.store(w.access(buffer, to), w.loadVector(from, lanes));
          });
        });
      }
    });
  };
  const fill = (image: Position) => {
    w.loop(down.count, (i) => {
      w.loop(across.count, (j) => {
        const [row, column] = [
          sumPositions(i, still(down.first)),
          sumPositions(j, still(across.first)),
        ];
        const source = sumPositions(
          timesPosition(image, rows.input * columns.input * channels),
          timesPosition(sumPositions(row, still(-rows.before)), columns.input * channels),
          timesPosition(sumPositions(column, still(-columns.before)), channels),
        );
        const target = sumPositions(timesPosition(row, perRow), timesPosition(column, perPixel));
        copyPixel(source, target);
      });
    });
  };
  return { buffer, ...layout, clear, fill };
}
