// One of COCO's annotations: where an object is.

import type { FoundObject } from "../found.ts";

/** Corners of a polygon that are read. */
const mostNumbers = 1_000_000;

/** The object that an annotation describes, or in words why it describes none. */
export function readCocoObject(
  fields: Readonly<Record<string, unknown>>,
  className: string,
  place: string,
): FoundObject | string {
  const box = boxOf(fields.bbox);
  if (typeof box === "string") return box;
  const shape = shapeOf(fields.segmentation);
  if (typeof shape === "string" && box === undefined) return shape;
  const outline = typeof shape === "string" ? {} : shape;
  const hasPlace = box !== undefined || Object.keys(outline).length > 0;
  if (!hasPlace) return "has neither a box nor a mask";
  const isIgnored = Number(fields.iscrowd) === 1;
  return { className, isIgnored, place, ...(box && { box }), ...outline };
}

/** Left, top, width and height, as edges; undefined where there are none. */
function boxOf(bbox: unknown): FoundObject["box"] | string {
  if (bbox === undefined || bbox === null || (Array.isArray(bbox) && bbox.length === 0)) {
    return undefined;
  }
  const isBox = Array.isArray(bbox) && bbox.length === 4 && bbox.every(isNumber);
  if (!isBox) return "has a box that is not four numbers";
  const [left, top, width, height] = bbox;
  return [left, top, left + width, top + height];
}

type Outline = Pick<FoundObject, "polygons" | "runs">;

/** Polygons or runs; `{}` where there are none. */
function shapeOf(segmentation: unknown): Outline | string {
  if (segmentation === undefined || segmentation === null) return {};
  if (Array.isArray(segmentation)) {
    if (segmentation.length === 0) return {};
    // One polygon may stand there by itself.
    const polygons: unknown[] = segmentation.every(isNumber) ? [segmentation] : segmentation;
    const sound = polygons.filter(isPolygon);
    return sound.length === 0 ? "has a polygon of fewer than three corners" : { polygons: sound };
  }
  if (typeof segmentation !== "object") return "has a mask that is neither a polygon nor a code";
  const { size, counts } = segmentation as { readonly size?: unknown; readonly counts?: unknown };
  const isSize = Array.isArray(size) && size.length === 2 && size.every(isNumber);
  const isCode = typeof counts === "string" || (Array.isArray(counts) && counts.every(isNumber));
  if (!isSize || !isCode) return "has a mask whose code cannot be read";
  return { runs: { size: [size[0], size[1]], counts } };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

function isPolygon(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length >= 6 &&
    value.length <= mostNumbers &&
    value.length % 2 === 0 &&
    value.every(isNumber)
  );
}
