// The filter gradient of a convolution whose filters see few channels, as the first one of a network
// does: all taps of all channels are sums side by side, for they are too few to fill the registers one
// tap at a time.

import { sizeOf } from "../../core/shape.ts";
import { cyclesOf } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import { still, sumPositions, timesPosition } from "../language.ts";
import { type Chunks, sumInChunks } from "./chunks.ts";
import { type ConvolutionWork, pixelCount } from "./convolution-work.ts";
import type { FilterGradientWork } from "./filter-gradient-tiles.ts";
import { paddedSize, padImages } from "./padded-image.ts";
import { writeProduct } from "./product.ts";
import {
  blocksOf,
  forEachVector,
  longestSum,
  type Schedule,
  type ScheduleContext,
  sumBlock,
} from "./schedule.ts";
import { chooseTile, coverCycles } from "./tile.ts";

const mostChunks = 16;
/** Channels beyond which one tap at a time is as good. */
const mostChannels = 4;
/** Sums side by side: each has its own instructions. */
const mostSums = 1 << 10;
/** Elements of an image whose copy stays in the cache. */
const mostElements = 1 << 18;

/** For filters that see few channels. */
export const narrowFilterGradient: Schedule<ConvolutionWork> = {
  name: "narrowFilterGradient",
  applies(_, { pass, geometry }) {
    const { images, window, groups, inputChannels } = geometry;
    return (
      pass === "filterGradient" &&
      images > 1 &&
      groups === 1 &&
      inputChannels <= mostChannels &&
      window[0].taps * window[1].taps * inputChannels <= mostSums &&
      window.every(({ before }) => before >= 0) &&
      paddedSize(window, inputChannels) <= mostElements
    );
  },
  cost({ machine }, { geometry }) {
    const { window, inputChannels, outputChannels } = geometry;
    const sums = window[0].taps * window[1].taps * inputChannels;
    const vectors = Math.ceil(outputChannels / machine.lanes);
    const tile = chooseTile(machine, sums, vectors);
    return cyclesOf({ core: pixelCount(geometry) * coverCycles(tile, sums, vectors) });
  },
  schedule(context, { first, second, ...rest }) {
    const work = { ...rest, image: first, gradient: second };
    return sumInChunks(context, work, work.geometry.images, mostChunks, (chunks, partial) =>
      writeChunks(context, work, partial, chunks),
    );
  },
};

function writeChunks(
  context: ScheduleContext,
  { geometry, shape, image, gradient }: FilterGradientWork,
  partial: View,
  { images, first }: Chunks,
): Launch {
  const { window, inputChannels: channels, outputChannels: filters } = geometry;
  const [rows, columns] = window;
  const draft = new KernelDraft(`${context.name}.narrowFilterGradient`, context.machine.lanes);
  const w = draft.writer;
  const chunk = w.parallel(images.count);
  const { padded, fill } = padImages(draft, image, window, channels);
  const sums = draft.operand(partial).buffer;
  const origin = timesPosition(sumPositions(chunk, still(first)), sizeOf(shape));
  forEachVector(w, sizeOf(shape), (i, lanes) => {
    w.store(w.access(sums, sumPositions(origin, i)), w.constant(0, "f32", true), lanes);
  });
  const offsets = Array.from({ length: rows.taps * columns.taps * channels }, (_, i) => {
    const tap = Math.floor(i / channels);
    const [r, s] = [Math.floor(tap / columns.taps), tap % columns.taps];
    return r * rows.dilation * padded.perRow + s * columns.dilation * channels + (i % channels);
  });
  w.loop(images.size, (i) => {
    const number = sumPositions(timesPosition(chunk, images.size), still(images.start), i);
    fill(number);
    const perImage = rows.output * columns.output * filters;
    const perRow = { left: rows.stride * padded.perRow, right: columns.output * filters };
    const isLong = images.size * rows.output * columns.output > longestSum;
    const height = isLong ? Math.max(1, Math.floor(sumBlock / columns.output)) : rows.output;
    for (const block of blocksOf(rows.output, height)) {
      w.loop(block.count, (b) => {
        const row = sumPositions(timesPosition(b, block.size), still(block.start));
        writeProduct(w, context.machine, {
          rows: offsets.length,
          columns: filters,
          sum: [
            { count: block.size, ...perRow },
            { count: columns.output, left: columns.stride * channels, right: filters },
          ],
          left: { buffer: padded.buffer, at: timesPosition(row, perRow.left), perRow: offsets },
          right: {
            buffer: draft.operand(gradient).buffer,
            at: sumPositions(timesPosition(number, perImage), timesPosition(row, perRow.right)),
          },
          result: { buffer: sums, at: origin, perRow: filters },
          adds: isLong ? "apart" : true,
        });
      });
    }
  });
  return draft.finish();
}
