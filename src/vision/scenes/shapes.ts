// Plane figures: circles, squares, stars. Each lies within the circle of radius 1 around 0, so that it can be turned.

import type { RandomStream } from "../../core/random.ts";
import { distinctColor } from "./colors.ts";
import type { ColoredSprite, SpriteRequest } from "./sprite.ts";

/** Whether a point belongs to a figure. */
type Figure = (x: number, y: number) => boolean;

const shapes = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= Math.SQRT1_2,
  triangle: polygon(3),
  star: polygon(5, 0.42),
  cross: (x, y) =>
    Math.min(Math.abs(x), Math.abs(y)) <= 0.28 && Math.max(Math.abs(x), Math.abs(y)) <= 0.95,
  ring: (x, y) => {
    const square = x * x + y * y;
    return square <= 1 && square >= 0.3;
  },
} as const satisfies Record<string, Figure>;

/** A figure that scenes can have. */
export type ShapeName = keyof typeof shapes;

/** All of them. */
export const shapeNames = Object.keys(shapes) as ShapeName[];

/** Points of a pixel that are looked at, in each direction. */
const samples = 4;

/** How different a figure is from what it lies on, in levels of colour. */
const contrast = 90;

/** A figure of one of the kinds in `names`, turned, stretched a little, in a colour that can be seen. */
export function shapeSprite(
  names: readonly ShapeName[],
  { random, size, avoid }: SpriteRequest,
): ColoredSprite {
  const label = random.below(names.length);
  const isInside = turned(shapes[names[label]], random);
  const color = distinctColor(random, avoid, contrast);
  const [right, down] = [0.4 * (random.uniform() - 0.5), 0.4 * (random.uniform() - 0.5)];
  const side = Math.ceil(size);
  const isCovered = (x: number, y: number) => isInside((2 * x) / side - 1, (2 * y) / side - 1);
  const corners = Uint8Array.from({ length: (side + 1) ** 2 }, (_, i) =>
    Number(isCovered(i % (side + 1), Math.floor(i / (side + 1)))),
  );
  const opacity = new Uint8Array(side * side);
  const pixels = new Uint8Array(side * side * 3);
  for (let row = 0, i = 0; row < side; row++) {
    for (let column = 0; column < side; column++, i++) {
      const corner = row * (side + 1) + column;
      const sum =
        corners[corner] +
        corners[corner + 1] +
        corners[corner + side + 1] +
        corners[corner + side + 2];
      // Only the outline is looked at closely.
      opacity[i] = sum % 4 === 0 ? (255 * sum) / 4 : 255 * coverage(isCovered, column, row);
      const light = 1 + right * (column / side - 0.5) + down * (row / side - 0.5);
      for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.min(255, color[c] * light);
    }
  }
  return { height: side, width: side, label, pixels, opacity, color };
}

/** The part of a pixel that a figure covers. */
function coverage(isCovered: Figure, column: number, row: number): number {
  let covered = 0;
  for (let k = 0; k < samples * samples; k++) {
    const x = column + ((k % samples) + 0.5) / samples;
    const y = row + (Math.floor(k / samples) + 0.5) / samples;
    if (isCovered(x, y)) covered++;
  }
  return covered / samples ** 2;
}

/** A figure that is made narrower by up to a quarter, and then turned by any angle. */
function turned(figure: Figure, random: RandomStream): Figure {
  const angle = 2 * Math.PI * random.uniform();
  const narrow = 0.75 + 0.25 * random.uniform();
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => figure((cosine * x + sine * y) / narrow, cosine * y - sine * x);
}

/** A regular polygon; with `inner`, a star whose corners lie by turns at distance 1 and `inner`. */
function polygon(points: number, inner?: number): Figure {
  const count = inner === undefined ? points : 2 * points;
  const corners = Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    const radius = inner !== undefined && i % 2 === 1 ? inner : 1;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)] as const;
  });
  return (x, y) => {
    let isInside = false;
    for (let i = 0; i < count; i++) {
      const [ax, ay] = corners[i];
      const [bx, by] = corners[(i + 1) % count];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) isInside = !isInside;
    }
    return isInside;
  };
}
