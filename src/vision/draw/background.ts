// What of a class map is not painted in the colour of a class: the background, and what is not known.

import { requireOption } from "../../core/option.ts";
import type { Color } from "../../images/channels.ts";
import type { Canvas } from "./canvas.ts";

const grey: Color = [128, 128, 128];

/** Grey stripes over pixel `i`, whose class is not known. */
export function stripe(canvas: Canvas, i: number): void {
  const isDark = ((i % canvas.width) + Math.floor(i / canvas.width)) % 6 < 3;
  canvas.blend(i, grey, isDark ? 0.8 : 0.2);
}

/** The class that is not painted. @throws ConfigError where `background` is no class. */
export function backgroundOf(
  classNames: readonly string[],
  background: number | null | undefined,
): number | null {
  if (background === undefined) {
    const named = classNames.findIndex((name) => name.toLowerCase() === "background");
    return named < 0 ? null : named;
  }
  const fits = background === null || (Number.isInteger(background) && background >= 0);
  requireOption("background", background, fits, "the number of a class, or null");
  return background;
}
