// Objects as a class map: polygons and run-length codes, filled. Smaller objects lie on larger ones.

import { FoveaError } from "../../core/errors.ts";
import type { ClassMap } from "../annotated.ts";
import { unknownClass } from "../masks/class-map.ts";
import { polygonCrossings, polygonsToMask } from "../masks/polygon.ts";
import { decodeRunLengths, expandRunLengths } from "../masks/run-length.ts";
import type { AnnotationFault, FoundObject, FoundPicture } from "./found.ts";
import { fitMap } from "./mask-maps.ts";
import type { PictureFrame, PlacedObject, PlacedObjects, ToPicture } from "./place-objects.ts";

/** What is wrong with an object as a mask; undefined where nothing is. */
export interface MaskFault {
  readonly reason: string;
  readonly isRepaired: boolean;
}

/** The objects of a picture that can be painted, and what is wrong with them and with others. */
export function paintable({ source }: FoundPicture, placed: readonly PlacedObject[]) {
  const objects: PlacedObject[] = [];
  const faults: AnnotationFault[] = [];
  for (const object of placed) {
    const fault = maskFault(object.found);
    if (fault !== undefined) faults.push({ path: source, place: object.found.place, ...fault });
    if (fault === undefined || fault.isRepaired) objects.push(object);
  }
  return { objects, faults };
}

function maskFault({ polygons, runs }: FoundObject): MaskFault | undefined {
  if (runs !== undefined) {
    try {
      expandRunLengths(runs);
      return undefined;
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      return { reason: "has a mask whose code cannot be read", isRepaired: false };
    }
  }
  if (polygons === undefined) return { reason: "has a box and no mask", isRepaired: false };
  if (polygons.some((polygon) => polygonCrossings(polygon).length > 0)) {
    const reason = "has a polygon that crosses itself: what it goes round twice lies outside";
    return { reason, isRepaired: true };
  }
  return undefined;
}

/** The map of a picture: 0 where there is no object, else the number of its class plus 1, and 255 on ignored ones. */
export function paintObjects(
  objects: readonly PlacedObject[],
  { toPicture, isStored }: Pick<PlacedObjects, "toPicture" | "isStored">,
  frame: PictureFrame,
): ClassMap {
  const [height, width] = frame.size;
  const data = new Uint8Array(height * width);
  const areaOf = ({ edges: [left, top, right, bottom] }: PlacedObject) =>
    (right - left) * (bottom - top);
  const order = objects.toSorted(
    (a, b) => Number(b.isIgnored) - Number(a.isIgnored) || areaOf(b) - areaOf(a),
  );
  for (const { found, label, isIgnored } of order) {
    const mask = maskOf(found, toPicture, isStored, frame);
    const value = isIgnored ? unknownClass : label + 1;
    for (let i = 0; i < data.length; i++) if (mask.data[i] !== 0) data[i] = value;
  }
  return { data, shape: [height, width] };
}

function maskOf(
  { polygons = [], runs }: FoundObject,
  toPicture: ToPicture,
  isStored: boolean,
  frame: PictureFrame,
): ClassMap {
  if (runs !== undefined) return fitMap(decodeRunLengths(runs).data, runs.size, isStored, frame);
  const [height, width] = frame.size;
  // Corners that are far away are brought nearer, where they are not seen either.
  const within = (value: number, side: number) => Math.min(2 * side, Math.max(-side, value));
  const moved = polygons.map((polygon) => {
    const places: number[] = [];
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      const [x, y] = toPicture(polygon[i], polygon[i + 1]);
      places.push(within(x, width), within(y, height));
    }
    return places;
  });
  return polygonsToMask(moved, frame.size);
}
