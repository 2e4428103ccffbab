// What each point of a detector should say of an image: its targets, from the objects in it. Points near the middle of
// an object are positive, on the level that suits its size.

import type { DetectorShape, Level } from "./detector-shape.ts";

/** Objects of an image in pixels of it; a part of `Objects`. */
export interface PlacedObjects {
  /** Left, top, right and bottom of each, one after another. */
  readonly boxes: ArrayLike<number>;
  readonly classes: ArrayLike<number>;
  /** 1 where an object is neither to be found nor to be missed. */
  readonly ignored?: ArrayLike<number>;
}

/** Objects up to this many strides long are found by the points of a level. */
const longest = 8;

/** How far a positive point is from the middle of its object at most, in strides, along each axis. */
const radius = 1.5;

/** Marks classes that do not count at a point. */
const notCounted = -1;

/** An object within the image. */
interface Target {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly kind: number;
}

/** The parts of objects that lie in the image; those that have none are left out. */
function inside(
  { boxes, classes, ignored }: PlacedObjects,
  { height, width }: DetectorShape,
  isIgnored: boolean,
): Target[] {
  const within = (edge: number, most: number) => Math.min(Math.max(edge, 0), most);
  const found: Target[] = [];
  for (let i = 0; i < classes.length; i++) {
    if ((ignored?.[i] ?? 0) > 0 !== isIgnored) continue;
    const target = {
      left: within(boxes[4 * i], width),
      top: within(boxes[4 * i + 1], height),
      right: within(boxes[4 * i + 2], width),
      bottom: within(boxes[4 * i + 3], height),
      kind: classes[i],
    };
    if (target.right > target.left && target.bottom > target.top) found.push(target);
  }
  return found;
}

/** The numbers from the first to the last point whose middles lie between two edges; reversed where there are none. */
function pointsBetween(from: number, to: number, stride: number, count: number): [number, number] {
  const first = Math.max(0, Math.ceil(from / stride - 0.5));
  const last = Math.min(count - 1, Math.floor(to / stride - 0.5));
  return [first, last];
}

/** The points near the middle of a span and within it; the nearest one where there are none. */
function pointsOf(from: number, to: number, stride: number, count: number): [number, number] {
  const middle = (from + to) / 2;
  const reach = radius * stride;
  const low = Math.max(from, middle - reach);
  const high = Math.min(to, middle + reach);
  const [first, last] = pointsBetween(low, high, stride, count);
  if (first <= last) return [first, last];
  const nearest = Math.min(count - 1, Math.max(0, Math.floor(middle / stride)));
  return [nearest, nearest];
}

function levelFor({ left, top, right, bottom }: Target, levels: readonly Level[]): Level {
  const length = Math.max(right - left, bottom - top);
  return levels.find(({ stride }) => length <= longest * stride) ?? levels[levels.length - 1];
}

/**
 * Writes the targets of an image into `targets [P, 4 + classes]`: at a positive point the box and a 1 for the class,
 * elsewhere zeros. A point that several objects claim belongs to the smallest of them. Within objects that are ignored,
 * the classes of other points are −1, which does not count.
 *
 * The points of an object are those at most 1.5 strides from its middle and within it, on the first level of which 8
 * strides are as long as the object. Source: Tian et al., "FCOS: A Simple and Strong Anchor-Free Object Detector", 2020.
 */
export function writeTargets(
  objects: PlacedObjects,
  shape: DetectorShape,
  targets: Float32Array,
): void {
  const { levels, classes } = shape;
  const size = 4 + classes;
  targets.fill(0);
  for (const { left, top, right, bottom } of inside(objects, shape, true)) {
    for (const level of levels) {
      const rows = pointsBetween(top, bottom, level.stride, level.rows);
      const columns = pointsBetween(left, right, level.stride, level.columns);
      eachPoint(level, rows, columns, (point) => {
        targets.fill(notCounted, point * size + 4, (point + 1) * size);
      });
    }
  }
  const areaOf = ({ left, top, right, bottom }: Target) => (right - left) * (bottom - top);
  const wanted = inside(objects, shape, false).sort((a, b) => areaOf(b) - areaOf(a));
  for (const target of wanted) {
    const { left, top, right, bottom, kind } = target;
    const level = levelFor(target, levels);
    const rows = pointsOf(top, bottom, level.stride, level.rows);
    const columns = pointsOf(left, right, level.stride, level.columns);
    eachPoint(level, rows, columns, (point) => {
      const at = point * size;
      targets.fill(0, at, at + size);
      targets[at] = left;
      targets[at + 1] = top;
      targets[at + 2] = right;
      targets[at + 3] = bottom;
      targets[at + 4 + kind] = 1;
    });
  }
}

function eachPoint(
  { first, columns: width }: Level,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  visit: (point: number) => void,
): void {
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) visit(first + row * width + column);
  }
}
