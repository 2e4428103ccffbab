// A copy of one image with its border of zeros, in a task's workspace. Behind it no place of a window is
// outside any more, so that loops over taps need no cases.

import type { Window } from "../../graph/window.ts";
import type { KernelDraft, View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { forEachVector } from "./schedule.ts";

/** The copy: how far apart its rows lie, and its planes, of which there is one for all channels or each. */
export interface PaddedImage {
  readonly buffer: KernelBuffer;
  readonly perRow: number;
  readonly perPlane: number;
}

/** Rows, or columns, that a window of all outputs reaches. */
export function reachOf({ output, stride, taps, dilation }: Window[number]): number {
  return (output - 1) * stride + (taps - 1) * dilation + 1;
}

/** Which of these the image has: how many, after the first ones, which are border. */
export function insideOf(axis: Window[number]): { readonly first: number; readonly count: number } {
  const reach = reachOf(axis);
  const border = Math.max(0, axis.before);
  return {
    first: Math.min(reach, border),
    count: Math.max(0, Math.min(reach, axis.before + axis.input) - border),
  };
}

/** Whether windows reach beyond the image. */
export function hasBorder(window: Window): boolean {
  return window.some((axis) => insideOf(axis).count < reachOf(axis));
}

/** Elements of the copy. */
export function paddedSize([rows, columns]: Window, channels: number): number {
  return reachOf(rows) * reachOf(columns) * channels;
}

/**
 * A copy that `fill` makes anew for each image: what windows reach of it, zeros where it ends. Pixels
 * are copied as they lie, `[H, W, C]`, or as planes, `[C, H, W]`.
 */
export function padImages(
  draft: KernelDraft,
  image: View,
  window: Window,
  channels: number,
  layout: "pixels" | "planes" = "pixels",
): { readonly padded: PaddedImage; readonly fill: (image: Position) => void } {
  const w = draft.writer;
  const [rows, columns] = window;
  const [height, width] = [reachOf(rows), reachOf(columns)];
  const planes = layout === "planes" ? channels : 1;
  const perPixel = channels / planes;
  const perRow = width * perPixel;
  const perPlane = height * perRow;
  const buffer = draft.workspace(planes * perPlane);
  const from = draft.operand(image).buffer;
  const zero = w.constant(0, "f32", true);
  const clear = (at: Position, length: number) =>
    forEachVector(w, length, (i, lanes) => {
      w.store(w.access(buffer, sumPositions(at, i)), zero, lanes);
    });
  const [down, across] = [insideOf(rows), insideOf(columns)];
  const fillPlane = (image: Position, plane: Position) => {
    const top = timesPosition(plane, perPlane);
    clear(top, down.first * perRow);
    w.loop(down.count, (row) => {
      const to = sumPositions(top, timesPosition(sumPositions(row, still(down.first)), perRow));
      const line = sumPositions(
        timesPosition(image, rows.input * columns.input * channels),
        timesPosition(sumPositions(row, still(down.first - rows.before)), columns.input * channels),
        still((across.first - columns.before) * channels),
        plane,
      );
      clear(to, across.first * perPixel);
      const start = sumPositions(to, still(across.first * perPixel));
      forEachVector(w, across.count * perPixel, (i, lanes) => {
        const at = sumPositions(line, timesPosition(i, planes));
        const value = w.loadVector(w.access(from, at), lanes, planes);
        w.store(w.access(buffer, sumPositions(start, i)), value, lanes);
      });
      const end = across.first + across.count;
      clear(sumPositions(to, still(end * perPixel)), (width - end) * perPixel);
    });
    const below = down.first + down.count;
    clear(sumPositions(top, still(below * perRow)), (height - below) * perRow);
  };
  const fill = (image: Position) => w.loop(planes, (plane) => fillPlane(image, plane));
  return { padded: { buffer, perRow, perPlane }, fill };
}
