// A colour for each class that stays apart from the others for every kind of colour vision.

import { requireWhole } from "../../core/option.ts";
import type { Color } from "../../images/channels.ts";

/** Okabe and Ito, "Color universal design", 2008, without black, the most different ones first. */
const hues: readonly Color[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
  [240, 228, 66],
];

/** As it is, darker and lighter. */
const tones: readonly ((part: number) => number)[] = [
  (part) => part,
  (part) => Math.round(part * 0.55),
  (part) => Math.round(255 - (255 - part) * 0.45),
];

/** The colour of class `label`. */
export function classColor(label: number): Color {
  const [red, green, blue] = hues[label % hues.length];
  const tone = tones[Math.floor(label / hues.length) % tones.length];
  return [tone(red), tone(green), tone(blue)];
}

/**
 * Colours for `count` classes, red, green, blue, each from 0 to 255: those that drawings use. The first seven are those of
 * Okabe and Ito, which every kind of colour vision tells apart; then come darker and lighter ones, and from class 21 on
 * they repeat.
 *
 * @throws ConfigError where `count` is no whole number of at least 0.
 * @example vision.classColors(2); // [[0, 114, 178], [230, 159, 0]]
 */
export function classColors(count: number): readonly Color[] {
  requireWhole("count of vision.classColors", count, 0);
  return Array.from({ length: count }, (_, label) => classColor(label));
}

/** Black or white: whichever stands out more on a colour (the relative luminance of WCAG 2). */
export function inkOn([red, green, blue]: Color): Color {
  const linear = (part: number) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.179 ? [0, 0, 0] : [255, 255, 255];
}
