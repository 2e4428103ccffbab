// What a filter gradient's tiles are and where they read: image and gradient as they lie, or copies of
// both in slices, one a tile. Floor 2.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import type { WindowAxis } from "../../graph/window.ts";
import type { KernelDraft, View } from "../draft.ts";
import { type KernelBuffer, type Position, sumPositions, timesPosition } from "../language.ts";
import { reachOf } from "./padded-image.ts";
import { type Blocks, blocksOf, type ScheduleContext, type Work } from "./schedule.ts";
import { pixelsOf, type SliceOptions, type Slices, sliceImages, slicesSize } from "./slices.ts";
import type { Tile } from "./tile.ts";

export interface FilterGradientWork extends Work {
  readonly geometry: ConvolutionGeometry;
  readonly image: View;
  /** The gradient of the result, [N, P, Q, K]. */
  readonly gradient: View;
}

/** Elements of both copies at most: 4 MiB of a thread's memory. */
const mostCopied = 1 << 20;

/** Tiles of one size: `channels` and `filters` in blocks. */
export interface Tiles {
  readonly channels: Blocks;
  readonly filters: Blocks;
}

/** Filters of a whole tile. */
export function widthOf(
  { machine }: ScheduleContext,
  { geometry }: FilterGradientWork,
  tile: Tile,
): number {
  return Math.min(geometry.outputChannels / geometry.groups, tile.vectors * machine.lanes);
}

/** The tiles that cover a group. */
export function tilesOf(context: ScheduleContext, work: FilterGradientWork, tile: Tile): Tiles[] {
  const { groups, inputChannels, outputChannels } = work.geometry;
  const filterBlocks = blocksOf(outputChannels / groups, widthOf(context, work, tile));
  return blocksOf(inputChannels / groups, tile.rows).flatMap((channels) =>
    filterBlocks.map((filters) => ({ channels, filters })),
  );
}

/** Where a tile is: its first channel and filter within the group, by number and in tiles, and its tap. */
export interface TilePlace {
  readonly group: Position;
  readonly channel: Position;
  readonly channelTile: Position;
  readonly filter: Position;
  readonly filterTile: Position;
  readonly tapRow: Position;
  readonly tapColumn: Position;
}

/** Where pixels are read: how far apart they lie, and the first one of an image, for a tile. */
export interface Source {
  readonly buffer: KernelBuffer;
  readonly perRow: number;
  readonly perPixel: number;
  readonly origin: (image: Position, place: TilePlace) => Position;
}

/** What tiles read. */
export interface Sources {
  /** As windows move over the image that is read: it may be a copy with its border. */
  readonly geometry: ConvolutionGeometry;
  readonly image: Source;
  readonly gradient: Source;
  /** The copies to make. */
  readonly slices: readonly Slices[];
}

/** Image and gradient as they lie. */
export function plainSources(draft: KernelDraft, work: FilterGradientWork): Sources {
  const { geometry } = work;
  const { window, groups, inputChannels, outputChannels } = geometry;
  const [rows, columns] = window;
  const sourceOf = (
    view: View,
    [height, width, channels]: readonly [number, number, number],
    first: (place: TilePlace) => Position,
  ): Source => ({
    buffer: draft.operand(view).buffer,
    perRow: width * channels,
    perPixel: channels,
    origin: (image, place) =>
      sumPositions(
        timesPosition(image, height * width * channels),
        timesPosition(place.group, channels / groups),
        first(place),
      ),
  });
  const image = [rows.input, columns.input, inputChannels] as const;
  const gradient = [rows.output, columns.output, outputChannels] as const;
  return {
    geometry,
    image: sourceOf(work.image, image, ({ channel }) => channel),
    gradient: sourceOf(work.gradient, gradient, ({ filter }) => filter),
    slices: [],
  };
}

/**
 * Copies in slices, where there are several taps to read them for and the copies fit: all taps then
 * see all pixels.
 */
export function slicedSources(
  context: ScheduleContext,
  draft: KernelDraft,
  work: FilterGradientWork,
  tile: Tile,
): Sources | undefined {
  const { window, groups, inputChannels, outputChannels } = work.geometry;
  const [rows, columns] = window;
  const options: Record<"image" | "gradient", SliceOptions> = {
    image: { window, channels: inputChannels, groups, width: tile.rows },
    gradient: {
      window: pixelsOf(rows.output, columns.output),
      channels: outputChannels,
      groups,
      width: widthOf(context, work, tile),
    },
  };
  const { lanes } = context.machine;
  const size = slicesSize(options.image, lanes) + slicesSize(options.gradient, lanes);
  if (rows.taps * columns.taps === 1 || size > mostCopied) return undefined;
  const image = sliceImages(draft, work.image, options.image);
  const gradient = sliceImages(draft, work.gradient, options.gradient);
  const sourceOf = (slices: Slices, tileOf: (place: TilePlace) => Position): Source => ({
    ...slices,
    origin: (_, place) => {
      const slice = sumPositions(timesPosition(place.group, slices.perGroup), tileOf(place));
      return timesPosition(slice, slices.perSlice);
    },
  });
  const inside = (axis: WindowAxis) => ({ ...axis, before: 0, input: reachOf(axis) });
  return {
    geometry: { ...work.geometry, window: [inside(rows), inside(columns)] },
    image: sourceOf(image, ({ channelTile }) => channelTile),
    gradient: sourceOf(gradient, ({ filterTile }) => filterTile),
    slices: [image, gradient],
  };
}
