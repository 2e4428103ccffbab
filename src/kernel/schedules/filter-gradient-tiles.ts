// What a filter gradient's tiles are and where they read: image and gradient as they lie, an image with
// its border, or copies of both in slices, one a tile.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import type { WindowAxis } from "../../graph/window.ts";
import type { KernelDraft, View } from "../draft.ts";
import { type KernelBuffer, type Position, sumPositions, timesPosition } from "../language.ts";
import { hasBorder, paddedSize, padImages, reachOf } from "./padded-image.ts";
import { type Blocks, blocksOf, type ScheduleContext, type Work } from "./schedule.ts";
import { pixelsOf, type SliceOptions, type Slices, sliceImages, slicesSize } from "./slices.ts";
import type { Tile } from "./tile.ts";

export interface FilterGradientWork extends Work {
  readonly geometry: ConvolutionGeometry;
  readonly image: View;
  /** The gradient of the result, [N, P, Q, K]. */
  readonly gradient: View;
}

/** Elements of all copies at most: 4 MiB of a thread's memory. */
const mostCopied = 1 << 20;
/**
 * Slices pay where copying them takes up to this share of the time that all products take: less, where what is
 * read next can be asked for ahead.
 */
const worthCopying = { waiting: 1 / 40, ahead: 1 / 80 };

/** Tiles of one size: `channels` and `filters` in blocks; and how many tiles of a group are before them. */
export interface Tiles {
  readonly channels: Blocks;
  readonly filters: Blocks;
  readonly before: number;
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
  let before = 0;
  return blocksOf(inputChannels / groups, tile.rows).flatMap((channels) =>
    filterBlocks.map((filters) => {
      const tiles = { channels, filters, before };
      before += tileCount(tiles);
      return tiles;
    }),
  );
}

export function tileCount({ channels, filters }: Omit<Tiles, "before">): number {
  return channels.count * filters.count;
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
  /** Elements of an image, and of what a row of the result moves by; a copy says neither. */
  readonly inPlace?: { readonly perImage: number; readonly perResultRow: number };
  readonly origin: (image: Position, place: TilePlace) => Position;
}

/** What tiles read. */
export interface Sources {
  /** As windows move over the image that is read: it may be a copy with its border. */
  readonly geometry: ConvolutionGeometry;
  readonly image: Source;
  readonly gradient: Source;
  /** Begins what `fill` goes on with. */
  readonly clear?: () => void;
  /** Makes the copies that an image's tiles read. */
  readonly fill?: (image: Position) => void;
}

/** Image and gradient as they lie. */
export function plainSources(draft: KernelDraft, work: FilterGradientWork): Sources {
  const { geometry } = work;
  const { window, groups, inputChannels, outputChannels } = geometry;
  const [rows, columns] = window;
  const sourceOf = (
    view: View,
    [height, width, channels]: readonly [number, number, number],
    stride: number,
    first: (place: TilePlace) => Position,
  ): Source => ({
    buffer: draft.operand(view).buffer,
    perRow: width * channels,
    perPixel: channels,
    inPlace: {
      perImage: height * width * channels,
      perResultRow: stride * width * channels,
    },
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
    image: sourceOf(work.image, image, rows.stride, ({ channel }) => channel),
    gradient: sourceOf(work.gradient, gradient, 1, ({ filter }) => filter),
  };
}

/** What is read for several images: copies where they pay, so that all taps see all pixels. */
export function sourcesOf(
  context: ScheduleContext,
  draft: KernelDraft,
  work: FilterGradientWork,
  tile: Tile,
): Sources {
  return (
    slicedSources(context, draft, work, tile) ??
    paddedSources(draft, work) ??
    plainSources(draft, work)
  );
}

/** The geometry of windows that see only what exists. */
function insideGeometry(geometry: ConvolutionGeometry): ConvolutionGeometry {
  const [rows, columns] = geometry.window;
  const inside = (axis: WindowAxis) => ({ ...axis, before: 0, input: reachOf(axis) });
  return { ...geometry, window: [inside(rows), inside(columns)] };
}

/** The image with its border, where it has one. */
function paddedSources(draft: KernelDraft, work: FilterGradientWork): Sources | undefined {
  const { window, groups, inputChannels } = work.geometry;
  const fits = paddedSize(window, inputChannels) <= mostCopied;
  if (!hasBorder(window) || !fits) return undefined;
  const { padded, fill } = padImages(draft, work.image, window, inputChannels);
  const origin = (_: Position, { group, channel }: TilePlace) =>
    sumPositions(timesPosition(group, inputChannels / groups), channel);
  const { buffer, perRow } = padded;
  return {
    ...plainSources(draft, work),
    geometry: insideGeometry(work.geometry),
    image: { buffer, perRow, perPixel: inputChannels, origin },
    fill,
  };
}

/** Copies in slices, where they fit and are read often enough. */
function slicedSources(
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
  const { lanes, prefetches } = context.machine;
  const worth = prefetches ? worthCopying.ahead : worthCopying.waiting;
  const size = slicesSize(options.image, lanes) + slicesSize(options.gradient, lanes);
  const vectors = Math.ceil(outputChannels / groups / lanes);
  const products =
    rows.output * rows.taps * columns.output * columns.taps * inputChannels * vectors;
  const perCycle = 2;
  if (size > mostCopied || size / lanes > (worth * products) / perCycle) return undefined;
  const image = sliceImages(draft, work.image, options.image);
  const gradient = sliceImages(draft, work.gradient, options.gradient);
  const sourceOf = (slices: Slices, tileOf: (place: TilePlace) => Position): Source => ({
    ...slices,
    origin: (_, place) => {
      const slice = sumPositions(timesPosition(place.group, slices.perGroup), tileOf(place));
      return timesPosition(slice, slices.perSlice);
    },
  });
  return {
    geometry: insideGeometry(work.geometry),
    image: sourceOf(image, ({ channelTile }) => channelTile),
    gradient: sourceOf(gradient, ({ filterTile }) => filterTile),
    clear: () => {
      image.clear();
      gradient.clear();
    },
    fill: (at) => {
      image.fill(at);
      gradient.fill(at);
    },
  };
}
