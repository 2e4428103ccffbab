// The names of classes, as metrics and drawing take them.

import { requireOption } from "../core/option.ts";

/** @throws ConfigError unless `classNames` is undefined, or a list of texts. */
export function requireClassNames(classNames: unknown): void {
  const fits =
    classNames === undefined ||
    (Array.isArray(classNames) && classNames.every((name) => typeof name === "string"));
  requireOption("classNames", classNames, fits, "a list of texts, the name of class i at index i");
}
