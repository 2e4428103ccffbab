// Words on a picture that can be read on any ground: black or white on a patch of the class's colour, with a thin border
// that sets it off. Labels lie inside the picture and, as far as there is room, beside each other.

import type { Color } from "../../images/channels.ts";
import type { Canvas, Rectangle } from "./canvas.ts";
import { inkOn } from "./class-colors.ts";
import { drawable, letterSize } from "./letters.ts";

/** A label before it has a place. */
export interface Label {
  readonly text: string;
  readonly color: Color;
  /** Where it may lie, for a label of this size, the best place first. */
  places(width: number, height: number): readonly (readonly [left: number, top: number])[];
}

/** The name of a class, in letters that can be drawn: those of other scripts are replaced by the class's number. */
export function classLabel(classNames: readonly string[], label: number): string {
  const name = drawable(classNames[label] ?? "");
  return name === undefined || name === "" ? `class ${label}` : name;
}

/** How large letters are on a picture: once their size up to 480 pixels of the shorter side, then more. */
export function textScale({
  height,
  width,
}: {
  readonly height: number;
  readonly width: number;
}): number {
  return Math.max(1, Math.round(Math.min(height, width) / 320));
}

/** Draws labels; those that come first get the better places. */
export function drawLabels(canvas: Canvas, labels: readonly Label[], scale: number): void {
  const taken: Rectangle[] = [];
  const placed = labels.flatMap((label) => {
    const text = shortened(label.text, canvas.width, scale);
    if (text === "") return [];
    const width = ([...text].length * letterSize.advance - 1) * scale + 2 * margin(scale);
    const height = letterSize.height * scale + 2 * margin(scale) - scale;
    const rectangles = label.places(width, height).map(([x, y]) => {
      const left = Math.max(0, Math.min(canvas.width - width, Math.round(x)));
      const top = Math.max(0, Math.min(canvas.height - height, Math.round(y)));
      return { left, top, right: left + width, bottom: top + height };
    });
    const free = rectangles.find((one) => !taken.some((other) => overlap(one, other)));
    const place = free ?? rectangles[0];
    taken.push(place);
    return { text, place, color: label.color };
  });
  // The first label ends on top.
  for (const { text, place, color } of placed.reverse()) {
    const ink = inkOn(color);
    canvas.fill(place, color);
    canvas.frame(place, 1, ink);
    canvas.text(text, place.left + margin(scale), place.top + margin(scale), scale, ink);
  }
}

const margin = (scale: number) => scale + 1;

function shortened(text: string, width: number, scale: number): string {
  const most = Math.floor((width - 2 * margin(scale) + scale) / (letterSize.advance * scale));
  const letters = [...text];
  if (letters.length <= most) return text;
  return most < 2 ? "" : [...letters.slice(0, most - 1), "…"].join("");
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
