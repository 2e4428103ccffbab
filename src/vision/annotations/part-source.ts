// The pictures of one part, as everything in `vision` takes them.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { AnnotatedImages } from "../annotated.ts";
import type { Pictures } from "./pictures.ts";
import type { Targets } from "./targets.ts";

/** Some of the pictures, by their numbers. */
export function partSource<Target>(
  rows: Int32Array,
  pictures: Pictures,
  targets: Targets<Target>,
  nameOf: (row: number) => string,
): AnnotatedImages<Target> {
  const at = (row: number) => {
    if (Number.isInteger(row) && row >= 0 && row < rows.length) return rows[row];
    throw new DataError({
      what: "There is no such picture.",
      expected: `a whole number from 0 to ${rows.length - 1}`,
      received: String(row),
    });
  };
  let fingerprint: string | undefined;
  return {
    count: rows.length,
    classNames: targets.classNames,
    get fingerprint() {
      fingerprint ??= platform.md5(
        new TextEncoder().encode(
          [
            pictures.recipe,
            ...targets.classNames,
            ...Array.from(
              rows,
              (row) => `${pictures.checked[row].digest} ${targets.digestOf(row)}`,
            ),
          ].join("\n"),
        ),
      );
      return fingerprint;
    },
    async read(row) {
      const [image, target] = await Promise.all([pictures.read(at(row)), targets.read(at(row))]);
      return { image, target };
    },
    target: async (row) => targets.read(at(row)),
    nameOf: (row) => nameOf(at(row)),
  };
}
