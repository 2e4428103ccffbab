// Where a callback that writes files writes them.

import { ConfigError } from "../../core/errors.ts";
import { outlineOf } from "../../core/option.ts";

/**
 * The option `path` of `callback`; `usual` where it is left out. @throws ConfigError without one.
 */
export function pathOf(
  options: { readonly path?: string } | undefined,
  callback: string,
  usual?: string,
): string {
  // A path without its name would pass for options that are all left out.
  const isNamed = options === undefined || (typeof options === "object" && options !== null);
  const path = isNamed ? (options?.path ?? usual) : undefined;
  if (typeof path === "string" && path !== "") return path;
  throw new ConfigError({
    what: `The option path of ${callback} cannot be used.`,
    expected: `where to write, as in callbacks.${callback}({ path: "…" })`,
    received: outlineOf(isNamed ? path : options),
  });
}
