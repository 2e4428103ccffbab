// Colours can be told from what is behind them: text 4.5 to 1, lines and points 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).

import { expect, test } from "vitest";
import { seriesColors } from "../../src/report/figure.ts";
import { dark, light, type Palette } from "../../src/report/palette.ts";

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** `share` of a colour over another, as browsers mix them. */
function mixed(color: string, behind: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [color, behind].map((one) => Number.parseInt(one.slice(at, at + 2), 16));
    return Math.round(share * a + (1 - share) * b)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

const palettes: readonly (readonly [string, Palette, number])[] = [
  ["light", light, 0.7],
  ["dark", dark, 0.45],
];

test.each(palettes)("in %s", (_, palette, mostOfColor) => {
  for (const behind of [palette.paper, palette.desk]) {
    for (const color of [palette.ink, palette.muted, palette.blue]) {
      expect(contrast(color, behind)).toBeGreaterThanOrEqual(4.5);
    }
    for (const color of seriesColors) {
      expect(contrast(palette[color], behind)).toBeGreaterThanOrEqual(3);
    }
  }
  for (const color of [palette.blue, palette.vermilion]) {
    expect(contrast(color, palette.paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.onColor, color)).toBeGreaterThanOrEqual(4.5);
    // The strongest cell of the matrix, and all that are weaker.
    for (let share = 0; share <= mostOfColor; share += 0.05) {
      const cell = mixed(color, palette.paper, share);
      expect(contrast(palette.ink, cell)).toBeGreaterThanOrEqual(4.5);
    }
  }
});
