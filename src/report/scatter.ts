// Points in a plane, each group with a colour and a sign of its own, so that neither alone has to tell them apart.

import * as Plot from "@observablehq/plot";
import { type MarkColor, seriesColors, textAt, tint } from "./figure.ts";
import { shorten } from "./markup.ts";
import { light } from "./palette.ts";

/** Signs; five colours and seven signs give 35 pairs. */
const symbols = ["circle", "triangle", "square", "diamond", "star", "cross", "wye"] as const;

/** How a group is drawn. */
export interface GroupSign {
  readonly color: MarkColor;
  readonly symbol: (typeof symbols)[number];
}

/** The sign of the group at `index`. */
export function signOf(index: number): GroupSign {
  return {
    color: seriesColors[index % seriesColors.length],
    symbol: symbols[index % symbols.length],
  };
}

/** The points of a group: `x`, `y`, and what is said where one is pointed at. */
export function groupMark<Point extends { readonly x: number; readonly y: number }>(
  points: readonly Point[],
  sign: GroupSign,
  options: { readonly r: number; readonly opacity?: number; readonly title: (at: Point) => string },
): Plot.Markish {
  const { color, symbol } = sign;
  const { r, opacity = 1, title } = options;
  return Plot.dot(points, {
    x: "x",
    y: "y",
    symbol,
    r,
    fill: light[color],
    fillOpacity: opacity,
    className: tint[color].fill,
    title,
  });
}

const longestName = 20;

/** Names beside their signs, from (`x`, `y`) down, `lineHeight` apart. */
export function signLegend(
  names: readonly string[],
  signs: readonly GroupSign[],
  place: { readonly x: number; readonly y: number; readonly lineHeight: number },
): { readonly texts: readonly string[]; readonly marks: Plot.PlotOptions } {
  const { x, y, lineHeight } = place;
  const texts = names.map((name, i) =>
    textAt(x + 18, y + i * lineHeight + 4, shorten(name, longestName)),
  );
  const marks: Plot.PlotOptions = {
    width: 16,
    height: Math.max(1, names.length) * lineHeight,
    margin: 0,
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, Math.max(1, names.length)], reverse: true, axis: null },
    marks: signs.map(({ color, symbol }, i) =>
      Plot.dot([{ x: 0.5, y: i + 0.5 }], {
        x: "x",
        y: "y",
        symbol,
        r: 4,
        fill: light[color],
        className: tint[color].fill,
      }),
    ),
  };
  return { texts, marks };
}
