// The inside of a network as pictures: filters, feature maps of a layer, and activations through all layers.

import type { Tensor } from "../../core/tensor.ts";
import { colorsOf } from "../../explain/colors.ts";
import type { LayerFeatures } from "../../explain/inside/features.ts";
import type { LayerFilters } from "../../explain/inside/filters.ts";
import { shownPicture } from "../../explain/overlay.ts";
import { type Box, below, beside, cutLine, inRows, line, page, picture, titled } from "./boxes.ts";

/** Filters or maps that a sheet has room for. */
const mostTiles = 64;

/** Maps of one layer on the sheet of a network. */
const mapsInRow = 8;

/** Numbers around 0 as bytes: 128 is 0, and the largest reaches an end. */
function aroundZero(values: Float32Array): Uint8Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Uint8Array.from(values, (value) =>
    Math.round(127.5 + (largest > 0 ? (127.5 * value) / largest : 0)),
  );
}

/** A filter `[R, S, C]` as a picture: in colour, or the channel with the largest weights. */
function filterPicture({ data, shape }: Tensor<Float32Array>, isColour: boolean) {
  const [rows, columns, depth] = shape;
  if (isColour) return { data: aroundZero(data), shape };
  const channel = (c: number) => data.filter((_, i) => i % depth === c);
  const strength = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  let strongest = channel(0);
  for (let c = 1; c < depth; c++) {
    const other = channel(c);
    if (strength(other) > strength(strongest)) strongest = other;
  }
  return { data: aroundZero(strongest), shape: [rows, columns, 1] };
}

/**
 * The filters of a layer as an SVG file: in colour where they look at red, green and blue, else in grey. Grey is 0.
 *
 * @example await writeFile("filters.svg", filtersSvg(await explain.filters(model)));
 */
export function filtersSvg({ layer, shape, filters, isColour }: LayerFilters): string {
  const shown = filters.slice(0, mostTiles);
  const [rows, columns, depth, count] = shape;
  const tiles = shown.map((filter, k) =>
    below(
      [picture(filterPicture(filter, isColour), 72), line(String(k), { muted: true, size: 11 })],
      2,
    ),
  );
  const how = isColour
    ? "They look at red, green and blue, and are shown in these colours"
    : depth === 1
      ? "They look at one channel: white weights are above 0, black ones below"
      : `Of the ${depth} channels of each, the one with the largest weights is shown`;
  const rest = count > shown.length ? ` The first ${shown.length} are shown.` : "";
  return page({
    title: `Filters of ${layer}`,
    text: `${count} filters of ${rows} × ${columns} × ${depth}. ${how}; grey is 0.${rest}`,
    label: `${shown.length} filters of the layer ${layer}`,
    body: inRows(tiles, 8, 12),
  });
}

const viridis = colorsOf("viridis");

/** One map in colour, from its smallest number to its largest. */
function mapPicture({ data, shape }: Tensor, channel: number): Tensor<Uint8Array> {
  const [height, width, channels] = shape;
  const values = Float32Array.from(
    { length: height * width },
    (_, i) => data[i * channels + channel],
  );
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const bytes = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    const at = 3 * Math.round(255 * share);
    bytes.set(viridis.subarray(at, at + 3), 3 * i);
  });
  return { data: bytes, shape: [height, width, 3] };
}

/** Channels by the mean of their absolute values, the strongest first. */
function strongestChannels({ data, shape }: Tensor): readonly number[] {
  const channels = shape[shape.length - 1];
  const sums = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) sums[i % channels] += Math.abs(data[i]);
  return [...sums.keys()].sort((a, b) => sums[b] - sums[a] || a - b);
}

/** A picture that a model took, as bytes of 1 or 3 channels. */
function original(image: Tensor): Tensor<Uint8Array> {
  const shown = shownPicture(image);
  const [height, width, channels] = shown.shape;
  if (channels === 1 || channels === 3) return shown;
  const kept = channels > 3 ? 3 : 1;
  return {
    data: shown.data.filter((_, i) => i % channels < kept),
    shape: [height, width, kept],
  };
}

/**
 * The feature maps of a layer for a picture as an SVG file, each from its smallest number (dark) to its largest (bright).
 *
 * @example
 * const [maps] = await explain.features(model, photo, ["conv2d"]);
 * await writeFile("features.svg", featuresSvg(maps, photo));
 */
export function featuresSvg({ layer, className, result }: LayerFeatures, image: Tensor): string {
  const [height, width, channels] = result.shape;
  const shown = Array.from({ length: Math.min(channels, mostTiles) }, (_, k) => k);
  const tiles = shown.map((k) =>
    below([picture(mapPicture(result, k), 88), line(String(k), { muted: true, size: 11 })], 2),
  );
  const rest = channels > shown.length ? ` The first ${shown.length} are shown.` : "";
  return page({
    title: `Feature maps of ${layer}`,
    text:
      `${className}: ${channels} maps of ${height} × ${width}, dark where a filter does not answer and bright where it ` +
      `answers most.${rest}`,
    label: `${shown.length} feature maps of the layer ${layer}`,
    body: beside([titled("Input", picture(original(image), 176)), inRows(tiles, 8, 10)], 28, "top"),
  });
}

/**
 * What all layers make of a picture as an SVG file: for each layer the eight maps that answer most.
 *
 * @example await writeFile("network.svg", networkSvg(await explain.features(model, photo), photo));
 */
export function networkSvg(layers: readonly LayerFeatures[], image: Tensor): string {
  const rows = layers.map(({ layer, className, result }): Box => {
    const [height, width, channels] = result.shape;
    const maps = strongestChannels(result).slice(0, mapsInRow);
    const name: Box = below(
      [
        cutLine(layer, 180, { bold: true }),
        line(className, { muted: true }),
        line(`${height} × ${width} × ${channels}`, { muted: true }),
      ],
      0,
    );
    const pictures = maps.map((k) => picture(mapPicture(result, k), 72));
    return beside([{ ...name, width: 190 }, ...pictures], 10);
  });
  return page({
    title: "Through the network",
    text:
      "What each layer makes of the picture, from the first to the last: the eight maps that answer most, dark where they " +
      "do not and bright where they do. Maps become smaller, and say more about what is there than where.",
    label: `Feature maps of ${layers.length} layers`,
    body: below([titled("Input", picture(original(image), 176)), below(rows, 12)], 20),
  });
}
