// The class maps of the pictures of a folder: read from pictures of classes, or painted from polygons and codes.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { ClassMap } from "../annotated.ts";
import { classNamesOf } from "./class-names.ts";
import type { AnnotationFault, FoundAnnotations } from "./found.ts";
import type { MaskMaps } from "./mask-maps.ts";
import type { AnnotatedImagesOptions } from "./options.ts";
import { paintable, paintObjects } from "./paint-objects.ts";
import { type PictureFrame, placeObjects } from "./place-objects.ts";
import type { Targets } from "./targets.ts";

/** The most classes besides the background. */
const mostClasses = 254;

/** @throws DataError where there are too many classes. */
export function mapTargets(
  found: FoundAnnotations,
  frames: readonly (PictureFrame | undefined)[],
  masks: MaskMaps | undefined,
  options: AnnotatedImagesOptions,
): Targets<ClassMap> {
  if (masks !== undefined) return { ...masks, others: 0 };
  const classNames = classNamesOf(found, options.classNames);
  if (classNames.length > mostClasses) {
    throw new DataError({
      what: "There are too many classes for a mask.",
      expected: `at most ${mostClasses} besides the background`,
      received: String(classNames.length),
      fix: "Choose some with classNames.",
    });
  }
  const labels = new Map(classNames.map((name, i) => [name, i]));
  const faults: AnnotationFault[] = [];
  let others = 0;
  const all = found.pictures.map((picture, row) => {
    const frame = frames[row];
    if (frame === undefined) return undefined;
    const placed = placeObjects(picture, frame, labels, options.orientation ?? "auto");
    const { objects, faults: own } = paintable(picture, placed.objects);
    for (const fault of [...placed.faults, ...own]) faults.push(fault);
    others += placed.others;
    return { placed, objects, frame };
  });
  const counted = (row: number) =>
    (all[row]?.objects ?? []).filter(({ isIgnored }) => !isIgnored).map(({ label }) => label + 1);
  return {
    classNames: ["background", ...classNames],
    problems: new Map(),
    faults,
    others,
    labelsIn: (row) => [0, ...new Set(counted(row))].sort((a, b) => a - b),
    objectsIn: counted,
    digestOf(row) {
      const objects = all[row]?.objects ?? [];
      const text = JSON.stringify(
        objects.map(({ label, isIgnored, found: { polygons, runs } }) => [
          label,
          isIgnored,
          polygons,
          runs,
        ]),
      );
      return platform.md5(new TextEncoder().encode(text));
    },
    async read(row) {
      const one = all[row];
      if (one === undefined) return { data: new Uint8Array(), shape: [0, 0] };
      return paintObjects(one.objects, one.placed, one.frame);
    },
  };
}
