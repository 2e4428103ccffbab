// Node, as `#platform`.

import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Platform } from "../platform.ts";
import { crc32, gunzip, gunzipStart, md5 } from "./bytes.ts";
import { disk } from "./disk.ts";
import { files } from "./files.ts";
import { native } from "./native.ts";
import { hostProcess } from "./process.ts";
import { threads } from "./threads.ts";

const node = {
  host: "node",
  disk,
  files,
  paths: {
    join,
    dirname,
    basename: (path: string) => basename(path),
    extname,
    resolve,
    fromUrl: fileURLToPath,
  },
  threads,
  process: hostProcess,
  get output() {
    return process.stdout;
  },
  get isDumbTerminal() {
    return process.env.TERM === "dumb";
  },
  native,
  warn: (message: string) => process.emitWarning(message, "FoveaWarning"),
  // Node 20 has the switch, and reads it while it runs: docs/decisions/0003-relaxed-simd-on-node-20.md.
  allowRelaxedSimd() {
    if (process.versions.v8 === undefined) return;
    process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
  },
  md5,
  crc32,
  gunzip,
  gunzipStart,
} satisfies Platform;

/** What Fovea needs of Node. */
export const platform: Platform = node;
