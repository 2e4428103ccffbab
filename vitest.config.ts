import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // What package.json says of the built package, for the sources.
  resolve: {
    alias: {
      "#platform": file("src/platform/node/index.ts"),
      "#images": file("src/images/node/index.ts"),
      "#x64": file("src/machine/x64/index.ts"),
    },
  },
  test: {
    // The same for programs that tests start elsewhere by tsx.
    env: { TSX_TSCONFIG_PATH: file("tsconfig.json") },
    globalSetup: ["test/bundled-sources.ts"],
    setupFiles: ["test/same-bytes.ts"],
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
    // Most tests keep one processor at work, or wait for another process.
    maxWorkers: "100%",
  },
});
