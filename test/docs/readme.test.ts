// The TypeScript of README and guides runs as it stands there, and what documents link to and name exists:
// in the project, and in the package.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, describe, expect, inject, test } from "vitest";
import { root } from "../package/built.ts";
import { guides, linksOf, readDocument, snippetsOf } from "./snippets.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(snippet: string, name: string) {
  const file = join(folder, `${name}.mjs`);
  const source = snippet.replaceAll(/from "fovea(\/\w+)?"/g, (_, door = "") => {
    return `from "${pathToFileURL(join(inject("bundles"), door, "index.js")).href}"`;
  });
  writeFileSync(file, transformSync(source, { loader: "ts" }).code);
  return spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
}

/** What is said on machines that have the sample of a dataset alone, and nothing else. */
const ofSample =
  /^\(node:\d+\) FoveaWarning: The dataset \S+ was not found, so its .*\n\(Use `node --trace-warnings.*\n/;

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

const maps = ["ARCHITECTURE.md", "CONTRIBUTING.md"];

describe.each(["README.md", "SECURITY.md", ...maps, ...guides])("%s", (file) => {
  test("links lead somewhere", () => {
    const at = join(root, dirname(file));
    expect(linksOf(file).filter((link) => !existsSync(join(at, link)))).toEqual([]);
  });
});

/** Paths in a text, such as `src/graph/ops/`, and those of the tests in commands. */
function pathsIn(text: string): string[] {
  const named = /`((?:src|test|bench|examples|docs|assets)\/[\w./-]+)`/g;
  const commands = /npx vitest run ([^`\n]+)/g;
  return [
    ...[...text.matchAll(named)].map((match) => match[1]),
    ...[...text.matchAll(commands)].flatMap((match) => match[1].split(" ")),
  ];
}

test.each([...maps, ...guides])("%s names files that exist", (file) => {
  // What a reader is to make is called my-….
  const made = /\/my-/;
  const lost = pathsIn(readDocument(file)).filter(
    (path) => !made.test(path) && !existsSync(join(root, path)),
  );
  expect(lost).toEqual([]);
});

test("ARCHITECTURE.md maps every folder of src/", () => {
  const map = readDocument("ARCHITECTURE.md");
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.filter(({ name }) => !map.includes(`\n  ${name}/ `))).toEqual([]);
});

test("links of packed documents lead to what is packed", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const isPacked = (path: string) => packed.some((file) => file === path || file.startsWith(path));
  const documents = packed.filter((path) => path.endsWith(".md") && !path.startsWith("assets/"));
  const dead = documents.flatMap((file) =>
    linksOf(file)
      .filter((link) => !isPacked(join(dirname(file), link)))
      .map((link) => `${file}: ${link}`),
  );
  expect(dead).toEqual([]);
}, 60_000);
