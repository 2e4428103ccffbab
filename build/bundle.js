// Makes the package for Node out of the compiled files: `node build/bundle.js [dist]`. Node takes half a
// millisecond for each file that it imports, and Fovea has hundreds; here a door and what it shares with others
// are a few. Bundlers for browsers get the files themselves, and keep what is used.

import { resolve } from "node:path";
import { build } from "esbuild";

const dist = resolve(process.argv[2] ?? "dist");
const doors = [
  "index",
  "graph/index",
  "machine/index",
  "formats/index",
  "report/index",
  "cli/main",
];

await build({
  entryPoints: Object.fromEntries(doors.map((door) => [door, `${dist}/${door}.js`])),
  outdir: `${dist}/node`,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // What Fovea depends on is installed beside it.
  packages: "external",
  // `#platform`, `#images` and `#x64`, as package.json has them for Node. A path of one's own is not a package to esbuild.
  alias: {
    "#platform": `${dist}/platform/node/index.js`,
    "#images": `${dist}/images/node/index.js`,
    "#x64": `${dist}/machine/x64/index.js`,
  },
  logLevel: "warning",
});
