// The map of ARCHITECTURE.md, checked: a folder imports only from lower floors, and never in a circle.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const floors: Record<string, number> = {
  core: 0,
  platform: 1,
  graph: 2,
  kernel: 3,
  machine: 4,
  nn: 5,
  formats: 5,
  images: 5,
  data: 6,
  interchange: 6,
  train: 7,
  zoo: 8,
  augment: 8,
  transfer: 8,
  explain: 8,
  measure: 8,
  assess: 8,
  compare: 9,
  vision: 9,
  report: 10,
  tasks: 11,
  cli: 12,
  "index.ts": 13,
};

const root = resolve(import.meta.dirname, "../src");

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What package.json chooses by where the package runs: Node's part and the browser's. */
const chosen: Readonly<Record<string, readonly string[]>> = {
  "#platform": ["platform/node/index.ts", "platform/browser/index.ts"],
  "#x64": ["machine/x64/index.ts", "machine/x64/unavailable.ts"],
  "#images": ["images/node/index.ts", "images/browser/index.ts"],
};

/** The files that `file` imports; without those that only lend it types, which vanish when built. */
function importsOf(file: string, { types }: { types: boolean }): string[] {
  const source = readFileSync(file, "utf8");
  const text = types ? source : source.replaceAll(/(import|export) type [^;]*;/g, "");
  return [...text.matchAll(/(?:from|import\()\s*"([.#][^"]+)"/g)].flatMap(([, name]) =>
    name.startsWith("#")
      ? chosen[name].map((part) => join(root, part))
      : resolve(dirname(file), name),
  );
}

const roomOf = (file: string) => relative(root, file).split("/")[0];
const files = filesBelow(root);

test("every folder of src/ has a floor", () => {
  expect(files.map(roomOf).filter((room) => floors[room] === undefined)).toEqual([]);
});

test("imports only go down", () => {
  const upward = files.flatMap((file) =>
    importsOf(file, { types: true })
      .filter((target) => roomOf(target) !== roomOf(file))
      .filter((target) => floors[roomOf(target)] >= floors[roomOf(file)])
      .map((target) => `${relative(root, file)} imports ${relative(root, target)}`),
  );
  expect(upward).toEqual([]);
});

test("no file imports itself in a circle, nor do files lend each other types in one", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) {
      circles.push(
        [...path.slice(path.indexOf(file)), file].map((f) => relative(root, f)).join(" > "),
      );
      return;
    }
    if (done.has(file)) return;
    for (const target of importsOf(file, { types: true })) {
      visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

/** Code alone: what comments and texts say of Node does not matter, and texts are code of workers. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, "")
    .replaceAll(/`[^`]*`/g, "``");
}

test("Node is used by src/platform/, src/images/node/ and src/cli/ alone, and import.meta with it", () => {
  const ofNode = [
    /(?:from|import|require)\s*\(?\s*["'`](?:node:[^"'`]+|fs|path|os|url|module|zlib|crypto|v8)["'`]/,
    /(?<![.\w"])process\s*[.?[]/,
    /\bBuffer\b/,
    /\bNodeJS\./,
    /\bsetImmediate\s*\(/,
    /\bimport\.meta\b/,
    /\bcreateRequire\b/,
  ];
  const ofNodeAlone = /^(platform|cli|images\/node)\//;
  const others = files.filter((file) => !ofNodeAlone.test(relative(root, file)));
  const found = others.flatMap((file) =>
    ofNode
      .map((pattern) => pattern.exec(codeOf(file))?.[0])
      .filter((use) => use !== undefined)
      .map((use) => `${relative(root, file)}: ${use}`),
  );
  expect(found).toEqual([]);
});
