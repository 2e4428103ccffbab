// The boxes in the pictures of a folder.

import { platform } from "#platform";
import type { Objects } from "../annotated.ts";
import { classNamesOf } from "./class-names.ts";
import type { AnnotationFault, FoundAnnotations } from "./found.ts";
import type { AnnotatedImagesOptions } from "./options.ts";
import { type PictureFrame, type PlacedObject, placeObjects } from "./place-objects.ts";
import type { Targets } from "./targets.ts";

/** The boxes of each picture that can be read. */
export function boxTargets(
  found: FoundAnnotations,
  frames: readonly (PictureFrame | undefined)[],
  options: AnnotatedImagesOptions,
): Targets<Objects> {
  const classNames = classNamesOf(found, options.classNames);
  const labels = new Map(classNames.map((name, i) => [name, i]));
  const faults: AnnotationFault[] = [];
  let others = 0;
  const all = found.pictures.map((picture, row): Objects => {
    const frame = frames[row];
    if (frame === undefined) return toObjects([]);
    const placed = placeObjects(picture, frame, labels, options.orientation ?? "auto");
    for (const fault of placed.faults) faults.push(fault);
    others += placed.others;
    return toObjects(placed.objects);
  });
  const counted = (row: number) =>
    [...all[row].classes].filter((_, i) => all[row].ignored?.[i] !== 1);
  return {
    classNames,
    problems: new Map(),
    faults,
    others,
    labelsIn: (row) => [...new Set(all[row].classes)].sort((a, b) => a - b),
    objectsIn: counted,
    digestOf(row) {
      const { boxes, classes, ignored = [] } = all[row];
      const text = [boxes.data, classes, ignored].map((values) => values.join(" ")).join("\n");
      return platform.md5(new TextEncoder().encode(text));
    },
    async read(row) {
      const { boxes, classes, ignored } = all[row];
      return {
        boxes: { data: boxes.data.slice(), shape: boxes.shape },
        classes: classes.slice(),
        ...(ignored !== undefined && { ignored: ignored.slice() }),
      };
    },
  };
}

function toObjects(placed: readonly PlacedObject[]): Objects {
  const data = Float32Array.from(placed.flatMap(({ edges }) => edges));
  const isAnyIgnored = placed.some(({ isIgnored }) => isIgnored);
  return {
    boxes: { data, shape: [placed.length, 4] },
    classes: Int32Array.from(placed, ({ label }) => label),
    ...(isAnyIgnored && { ignored: Uint8Array.from(placed, ({ isIgnored }) => Number(isIgnored)) }),
  };
}
