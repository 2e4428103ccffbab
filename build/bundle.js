// Makes the package for Node out of the compiled files: `node build/bundle.js [code] [bundles]`, by default of dist in
// dist/node. Node takes half a millisecond for each file that it imports, and Fovea has hundreds; here a door and what it
// shares with others are a few. Bundlers for browsers get the files themselves, and keep what is used. Of src, which tests
// start in processes of their own, it makes the same without the types.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";

const code = resolve(process.argv[2] ?? "dist");
const bundles = resolve(process.argv[3] ?? `${code}/node`);
const kind = existsSync(`${code}/index.ts`) ? "ts" : "js";
const doors = [
  "index",
  "graph/index",
  "machine/index",
  "formats/index",
  "report/index",
  "cli/main",
];

await build({
  entryPoints: Object.fromEntries(doors.map((door) => [door, `${code}/${door}.${kind}`])),
  outdir: bundles,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // What Fovea depends on is installed beside it.
  packages: "external",
  // `#platform`, `#images` and `#x64`, as package.json has them for Node. A path of one's own is not a package to esbuild.
  alias: {
    "#platform": `${code}/platform/node/index.${kind}`,
    "#images": `${code}/images/node/index.${kind}`,
    "#x64": `${code}/machine/x64/index.${kind}`,
  },
  logLevel: "warning",
});
