// The package as people install it: built into a folder of its own, from which `fovea` can be imported.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Runs a program of the project's own packages. @throws Error with what it printed where it fails. */
export function runTool(name: string, args: readonly string[]): void {
  const tool = join(root, "node_modules/.bin", name);
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** A project in a folder of its own that has installed `fovea`. */
export interface Project {
  readonly folder: string;
  /** Removes the folder. */
  remove(): void;
}

/** Builds the package from its sources, and installs it in an empty project. */
export function projectWithFovea(): Project {
  const folder = mkdtempSync(join(tmpdir(), "fovea-project-"));
  const installed = join(folder, "node_modules/fovea");
  mkdirSync(installed, { recursive: true });
  runTool("tsc", ["-p", "tsconfig.build.json", "--outDir", join(installed, "dist")]);
  const bundled = spawnSync(process.execPath, ["build/bundle.js", join(installed, "dist")], {
    cwd: root,
    encoding: "utf8",
  });
  if (bundled.status !== 0) throw new Error(`the package for Node failed:\n${bundled.stderr}`);
  for (const part of ["package.json", "assets", "bin"]) {
    cpSync(join(root, part), join(installed, part), { recursive: true });
  }
  // What Fovea depends on is found from where the package lies.
  symlinkSync(join(root, "node_modules"), join(installed, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** What a program in `folder` prints as JSON in its last line. @throws Error with what it printed where it fails. */
export function runNode<T>(folder: string, program: string): T {
  const args = ["--input-type=module", "-e", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the program failed:\n${stdout}${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as T;
}
