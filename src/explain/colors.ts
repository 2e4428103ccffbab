// Colours for maps: perceptual ones, in which equal steps look equal, and jet for those who ask for it.

import { interpolateInferno, interpolateTurbo, interpolateViridis } from "d3-scale-chromatic";

/** Red, green and blue, 0 to 255. */
type Rgb = readonly [number, number, number];

/** `rgb(1, 2, 3)` or `#010203` as three numbers. */
function parsed(text: string): Rgb {
  const decimal = text.match(/\d+/g) ?? [];
  const parts = text.startsWith("#")
    ? [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
    : decimal.map(Number);
  return [parts[0], parts[1], parts[2]];
}

/** The colours that MATLAB once had: bright bands that look like edges where there are none. */
function jet(value: number): Rgb {
  const channel = (middle: number) =>
    Math.round(255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * value - middle))));
  return [channel(3), channel(2), channel(1)];
}

/** Colour maps by name: from 0…1 to a colour. */
const colorMaps = {
  inferno: (value: number) => parsed(interpolateInferno(value)),
  viridis: (value: number) => parsed(interpolateViridis(value)),
  turbo: (value: number) => parsed(interpolateTurbo(value)),
  jet,
} as const satisfies Record<string, (value: number) => Rgb>;

/** The name of a colour map. */
export type ColorMapName = keyof typeof colorMaps;

export const colorMapNames = Object.keys(colorMaps) as readonly ColorMapName[];

/** The 256 colours of a map, one after another. */
export function colorsOf(name: ColorMapName): Uint8Array {
  const colors = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) colors.set(colorMaps[name](i / 255), 3 * i);
  return colors;
}
