// The filter gradient of a depthwise convolution: lanes lie along channels, and the sums of all taps of a
// vector of channels stay in registers over the pixels of an image.

import { sizeOf } from "../../core/shape.ts";
import { cyclesOf, stepCycles } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import { type Chunks, sumInChunks } from "./chunks.ts";
import { type ConvolutionWork, isDepthwise, pixelCount } from "./convolution-work.ts";
import type { FilterGradientWork } from "./filter-gradient-tiles.ts";
import { paddedSize, padImages } from "./padded-image.ts";
import {
  blocksOf,
  forEachVector,
  longestSum,
  type Schedule,
  type ScheduleContext,
  sumBlock,
} from "./schedule.ts";

const mostChunks = 16;
/** Elements of the copy of an image. */
const mostElements = 1 << 22;

/** For filters that see one channel each. */
export const depthwiseFilterGradient: Schedule<ConvolutionWork> = {
  name: "depthwiseFilterGradient",
  applies(_, { pass, geometry }) {
    const { window, inputChannels } = geometry;
    return (
      pass === "filterGradient" &&
      isDepthwise(geometry) &&
      window.every(({ before }) => before >= 0) &&
      paddedSize(window, inputChannels) <= mostElements
    );
  },
  cost({ machine }, { geometry }) {
    const taps = geometry.window[0].taps * geometry.window[1].taps;
    const vectors = Math.ceil(geometry.inputChannels / machine.lanes);
    return cyclesOf({ core: pixelCount(geometry) * vectors * stepCycles(taps, 1) });
  },
  schedule(context, { first, second, ...rest }) {
    const work = { ...rest, image: first, gradient: second };
    return sumInChunks(context, work, work.geometry.images, mostChunks, (chunks, partial) =>
      writeChunks(context, work, partial, chunks),
    );
  },
};

function writeChunks(
  { machine, name }: ScheduleContext,
  { geometry, shape, image, gradient }: FilterGradientWork,
  partial: View,
  { images, first }: Chunks,
): Launch {
  const { window, inputChannels: channels } = geometry;
  const [rows, columns] = window;
  const draft = new KernelDraft(`${name}.depthwiseFilterGradient`, machine.lanes);
  const w = draft.writer;
  const chunk = w.parallel(images.count);
  const { padded, fill } = padImages(draft, image, window, channels);
  const sums = draft.operand(partial).buffer;
  const from = draft.operand(gradient).buffer;
  const origin = timesPosition(sumPositions(chunk, still(first)), sizeOf(shape));
  const taps = Array.from({ length: rows.taps * columns.taps }, (_, tap) => tap);
  // As many taps at a time as there are registers for, beside the gradient and the pixel.
  const atOnce = Math.max(1, machine.registers - 2);
  const groups = Array.from({ length: Math.ceil(taps.length / atOnce) }, (_, i) =>
    taps.slice(i * atOnce, (i + 1) * atOnce),
  );
  const isLong = images.size * rows.output * columns.output > longestSum;
  const height = isLong ? Math.max(1, Math.floor(sumBlock / columns.output)) : rows.output;
  /** Adds the pixels of `count` rows from `firstRow` on. */
  const addRows = (
    some: readonly number[],
    { number, channel, lanes }: { number: Position; channel: Position; lanes: number },
    firstRow: Position,
    count: number,
  ) => {
    const places = some.map((tap) =>
      w.access(sums, sumPositions(origin, still(tap * channels), channel)),
    );
    const totals = places.map((place) =>
      w.variable(isLong ? w.constant(0, "f32", true) : w.loadVector(place, lanes)),
    );
    w.loop(count, (row) => {
      const p = sumPositions(firstRow, row);
      w.loop(columns.output, (q) => {
        const at = sumPositions(
          timesPosition(number, rows.output * columns.output * channels),
          timesPosition(p, columns.output * channels),
          timesPosition(q, channels),
          channel,
        );
        const slope = w.loadVector(w.access(from, at), lanes);
        some.forEach((tap, i) => {
          const [r, s] = [Math.floor(tap / columns.taps), tap % columns.taps];
          const pixel = sumPositions(
            timesPosition(p, rows.stride * padded.perRow),
            timesPosition(q, columns.stride * channels),
            still(r * rows.dilation * padded.perRow + s * columns.dilation * channels),
            channel,
          );
          const value = w.loadVector(w.access(padded.buffer, pixel), lanes);
          w.assign(totals[i], w.compute("multiplyAdd", value, slope, totals[i]));
        });
      });
    });
    totals.forEach((total, i) => {
      const before = isLong ? w.loadVector(places[i], lanes) : undefined;
      const sum = before === undefined ? total : w.compute("add", before, total);
      w.store(places[i], sum, lanes);
    });
  };
  forEachVector(w, sizeOf(shape), (i, lanes) => {
    w.store(w.access(sums, sumPositions(origin, i)), w.constant(0, "f32", true), lanes);
  });
  w.loop(images.size, (i) => {
    const number = sumPositions(timesPosition(chunk, images.size), still(images.start), i);
    fill(number);
    forEachVector(w, channels, (channel, lanes) => {
      for (const some of groups) {
        for (const { start, count, size } of blocksOf(rows.output, height)) {
          w.loop(count, (block) => {
            const row = sumPositions(timesPosition(block, size), still(start));
            addRows(some, { number, channel, lanes }, row, size);
          });
        }
      }
    });
  });
  return draft.finish();
}
