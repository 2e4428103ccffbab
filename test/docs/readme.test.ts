// The TypeScript of README and guides runs, as it stands there, and their links lead somewhere.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "fovea-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

function snippetsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
}

function run(snippet: string, name: string) {
  const door = pathToFileURL(join(root, "src/index.ts")).href;
  const file = join(folder, `${name}.mts`);
  writeFileSync(file, snippet.replaceAll('from "fovea"', `from "${door}"`));
  const loader = import.meta.resolve("tsx");
  return spawnSync(process.execPath, ["--import", loader, file], { cwd: folder, encoding: "utf8" });
}

/** What is said on machines that have the sample of a dataset alone, and nothing else. */
const ofSample =
  /^\(node:\d+\) FoveaWarning: The dataset \S+ was not found, so its .*\n\(Use `node --trace-warnings.*\n/;

const guides = readdirSync(join(root, "docs/guide")).map((name) => `docs/guide/${name}`);

describe.each(["README.md", ...guides])("%s", (file) => {
  test.each(snippetsOf(file).map((snippet, i) => [i + 1, snippet] as const))(
    "snippet %i runs",
    (i, snippet) => {
      const { status, stderr, stdout } = run(snippet, `${basename(file)}-${i}`);
      expect(stderr.replace(ofSample, "")).toBe("");
      expect(status).toBe(0);
      expect(stdout).not.toBe("");
    },
    120_000,
  );
});

test.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...guides])(
  "links of %s lead somewhere",
  (file) => {
    const text = readFileSync(join(root, file), "utf8");
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]);
    const local = links.filter((link) => !link.startsWith("http"));
    const folder = dirname(join(root, file));
    expect(local.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  },
);
