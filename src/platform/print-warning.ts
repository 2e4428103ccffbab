// Where warnings go that nobody asked for.

import { platform } from "#platform";
import type { Warn } from "../core/warn.ts";

/** Node writes a warning to standard error, or hands it to `process.on("warning", …)`; a browser to its console. */
export const printWarning: Warn = (message) => platform.warn(message);
