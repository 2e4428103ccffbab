// What a file says of a picture, brought to the picture as it is read: upright, in its pixels, within its edges. What cannot
// be is named.

import { FoveaError } from "../../core/errors.ts";
import type { Orientation } from "../../images/orientation.ts";
import { uprightPlace, uprightSize } from "../../images/orientation.ts";
import { runLengthBox } from "../masks/run-length.ts";
import type { AnnotationFault, Edges, FoundObject, FoundPicture } from "./found.ts";

/** Rows and columns. */
export type Size = readonly [height: number, width: number];

/** What places in files refer to: the picture as it is stored, or as it is shown. */
export const orientationWishes = ["auto", "stored", "upright"] as const;
export type OrientationWish = (typeof orientationWishes)[number];

/** A picture as it is read. */
export interface PictureFrame {
  /** As it is stored. */
  readonly storedSize: Size;
  readonly orientation: Orientation;
  /** As it is read: upright, and shrunk where that was asked for. */
  readonly size: Size;
}

/** An object within its picture. */
export interface PlacedObject {
  readonly label: number;
  readonly edges: Edges;
  readonly isIgnored: boolean;
  /** As the file has it. */
  readonly found: FoundObject;
}

/** All objects of a picture. */
export interface PlacedObjects {
  readonly objects: readonly PlacedObject[];
  readonly faults: readonly AnnotationFault[];
  /** From a place in the file to one in the picture that is read. */
  readonly toPicture: ToPicture;
  /** Whether the file is about the picture as it is stored. */
  readonly isStored: boolean;
  /** Objects of classes that are not asked for. */
  readonly others: number;
}

export type ToPicture = (x: number, y: number) => [x: number, y: number];

/** Pixels by which a box may leave the picture without a word: programs differ in where they begin to count. */
const tolerance = 1;

/** The objects of `picture`; `labels` has the number of each class that counts. */
export function placeObjects(
  picture: FoundPicture,
  frame: PictureFrame,
  labels: ReadonlyMap<string, number>,
  wish: OrientationWish,
): PlacedObjects {
  const faults: AnnotationFault[] = [];
  const isStored = isStoredFrame(picture.isRelative, picture.statedSize, frame, wish);
  const toPicture = mapperOf(picture, frame, isStored, (reason) =>
    faults.push({ path: picture.source, place: "the size", reason, isRepaired: true }),
  );
  const objects: PlacedObject[] = [];
  const known = new Set<string>();
  let others = 0;
  for (const found of picture.objects) {
    const fault = (reason: string, isRepaired = false) =>
      faults.push({ path: picture.source, place: found.place, reason, isRepaired });
    const label = labels.get(found.className);
    if (label === undefined) {
      others++;
      continue;
    }
    const given = found.box ?? boundsOf(found);
    if (given === undefined) {
      fault("has neither a box nor a mask that can be read");
      continue;
    }
    const placed = placeBox(given, toPicture, frame.size);
    if (typeof placed === "string") {
      fault(placed);
      continue;
    }
    const { edges, excess } = placed;
    const key = `${label} ${edges.join(" ")}`;
    if (known.has(key)) {
      fault("is there twice");
      continue;
    }
    known.add(key);
    if (excess > tolerance) {
      fault(`leaves the picture by ${Math.round(excess)} pixels, and is cut at its edge`, true);
    }
    objects.push({ label, edges, isIgnored: found.isIgnored, found });
  }
  return { objects, faults, toPicture, isStored, others };
}

/** The box in the picture and by how many pixels it was cut, or why there is none. */
function placeBox(
  [left, top, right, bottom]: Edges,
  toPicture: ToPicture,
  [height, width]: Size,
): { readonly edges: Edges; readonly excess: number } | string {
  if (![left, top, right, bottom].every(Number.isFinite)) return "has a box that is not finite";
  if (right <= left || bottom <= top) {
    const [across, down] = [right - left, bottom - top].map(rounded);
    return `has a box without area: ${across} wide, ${down} high`;
  }
  const [ax, ay] = toPicture(left, top);
  const [bx, by] = toPicture(right, bottom);
  const whole = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)] as const;
  const edges = [
    Math.max(0, whole[0]),
    Math.max(0, whole[1]),
    Math.min(width, whole[2]),
    Math.min(height, whole[3]),
  ] as const;
  const isInside = edges[2] > edges[0] && edges[3] > edges[1];
  if (!isInside) return `lies outside of the picture of ${width} x ${height} pixels`;
  const excess = Math.max(...whole.map((edge, i) => Math.abs(edge - edges[i])));
  return { edges, excess };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** The box around a mask; undefined where there is none that can be read. */
function boundsOf({ polygons, runs }: FoundObject): Edges | undefined {
  if (polygons === undefined) {
    try {
      return runs === undefined ? undefined : runLengthBox(runs);
    } catch (error) {
      if (error instanceof FoveaError) return undefined;
      throw error;
    }
  }
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      left = Math.min(left, polygon[i]);
      right = Math.max(right, polygon[i]);
      top = Math.min(top, polygon[i + 1]);
      bottom = Math.max(bottom, polygon[i + 1]);
    }
  }
  return [left, top, right, bottom];
}

/** How places in the file become places in the picture. */
function mapperOf(
  { isRelative, statedSize }: FoundPicture,
  { storedSize, orientation, size }: PictureFrame,
  isStored: boolean,
  report: (reason: string) => void,
): ToPicture {
  const upright = uprightSize(orientation, storedSize);
  const frame = isStored ? storedSize : upright;
  const [acrossScale, downScale] = isRelative
    ? [frame[1], frame[0]]
    : correctionOf(frame, statedSize, report);
  const [toHeight, toWidth] = [size[0] / upright[0], size[1] / upright[1]];
  return (x, y) => {
    const [right, down] = [x * acrossScale, y * downScale];
    const [toX, toY] = isStored
      ? uprightPlace(orientation, storedSize, right, down)
      : [right, down];
    return [toX * toWidth, toY * toHeight];
  };
}

/** Whether places refer to the stored picture. The size that the file states decides, where it can. */
export function isStoredFrame(
  isRelative: boolean,
  statedSize: Size | undefined,
  { storedSize, orientation }: PictureFrame,
  wish: OrientationWish,
): boolean {
  if (wish !== "auto") return wish === "stored";
  const upright = uprightSize(orientation, storedSize);
  const isLike = (size: Size) =>
    statedSize !== undefined &&
    Math.abs(Math.log((statedSize[1] * size[0]) / (statedSize[0] * size[1]))) < 0.02;
  if (isLike(storedSize) !== isLike(upright)) return isLike(storedSize);
  // YOLO's own programs turn pictures first; those of COCO and VOC do not.
  return !isRelative;
}

/** A file may be of a larger or smaller copy of the picture. */
function correctionOf(
  frame: Size,
  statedSize: Size | undefined,
  report: (reason: string) => void,
): readonly [across: number, down: number] {
  if (statedSize === undefined) return [1, 1];
  const [down, across] = [frame[0] / statedSize[0], frame[1] / statedSize[1]];
  if (Math.abs(down - 1) < 0.005 && Math.abs(across - 1) < 0.005) return [1, 1];
  const text = `is ${statedSize[1]} x ${statedSize[0]}, and the picture has ${frame[1]} x ${frame[0]} pixels`;
  const isCopy = Math.abs(Math.log(down / across)) < 0.02;
  report(
    isCopy ? `${text}: places are scaled` : `${text}: places are taken as pixels of the picture`,
  );
  return isCopy ? [across, down] : [1, 1];
}
