// Which schedule a contraction or a pool's gradient gets.

import type { Computation, ConvolutionGeometry } from "../../graph/computation.ts";
import { axis, read } from "../../graph/expression.ts";
import type { Root } from "../../graph/passes/05-fuse.ts";
import type { WindowAxis } from "../../graph/window.ts";
import type { View } from "../draft.ts";
import {
  isDepthwise,
  isDepthwiseFilterGradient,
  scheduleDepthwiseFilterGradient,
} from "./depthwise-filter-gradient.ts";
import { scheduleFilterGradient } from "./filter-gradient.ts";
import { scheduleMap } from "./map.ts";
import { isNarrowConvolution, scheduleNarrowConvolution } from "./narrow-convolution.ts";
import { isNarrow, scheduleNarrowFilterGradient } from "./narrow-filter-gradient.ts";
import { schedulePoolGradient } from "./pool-gradient.ts";
import type { ScheduleContext, Stage, Work } from "./schedule.ts";
import { scheduleTapConvolution } from "./tap-convolution.ts";
import { forwardPhases, inputGradientPhases } from "./taps.ts";
import { scheduleWinograd, winogradPays } from "./winograd.ts";
import { scheduleWinogradFilterGradient } from "./winograd-filter-gradient.ts";
import type { TileAxis } from "./winograd-tiles.ts";

type Convolution = Extract<Computation, { kind: "convolution" }>;

/** The stages that compute `computation` of `inputs`. */
export function scheduleContraction(
  context: ScheduleContext,
  computation: Root,
  inputs: readonly View[],
  work: Work,
): Stage[] {
  if (computation.kind === "convolution") {
    return scheduleConvolution(context, computation, inputs, work);
  }
  const { mode, images, channels, window } = computation;
  const common = { ...work, images, channels, window };
  return mode === "maximum"
    ? schedulePoolGradient(context, { ...common, image: inputs[0], gradient: inputs[1] })
    : schedulePoolGradient(context, { ...common, gradient: inputs[0] });
}

function scheduleConvolution(
  context: ScheduleContext,
  { pass, geometry, transposedFilter = false }: Convolution,
  [first, second]: readonly View[],
  work: Work,
): Stage[] {
  const { images, window, inputChannels, outputChannels } = geometry;
  const [rows, columns] = window;
  const depthwise = isDepthwise(geometry);
  const groups = depthwise ? 1 : geometry.groups;
  const channels = inputChannels / geometry.groups;
  const filters = outputChannels / groups;
  const common = { ...work, image: first, images, groups, columnTaps: columns.taps, depthwise };
  switch (pass) {
    case "forward": {
      if (!transposedFilter && isNarrowConvolution(context, geometry)) {
        const narrow = { ...work, geometry, image: first, filter: second };
        return scheduleNarrowConvolution(context, narrow);
      }
      const direct = { image: first, images, channels, filters, rows, columns };
      if (!transposedFilter && winogradPays(context, geometry, direct)) {
        return scheduleWinograd(context, { ...work, ...direct, filter: second });
      }
      const filter = transposedFilter
        ? transposeFilter(context, geometry, second, { from: [filters, channels], turn: false })
        : { view: second, stages: [] };
      const forward = scheduleTapConvolution(context, {
        ...common,
        filter: filter.view,
        channels,
        filters,
        rows: forwardPhases(rows),
        columns: forwardPhases(columns),
        inputSize: [rows.input, columns.input],
      });
      return [...filter.stages, ...forward];
    }
    case "inputGradient": {
      const filter = transposeFilter(context, geometry, second, {
        from: [channels, outputChannels / geometry.groups],
        turn: true,
      });
      const turned = {
        image: first,
        images,
        channels: filters,
        filters: channels,
        rows: turnAxis(rows),
        columns: turnAxis(columns),
      };
      if (winogradPays(context, geometry, turned)) {
        const winograd = scheduleWinograd(context, { ...work, ...turned, filter: filter.view });
        return [...filter.stages, ...winograd];
      }
      const backward = scheduleTapConvolution(context, {
        ...common,
        filter: filter.view,
        channels: depthwise ? 1 : filters,
        filters: depthwise ? filters : channels,
        rows: inputGradientPhases(rows),
        columns: inputGradientPhases(columns),
        inputSize: [rows.output, columns.output],
      });
      return [...filter.stages, ...backward];
    }
    case "filterGradient": {
      const summed = { images, channels, filters, rows, columns };
      if (winogradPays(context, geometry, summed)) {
        const views = { image: first, gradient: second };
        return scheduleWinogradFilterGradient(context, { ...work, ...summed, ...views });
      }
      const narrow = { ...work, geometry, image: first, gradient: second };
      if (isDepthwiseFilterGradient(geometry)) {
        return scheduleDepthwiseFilterGradient(context, narrow);
      }
      if (isNarrow(geometry)) return scheduleNarrowFilterGradient(context, narrow);
      return scheduleFilterGradient(context, { ...work, geometry, image: first, gradient: second });
    }
  }
}

/** The direction of an input gradient, as that of a convolution of the result's gradient. */
function turnAxis({ input, output, before, taps }: WindowAxis): TileAxis {
  return { input: output, output: input, before: taps - 1 - before };
}

/**
 * A filter with its last two dimensions, `from` of each group, exchanged; `turn` reverses its taps,
 * in both directions.
 */
function transposeFilter(
  context: ScheduleContext,
  { window, groups }: ConvolutionGeometry,
  filter: View,
  { from: [a, b], turn }: { readonly from: readonly [number, number]; readonly turn: boolean },
): { view: View; stages: Stage[] } {
  const [rows, columns] = window;
  const taps = rows.taps * columns.taps;
  const storage = context.scratch("f32", taps * a * b * groups);
  const source: View = { storage: filter.storage, shape: [taps, a, groups, b] };
  const shape = [taps, b, groups, a];
  const tap = turn ? axis(0, -1, taps - 1) : axis(0);
  const formula = read(source, [tap, axis(3), axis(2), axis(1)]);
  const view = { storage, shape };
  return { view, stages: scheduleMap(context, { shape, stores: [{ view, formula }] }) };
}
