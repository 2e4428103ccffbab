// The outlines of a mask as polygons.

import { type OptionNames, requireKnownOptions, requireNumber } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Plane, planeOf } from "./class-map.ts";

/** How `maskToPolygons` follows outlines. */
export interface MaskToPolygonsOptions {
  /**
   * How far, in pixels, a corner may lie from the outline that leaves it out (Douglas and Peucker, 1973). Default: 0, the
   * exact outline.
   */
  readonly tolerance?: number;
}

const known: OptionNames<MaskToPolygonsOptions> = { tolerance: true };

/** One closed outline. */
export interface Outline {
  /** Corners one after another: x, y, x, y, …, in pixels, 0 at the picture's own edge. */
  readonly polygon: number[];
  /** Whether it surrounds a hole in what another outline surrounds. */
  readonly isHole: boolean;
}

/**
 * The outlines of a mask `u8 [H, W]` along the edges of its pixels; what is not 0 lies inside. Pixels that touch at a
 * corner alone belong to different parts. Outer outlines turn clockwise, holes the other way. Without tolerance
 * `polygonsToMask` makes the same pixels of them, holes cut out.
 *
 * @throws ShapeError where it is no `[H, W]`, DataError where it does not consist of bytes, ConfigError where an option
 * cannot be used.
 * @example
 * const outlines = vision.maskToPolygons(mask, { tolerance: 1 });
 * const segmentation = outlines.filter(({ isHole }) => !isHole).map(({ polygon }) => polygon);
 */
export function maskToPolygons(
  mask: Tensor<Uint8Array>,
  options: MaskToPolygonsOptions = {},
): Outline[] {
  const call = "vision.maskToPolygons";
  requireKnownOptions(call, options, known, "mask, { tolerance: 1 }");
  const { tolerance = 0 } = options;
  requireNumber("tolerance", tolerance, { least: 0 });
  const plane = planeOf(call, "The mask", mask);
  const { height, width } = plane;
  const isFollowed = new Uint8Array(height * width);
  const outlines: Outline[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isTop = isInside(plane, x, y) && !isInside(plane, x, y - 1);
      if (!isTop || isFollowed[y * width + x] === 1) continue;
      const polygon = follow(plane, x, y, isFollowed);
      outlines.push({ polygon: simplified(polygon, tolerance), isHole: areaOf(polygon) < 0 });
    }
  }
  return outlines;
}

function isInside({ data, height, width }: Plane, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
}

/** Right, down, left, up: each step with what lies to its right hand, as seen from its first corner. */
const directions = [
  { x: 1, y: 0, right: [0, 0] },
  { x: 0, y: 1, right: [-1, 0] },
  { x: -1, y: 0, right: [-1, -1] },
  { x: 0, y: -1, right: [0, -1] },
] as const;

/** The corners of the outline that begins at the upper left corner of a pixel, which lies to its right hand. */
function follow(plane: Plane, startX: number, startY: number, isFollowed: Uint8Array): number[] {
  const polygon: number[] = [];
  let [x, y, heading] = [startX, startY, 0];
  do {
    if (heading === 0) isFollowed[y * plane.width + x] = 1;
    x += directions[heading].x;
    y += directions[heading].y;
    // Turning right first keeps pixels apart that touch at a corner alone.
    const turned = [1, 0, 3].map((turn) => (heading + turn) % 4);
    const next = turned.find((direction) => isEdge(plane, x, y, direction)) ?? heading;
    if (next !== heading) polygon.push(x, y);
    heading = next;
  } while (x !== startX || y !== startY || heading !== 0);
  return polygon;
}

/** Whether a step from a corner has the mask to its right hand and none to its left. */
function isEdge(plane: Plane, x: number, y: number, direction: number): boolean {
  const { right } = directions[direction];
  // What lies to the left hand of one direction lies to the right hand of the one before.
  const left = directions[(direction + 3) % 4].right;
  return isInside(plane, x + right[0], y + right[1]) && !isInside(plane, x + left[0], y + left[1]);
}

/** The area inside (the shoelace formula): above 0 where the outline turns clockwise, as y goes down. */
function areaOf(polygon: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    sum += polygon[i] * polygon[next + 1] - polygon[next] * polygon[i + 1];
  }
  return sum / 2;
}

/** Without the corners that lie within `tolerance` of the line that leaves them out. */
function simplified(polygon: number[], tolerance: number): number[] {
  const count = polygon.length / 2;
  if (tolerance === 0 || count <= 4) return polygon;
  const isKept = new Uint8Array(count + 1);
  const far = farthest(polygon, 0, count, count).at;
  // The ring is cut where it is farthest from its beginning.
  isKept[0] = isKept[far] = isKept[count] = 1;
  const open: [number, number][] = [
    [0, far],
    [far, count],
  ];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [from, to] = part;
    const { at, distance } = farthest(polygon, from, to, count);
    if (distance <= tolerance) continue;
    isKept[at] = 1;
    open.push([from, at], [at, to]);
  }
  const result = polygon.filter((_, i) => isKept[i >> 1] === 1);
  return result.length >= 6 ? result : polygon;
}

/** The corner between two others that is farthest from the line between them. */
function farthest(polygon: readonly number[], from: number, to: number, count: number) {
  const [x, y] = [polygon[2 * from], polygon[2 * from + 1]];
  const [endX, endY] = [polygon[2 * (to % count)], polygon[2 * (to % count) + 1]];
  const length = Math.hypot(endX - x, endY - y);
  let best = { at: from, distance: 0 };
  for (let i = from + 1; i < to; i++) {
    const [ax, ay] = [polygon[2 * i] - x, polygon[2 * i + 1] - y];
    const distance =
      length === 0 ? Math.hypot(ax, ay) : Math.abs(ax * (endY - y) - ay * (endX - x)) / length;
    if (distance > best.distance) best = { at: i, distance };
  }
  return best;
}
