#!/usr/bin/env node
// Starts the command line. Its code is compiled from src/cli by `npm run build`.

import { existsSync } from "node:fs";

const main = new URL("../dist/node/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("Fovea is not built yet: run `npm run build` first.\n");
  process.exitCode = 2;
}
