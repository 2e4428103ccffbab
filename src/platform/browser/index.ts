// A browser, as `#platform`. Files lie in the page's own file system, threads are workers, and what is shown goes to
// the console.

import { crc32 } from "../../core/crc32.ts";
import type { Platform } from "../platform.ts";
import { consoleStream } from "./console-stream.ts";
import { disk, files } from "./disk.ts";
import { md5 } from "./md5.ts";
import { paths } from "./paths.ts";
import { threads } from "./threads.ts";

const browser = {
  host: "browser",
  disk,
  files,
  paths,
  threads,
  process: {
    // Pages that write the same file at once are told apart by it.
    id: Math.floor(Math.random() * 2 ** 31),
    computer: "browser",
    started: Date.now(),
    // Whether another page is there is not known: what it left goes after a day.
    isRunning: () => true,
    onExit: () => () => {},
  },
  output: consoleStream((line) => console.log(line)),
  isDumbTerminal: true,
  native: undefined,
  warn: (message: string) => console.warn(`FoveaWarning: ${message}`),
  allowRelaxedSimd: () => {},
  md5,
  crc32,
  // The library is loaded when something has to be unpacked.
  async gunzip(bytes: Uint8Array, limit: number) {
    return (await import("./gunzip.ts")).gunzip(bytes, limit);
  },
  async gunzipStart(bytes: Uint8Array) {
    return (await import("./gunzip.ts")).gunzipStart(bytes);
  },
} satisfies Platform;

/** What Fovea needs of a browser. */
export const platform: Platform = browser;
