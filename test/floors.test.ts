// The map of ARCHITECTURE.md, checked: a folder imports only from lower floors, and never in a circle.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const floors: Record<string, number> = {
  core: 0,
  graph: 1,
  kernel: 2,
  machine: 3,
  nn: 4,
  data: 4,
  formats: 4,
  interchange: 5,
  train: 6,
  zoo: 7,
  measure: 7,
  assess: 7,
  report: 8,
  cli: 9,
  "index.ts": 10,
};

const root = resolve(import.meta.dirname, "../src");

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The files that `file` imports; without those that only lend it types, which vanish when built. */
function importsOf(file: string, { types }: { types: boolean }): string[] {
  const source = readFileSync(file, "utf8");
  const text = types ? source : source.replaceAll(/(import|export) type [^;]*;/g, "");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) =>
    resolve(dirname(file), match[1]),
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

/** Folders in which some files still lend each other types in a circle. */
const tangled = new Set(["train", "interchange"]);

test.each([
  { what: "no file imports itself in a circle", types: false, among: files },
  {
    what: "nor do files lend each other types in one",
    types: true,
    among: files.filter((file) => !tangled.has(roomOf(file))),
  },
])("$what", ({ types, among }) => {
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
    for (const target of importsOf(file, { types }).filter((t) => among.includes(t))) {
      visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of among) visit(file, []);
  expect(circles).toEqual([]);
});
