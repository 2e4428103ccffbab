// Bundlers as people use them, each with its defaults: from an entry file to one for a browser or for
// Node.

import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import webpack from "webpack";

/** Where a bundle is to run. */
export type Host = "browser" | "node";

export interface BundleOptions {
  /** The folder of the project. */
  readonly folder: string;
  /** The entry file, within the folder. */
  readonly entry: string;
  readonly host: Host;
  readonly minify?: boolean;
  /** Whether esbuild keeps what loads later in files of its own, as the others do. Default: true. */
  readonly splitting?: boolean;
}

/** Bundles into `<folder>/<name>`, a folder whose file `main.js` is the entry. */
type Bundler = (options: BundleOptions, name: string) => Promise<void>;

export const bundlers = {
  async esbuild({ folder, entry, host, minify = false, splitting = true }, name) {
    await esbuild.build({
      entryPoints: { main: join(folder, entry) },
      outdir: join(folder, name),
      bundle: true,
      format: "esm",
      splitting,
      minify,
      platform: host,
      logLevel: "silent",
      ...(host === "node" ? { packages: "bundle", banner: { js: requireBanner } } : {}),
    });
  },
  async rollup({ folder, entry, host }, name) {
    const bundle = await rollup({
      input: join(folder, entry),
      plugins: [nodeResolve({ browser: host === "browser", preferBuiltins: host === "node" })],
      onLog: () => {},
      // Native addons and the runtime's own modules stay outside.
      external: host === "node" ? [/^node:/, "koffi"] : [],
    });
    const entryFileNames = "main.js";
    await bundle.write({ dir: join(folder, name), format: "es", entryFileNames });
    await bundle.close();
  },
  async vite({ folder, entry, host, minify = false }, name) {
    await viteBuild({
      root: folder,
      configFile: false,
      logLevel: "silent",
      build: {
        outDir: name,
        minify,
        target: "esnext",
        ...(host === "node" ? { ssr: entry } : {}),
        rollupOptions: {
          input: join(folder, entry),
          output: { entryFileNames: "main.js", format: "es" },
          preserveEntrySignatures: "strict",
          ...(host === "node" ? { external: [/^node:/, "koffi"] } : {}),
        },
      },
      ...(host === "node" ? { ssr: { noExternal: true, external: ["koffi"] } } : {}),
    });
  },
  async webpack({ folder, entry, host }, name) {
    const compiler = webpack({
      mode: "development",
      devtool: false,
      target: host === "node" ? "node20" : "web",
      context: folder,
      entry: { main: `./${entry}` },
      experiments: { outputModule: true },
      output: {
        path: join(folder, name),
        filename: "[name].js",
        module: true,
        library: { type: "module" },
      },
      ...(host === "node" ? { externals: { koffi: "import koffi" } } : {}),
    });
    await new Promise<void>((resolve, reject) => {
      compiler?.run((error, stats) => {
        compiler.close(() => {});
        if (error !== null) reject(error);
        else if (stats?.hasErrors())
          reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve();
      });
    });
  },
} as const satisfies Record<string, Bundler>;

/** What CommonJS dependencies of a bundle in ES modules call. The plain name is that of fflate, too. */
const requireBanner =
  'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);';

export type BundlerName = keyof typeof bundlers;
export const bundlerNames = Object.keys(bundlers) as readonly BundlerName[];
