// Slicing as NumPy writes it, `:, 1:, ::2`, as data.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** One part of a key: a place, a range, an axis of 1 to insert, or all axes that are not named. */
export type KeyPart = number | SliceRange | "newaxis" | "...";

/** From `start` up to `stop`, which is left out; absent ends are those of the axis. */
export interface SliceRange {
  readonly start?: number | undefined;
  readonly stop?: number | undefined;
  readonly step?: number | undefined;
}

const whole = /^-?\d{1,9}$/;
const range = /^(-?\d{1,9})?:(-?\d{1,9})?(?::(-?\d{1,9})?)?$/;

const numberIn = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function partIn(text: string): KeyPart | undefined {
  if (text === "newaxis" || text === "...") return text;
  if (whole.test(text)) return Number(text);
  const found = range.exec(text);
  if (found === null) return undefined;
  const [, start, stop, step] = found;
  return { start: numberIn(start), stop: numberIn(stop), step: numberIn(step) };
}

/** The parts of a key; undefined where the text is none. */
export function parseKey(text: string): readonly KeyPart[] | undefined {
  const parts = text.split(",").map((part) => partIn(part.trim()));
  const known = parts.filter((part) => part !== undefined);
  const rests = known.filter((part) => part === "...").length;
  return known.length === parts.length && rests <= 1 ? known : undefined;
}

/** The key as text. */
export function formatKey(parts: readonly KeyPart[]): string {
  const texts = parts.map((part) => {
    if (typeof part !== "object") return String(part);
    const { start = "", stop = "", step } = part;
    return step === undefined ? `${start}:${stop}` : `${start}:${stop}:${step}`;
  });
  return texts.join(", ");
}

/** Where along one axis a slice begins, and how many elements it takes. */
interface AxisSlice {
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

/** A key for one shape: what is taken, and the shape that it has then. */
export interface ResolvedKey {
  readonly axes: readonly AxisSlice[];
  readonly shape: Shape;
}

/** @throws ShapeError where the key does not fit `shape`, takes nothing, or takes some of N. */
export function resolveKey(parts: readonly KeyPart[], shape: Shape): ResolvedKey {
  const named = parts.filter((part) => part !== "newaxis" && part !== "...").length;
  const missing = shape.length - named;
  if (missing < 0) fail(parts, shape, `at most ${shape.length} axes`);
  const rest = new Array<KeyPart>(missing).fill({});
  const at = parts.indexOf("...");
  const all = at < 0 ? [...parts, ...rest] : parts.toSpliced(at, 1, ...rest);
  const axes: AxisSlice[] = [];
  const result: number[] = [];
  for (const part of all) {
    if (part === "newaxis") {
      result.push(1);
      continue;
    }
    const taken = alongAxis(part as number | SliceRange, shape[axes.length], parts, shape);
    axes.push(taken);
    if (typeof part === "object") result.push(taken.size);
  }
  const [first] = axes;
  const isWhole = first.size === shape[0] && first.step === 1 && typeof all[0] === "object";
  if (!isWhole) fail(parts, shape, '":" first, which takes all examples');
  return { axes, shape: result };
}

function alongAxis(
  part: number | SliceRange,
  length: number,
  parts: readonly KeyPart[],
  shape: Shape,
): AxisSlice {
  const counted = (index: number) => (index < 0 ? index + length : index);
  if (typeof part === "number") {
    const start = counted(part);
    if (start < 0 || start >= length) fail(parts, shape, "places inside of the shape");
    return { start, size: 1, step: 1 };
  }
  const step = part.step ?? 1;
  if (step < 1) fail(parts, shape, "steps of at least 1 (operations.flip turns an axis round)");
  const inside = (index: number) => Math.min(Math.max(counted(index), 0), length);
  const start = inside(part.start ?? 0);
  const size = Math.ceil((inside(part.stop ?? length) - start) / step);
  if (size < 1) fail(parts, shape, "at least one element along each axis");
  return { start, size, step };
}

function fail(parts: readonly KeyPart[], shape: Shape, expected: string): never {
  throw new ShapeError({
    what: `The slice [${formatKey(parts)}] cannot be taken.`,
    expected,
    received: formatShape(shape),
  });
}
