// A plot as a part of a figure. Knows Plot, and nothing of what is plotted.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A plot whose upper left corner is at (`x`, `y`), as a part of a figure. */
export function plotAt(x: number, y: number, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html><body></body></html>");
  const plot = Plot.plot({ ...options, document });
  plot.querySelector("style")?.remove();
  for (const name of ["class", "font-family", "fill"]) plot.removeAttribute(name);
  // The figure as a whole is an image with a label of its own: its parts have no role that a label may name.
  for (const part of plot.querySelectorAll("[aria-label]")) {
    part.setAttribute("data-part", part.getAttribute("aria-label") ?? "");
    part.removeAttribute("aria-label");
  }
  plot.setAttribute("font-size", "12");
  plot.setAttribute("x", String(x));
  plot.setAttribute("y", String(y));
  return `${plot.outerHTML}\n`;
}
