// A bundle that leaves h5wasm out, away from node_modules: the error says what is missing.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["encodeHdf5", "encodeHdf5({ attributes: {}, groups: new Map(), datasets: new Map() })"],
  ["readHdf5", "readHdf5(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), 'a.h5')"],
])("%s without h5wasm beside it says how to get it", (name, call) => {
  const file = join(folder, `${name}.mjs`);
  buildSync({
    stdin: {
      contents: `import { ${name} } from "./hdf5.ts"; await ${call}.catch((e) => console.log(e.message));`,
      resolveDir: join(import.meta.dirname, "../../src/formats"),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["h5wasm"],
    outfile: file,
  });
  const said = execFileSync(process.execPath, [file], { encoding: "utf8" });
  expect(said).toMatch(/package h5wasm[\s\S]*npm install h5wasm/);
});
