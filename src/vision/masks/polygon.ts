// Polygons as masks, by the very rules of pycocotools, and where polygons cross themselves.

import { DataError } from "../../core/errors.ts";
import { requireList } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { requireSize } from "../../images/resize.ts";

/** Corners one after another: x, y, x, y, …, in pixels, 0 at the picture's own edge. It closes by itself. */
export type Polygon = ArrayLike<number>;

/** Where two sides of a polygon cross. */
export interface PolygonCrossing {
  /** The sides, each by its first corner. */
  readonly sides: readonly [number, number];
  /** Where they cross, in pixels from the left. */
  readonly x: number;
  /** Where they cross, in pixels from the top. */
  readonly y: number;
}

/** Steps along the outline in fifths of a pixel that are followed at most: more than any picture needs. */
const mostSteps = 2 ** 24;

/**
 * The pixels inside of polygons, `u8 [H, W]`: 1 inside of any of them, 0 outside. To the pixel what pycocotools makes of
 * them. Where a polygon crosses itself, what it goes round twice lies outside.
 *
 * @param polygons Each a list of x, y, x, y, …, at least three corners. What leaves the picture is cut off.
 * @param imageSize Height and width of the picture.
 * @throws DataError where a polygon has fewer than three corners, a corner is not finite or the outline is too long,
 * ConfigError where the size is none.
 * @example const mask = vision.polygonsToMask([[1, 1, 5, 1, 5, 4, 1, 4]], [6, 8]);
 */
export function polygonsToMask(
  polygons: readonly Polygon[],
  imageSize: readonly [height: number, width: number],
): Tensor<Uint8Array> {
  const call = "vision.polygonsToMask";
  requireSize("imageSize", imageSize);
  requireList(`${call}: The polygons cannot be used.`, polygons, "a list of polygons");
  const [height, width] = imageSize;
  const data = new Uint8Array(height * width);
  polygons.forEach((polygon, i) => {
    requirePolygon(call, polygon, `Polygon ${i}`);
    const crossings = crossingsOfColumns(call, polygon, height, width);
    // Column after column, each crossing changes inside and outside for all that follows.
    let isInside = false;
    for (let k = 0; k < crossings.length; k++) {
      isInside = !isInside;
      const end = k + 1 < crossings.length ? crossings[k + 1] : height * width;
      if (!isInside) continue;
      for (let at = crossings[k]; at < end; at++) {
        data[(at % height) * width + Math.floor(at / height)] = 1;
      }
    }
  });
  return { data, shape: [height, width] };
}

/** @throws DataError unless it has three corners or more, all of them finite. */
function requirePolygon(call: string, polygon: Polygon, name: string): void {
  requireList(`${call}: ${name} cannot be used.`, polygon, "a list of x, y, x, y, …");
  if (polygon.length < 6 || polygon.length % 2 !== 0) {
    throw new DataError({
      what: `${call}: ${name} is none.`,
      expected: "x and y of at least three corners: an even number of numbers, 6 or more",
      received: `${polygon.length} numbers`,
    });
  }
  for (let i = 0; i < polygon.length; i++) {
    if (Number.isFinite(polygon[i])) continue;
    throw new DataError({
      what: `${call}: Corner ${i >> 1} of ${name.toLowerCase()} is no place.`,
      expected: "finite numbers",
      received: String(polygon[i]),
    });
  }
}

/**
 * Where the outline crosses from one column of pixels to the next, as places in the mask column by column, sorted. The
 * outline is followed in fifths of a pixel, as pycocotools does, so that the pixels are the same.
 */
