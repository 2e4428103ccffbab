// Detections beside what is in the pictures, class by class: who overlaps whom, and who found whom.

import { DataError } from "../../core/errors.ts";
import { requireList, requireRecord } from "../../core/option.ts";
import type { Detections, Objects } from "../annotated.ts";
import { type BoxList, boxList, requirePerBox } from "../boxes/box-list.ts";
import { scoreOrder } from "../boxes/score-order.ts";
import { boxExtents, type Extents, maskExtents } from "./extents.ts";

/** What is known of one class in one picture. */
export interface ClassInPicture {
  /** `[D]`: the detections of the class, the surest first. */
  readonly scores: Float32Array;
  /** `[D]` */
  readonly areas: Float64Array;
  /** `[G]`: the areas of its objects. */
  readonly truthAreas: Float64Array;
  /** `[G]`: 1 for objects that count neither way. */
  readonly ignored: Uint8Array;
  /** `[D, G]` */
  readonly ious: Float64Array;
  /** `[D, G]`: the share of the detection that lies in the object. */
  readonly covered: Float64Array;
}

/** What became of one detection. */
export const outcome = { wrong: 0, right: 1, ignored: 2 } as const;

/** One picture, checked. */
export interface CheckedPicture {
  readonly found: BoxList;
  readonly foundClasses: Int32Array;
  readonly scores: Float32Array;
  /** The rows of `found`, the surest first. */
  readonly order: Int32Array;
  readonly there: BoxList;
  readonly thereClasses: Int32Array;
  /** `[G]`: 1 for objects that count neither way. */
  readonly ignored: Uint8Array;
  readonly extents: Extents;
  /** The rows of each class: of `found`, the surest first, and of `there`. */
  readonly foundRows: ReadonlyMap<number, readonly number[]>;
  readonly thereRows: ReadonlyMap<number, readonly number[]>;
}

/** What of detections and objects is compared. */
export type Compared = "boxes" | "masks";

/** All pictures, to be asked for one class after another. */
export class FoundObjects {
  readonly classCount: number;
  readonly pictures: readonly CheckedPicture[];

  /**
   * @param classCount Where it is not given, the classes are those that occur.
   * @param compared What has to lie on each other. Default: boxes.
   * @throws DataError where there is not one `Detections` for each `Objects`, a number is not finite or a class unknown.
   */
  constructor(
    call: string,
    detections: readonly Detections[],
    truth: readonly Objects[],
    classCount?: number,
    compared: Compared = "boxes",
  ) {
    requireList(
      `${call}: The detections cannot be used.`,
      detections,
      "a list, one for each picture",
    );
    requireList(`${call}: The truth cannot be used.`, truth, "a list, one for each picture");
    if (detections.length !== truth.length) {
      throw new DataError({
        what: `${call}: There are not as many pictures with detections as with objects.`,
        expected: `${truth.length} detections, one for each picture, also where nothing was found`,
        received: String(detections.length),
      });
    }
    let highest = -1;
    this.pictures = detections.map((one, i) => {
      const most = classCount ?? Number.POSITIVE_INFINITY;
      const picture = pictureOf(`${call}, picture ${i}`, one, truth[i], most, compared);
      for (const label of [...picture.foundRows.keys(), ...picture.thereRows.keys()]) {
        highest = Math.max(highest, label);
      }
      return picture;
    });
    this.classCount = classCount ?? highest + 1;
  }

  /** One class in the pictures that have anything of it; of each at most `most` detections. */
  ofClass(label: number, most = Number.POSITIVE_INFINITY): ClassInPicture[] {
    return this.pictures.flatMap(({ scores, extents, ignored, foundRows, thereRows }) => {
      const objects = thereRows.get(label) ?? [];
      const rows = (foundRows.get(label) ?? []).slice(0, most);
      if (objects.length === 0 && rows.length === 0) return [];
      const areas = Float64Array.from(rows, extents.foundArea);
      const truthAreas = Float64Array.from(objects, extents.thereArea);
      const ious = new Float64Array(rows.length * objects.length);
      const covered = new Float64Array(ious.length);
      for (let d = 0; d < rows.length; d++) {
        for (let g = 0; g < objects.length; g++) {
          const common = extents.common(rows[d], objects[g]);
          if (common === 0) continue;
          ious[d * objects.length + g] = common / (areas[d] + truthAreas[g] - common);
          covered[d * objects.length + g] = common / areas[d];
        }
      }
      return {
        scores: Float32Array.from(rows, (row) => scores[row]),
        areas,
        truthAreas,
        ignored: Uint8Array.from(objects, (row) => ignored[row]),
        ious,
        covered,
      };
    });
  }
}

function pictureOf(
  where: string,
  detections: Detections,
  objects: Objects,
  classCount: number,
  compared: Compared,
): CheckedPicture {
  requireRecord(
    `${where}: The detections cannot be used.`,
    detections,
    ["boxes", "classes", "scores"],
    "{ boxes, classes, scores }",
  );
  requireRecord(
    `${where}: The objects cannot be used.`,
    objects,
    ["boxes", "classes"],
    "{ boxes, classes }",
  );
  const found = boxList(where, detections.boxes, "the detections");
  const there = boxList(where, objects.boxes, "the objects");
  const { scores } = detections;
  const { ignored = new Uint8Array(there.count) } = objects;
  requirePerBox(where, "the detections' scores", scores, found.count);
  requirePerBox(where, "ignored", ignored, there.count);
  const order = scoreOrder(scores);
  const inOrder = Int32Array.from({ length: there.count }, (_, row) => row);
  requirePerBox(where, "the detections' classes", detections.classes, found.count);
  requirePerBox(where, "the objects' classes", objects.classes, there.count);
  return {
    found,
    foundClasses: detections.classes,
    scores,
    order,
    there,
    thereClasses: objects.classes,
    ignored,
    extents:
      compared === "boxes"
        ? boxExtents(found, there)
        : maskExtents(
            where,
            { name: "detections", masks: detections.masks, count: found.count },
            { name: "objects", masks: objects.masks, count: there.count },
          ),
    foundRows: rowsByClass(where, detections.classes, order, classCount),
    thereRows: rowsByClass(where, objects.classes, inOrder, classCount),
  };
}

function rowsByClass(
  where: string,
  classes: Int32Array,
  order: Int32Array,
  classCount: number,
): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const row of order) {
    const label = classes[row];
    if (!Number.isInteger(label) || label < 0 || label >= classCount) {
      throw new DataError({
        what: `${where}: The class of box ${row} is unknown.`,
        expected: Number.isFinite(classCount)
          ? `a whole number from 0 to ${classCount - 1}`
          : "a whole number of at least 0",
        received: String(label),
      });
    }
    const others = rows.get(label);
    if (others === undefined) rows.set(label, [row]);
    else others.push(row);
  }
  return rows;
}
