// Where files lie beside each other, and which of them a URL means.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebUrl } from "../core/web.ts";

/** The path of the file `name` in the folder of `path`. */
export function besidePath(path: string, name: string): string {
  return join(dirname(path), name);
}

/** The path that a `file:` URL means. */
export function pathOfUrl(url: WebUrl): string {
  return fileURLToPath(url);
}