function crossingsOfColumns(
  call: string,
  polygon: Polygon,
  height: number,
  width: number,
): Float64Array {
  const scale = 5;
  const count = polygon.length / 2;
  const corner = (i: number) => Math.trunc(scale * polygon[i] + 0.5);
  const crossings: number[] = [];
  let steps = 0;
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  const visit = (x: number, y: number) => {
    if (x !== lastX && !Number.isNaN(lastX)) {
      const column = ((x < lastX ? x : x - 1) + 0.5) / scale - 0.5;
      const isMiddle = Number.isInteger(column) && column >= 0 && column <= width - 1;
      if (isMiddle) {
        const row = (Math.min(y, lastY) + 0.5) / scale - 0.5;
        crossings.push(column * height + Math.ceil(Math.min(height, Math.max(0, row))));
      }
    }
    [lastX, lastY] = [x, y];
  };
  for (let i = 0; i < count; i++) {
    const next = (i + 1) % count;
    const [x, y, endX, endY] = [
      corner(2 * i),
      corner(2 * i + 1),
      corner(2 * next),
      corner(2 * next + 1),
    ];
    const [across, down] = [Math.abs(endX - x), Math.abs(endY - y)];
    const length = Math.max(across, down);
    steps += length + 1;
    if (steps > mostSteps) {
      throw new DataError({
        what: `${call}: The outline of a polygon is too long.`,
        expected: `corners near a picture of ${width} x ${height} pixels`,
        received: "corners too far from each other, or too many of them",
      });
    }
    const isFlat = across >= down;
    // Each side is drawn from its left or upper end, and followed from its first corner.
    const isTurned = isFlat ? x > endX : y > endY;
    const [fromX, fromY] = isTurned ? [endX, endY] : [x, y];
    const [rise, run] = isFlat ? [endY - y, endX - x] : [endX - x, endY - y];
    const slope = run === 0 ? 0 : rise / run;
    for (let step = 0; step <= length; step++) {
      const t = isTurned ? length - step : step;
      if (isFlat) visit(fromX + t, Math.trunc(fromY + slope * t + 0.5));
      else visit(Math.trunc(fromX + slope * t + 0.5), fromY + t);
    }
  }
  return Float64Array.from(crossings).sort();
}

/**
 * Where a polygon crosses or touches itself: none where it is simple. Annotations should have none, for what such a
 * polygon encloses is not clear.
 *
 * @throws DataError where it has fewer than three corners or a corner is not finite.
 * @example vision.polygonCrossings([0, 0, 4, 4, 4, 0, 0, 4]); // [{ sides: [0, 2], x: 2, y: 2 }]
 */
export function polygonCrossings(polygon: Polygon): PolygonCrossing[] {
  requirePolygon("vision.polygonCrossings", polygon, "The polygon");
  const count = polygon.length / 2;
  const x = (i: number) => polygon[2 * (i % count)];
  const left = (i: number) => Math.min(x(i), x(i + 1));
  const right = (i: number) => Math.max(x(i), x(i + 1));
  // From the left, so that only sides that begin before another ends are compared.
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => left(a) - left(b));
  const found: PolygonCrossing[] = [];
  let open: number[] = [];
  for (const side of order) {
    open = open.filter((other) => right(other) >= left(side));
    for (const other of open) {
      const isNeighbour = (side + 1) % count === other || (other + 1) % count === side;
      const at = isNeighbour ? undefined : crossingOf(polygon, side, other);
      if (at === undefined) continue;
      const sides = [Math.min(side, other), Math.max(side, other)] as const;
      found.push({ sides, x: at[0], y: at[1] });
    }
    open.push(side);
  }
  return found.sort((a, b) => a.sides[0] - b.sides[0] || a.sides[1] - b.sides[1]);
}

/** Where two sides meet. */
function crossingOf(polygon: Polygon, a: number, b: number): [number, number] | undefined {
  const count = polygon.length / 2;
  const corner = (i: number): [number, number] => [
    polygon[2 * (i % count)],
    polygon[2 * (i % count) + 1],
  ];
  const [[ax, ay], [aEndX, aEndY]] = [corner(a), corner(a + 1)];
  const [[bx, by], [bEndX, bEndY]] = [corner(b), corner(b + 1)];
  const [ux, uy, vx, vy] = [aEndX - ax, aEndY - ay, bEndX - bx, bEndY - by];
  const turn = ux * vy - uy * vx;
  if (turn === 0) return undefined;
  const s = ((bx - ax) * vy - (by - ay) * vx) / turn;
  const t = ((bx - ax) * uy - (by - ay) * ux) / turn;
  return s >= 0 && s <= 1 && t >= 0 && t <= 1 ? [ax + s * ux, ay + s * uy] : undefined;
}
