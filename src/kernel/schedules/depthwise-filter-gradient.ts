// The filter gradient of a depthwise convolution: lanes lie along channels, and the sums of all taps of a
// vector of channels stay in registers over the pixels of a band of rows.

import { sizeOf } from "../../core/shape.ts";
import { cyclesOf, stepCycles } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import { type Chunks, sumInChunks } from "./chunks.ts";
import { type ConvolutionWork, isDepthwise, pixelCount } from "./convolution-work.ts";
import type { FilterGradientWork } from "./filter-gradient-tiles.ts";
import { paddedSize, padImages } from "./padded-image.ts";
import { blocksOf, forEachVector, type Schedule, type ScheduleContext } from "./schedule.ts";

const mostChunks = 16;
/**
 * About how many pixels are added for one vector of channels before the next: so few that what all channels read
 * stays in a core's caches, so many that the sums are seldom fetched and put back.
 */
const pixelsOfBand = 256;
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
  const height = Math.min(rows.output, Math.ceil(pixelsOfBand / columns.output));
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
    const totals = places.map(() => w.variable(w.constant(0, "f32", true)));
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
      w.store(places[i], w.compute("add", w.loadVector(places[i], lanes), total), lanes);
    });
  };
  forEachVector(w, sizeOf(shape), (i, lanes) => {
    w.store(w.access(sums, sumPositions(origin, i)), w.constant(0, "f32", true), lanes);
  });
  w.loop(images.size, (i) => {
    const number = sumPositions(timesPosition(chunk, images.size), still(images.start), i);
    fill(number);
    for (const { start, count, size } of blocksOf(rows.output, height)) {
      w.loop(count, (band) => {
        const row = sumPositions(timesPosition(band, size), still(start));
        forEachVector(w, channels, (channel, lanes) => {
          for (const some of groups) addRows(some, { number, channel, lanes }, row, size);
        });
      });
    }
  });
  return draft.finish();
}
