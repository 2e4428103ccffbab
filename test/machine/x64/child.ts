// Runs a script in a process of its own, which may end by itself, by force, or not at all.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../../", import.meta.url).href;
const tsx = import.meta.resolve("tsx");

/** What a process left behind; `code` is null where it had to be stopped. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `script`, a module that may import from "./src/…" and "./test/…". */
export function runChild(script: string): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-child-"));
  const file = join(folder, "script.mts");
  writeFileSync(file, script.replaceAll(/"\.\/(?=src|test)/g, `"${root}`));
  const child = spawn(process.execPath, ["--import", tsx, file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true });
      resolve({ code, output });
    });
  });
}
