// Which classes there are, and in which order.

import type { FoundAnnotations } from "./found.ts";

/** Those that were asked for, else those that files list, else those of objects in pictures to train with. */
export function classNamesOf(
  { classNames, pictures }: FoundAnnotations,
  wanted: readonly string[] | undefined,
): readonly string[] {
  if (wanted !== undefined) return wanted;
  if (classNames !== undefined) return classNames;
  const names = new Set(
    pictures.flatMap(({ objects }) => objects.map((object) => object.className)),
  );
  return [...names].sort();
}
