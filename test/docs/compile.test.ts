// The TypeScript of README and guides compiles in the project of somebody who installed the package: under
// the strictest settings, and where neither the types of Node nor those of the DOM are at hand.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Project, projectWithFovea, root } from "../package/built.ts";
import { guides, snippetsOf } from "./snippets.ts";

const project: Project = projectWithFovea();
afterAll(() => project.remove());

const snippets = ["README.md", ...guides].flatMap((file) =>
  snippetsOf(file).map((text, i) => ({ name: `${basename(file, ".md")}-${i + 1}.mts`, text })),
);
/** Where snippets lie that read and write files by Node's modules: they need its types. */
const ofNode = "of-node";
mkdirSync(join(project.folder, ofNode));
for (const { name, text } of snippets) {
  const folder = text.includes('from "node:') ? join(project.folder, ofNode) : project.folder;
  writeFileSync(join(folder, name), text);
}
// Every runtime has a console, and es2022 knows none.
writeFileSync(
  join(project.folder, "console.d.ts"),
  "declare const console: { log(...values: unknown[]): void };\n",
);

/** What the compiler says to a project with these settings on top of the strict ones. */
function complaints(options: object, files: object = { exclude: [ofNode] }): string {
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    lib: ["es2022"],
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...options,
  };
  writeFileSync(
    join(project.folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, ...files }),
  );
  const tsc = join(root, "node_modules/.bin/tsc");
  return spawnSync(tsc, ["-p", project.folder], { encoding: "utf8" }).stdout;
}

test("snippets compile without the types of Node and of the DOM", () => {
  expect(complaints({ skipLibCheck: true })).toBe("");
}, 60_000);

test("the package's declarations compile, too", () => {
  expect(complaints({ skipLibCheck: false })).toBe("");
}, 60_000);

test("snippets that use Node's modules compile with its types", () => {
  const types = { types: ["node"], typeRoots: [join(root, "node_modules/@types")] };
  expect(complaints({ ...types, skipLibCheck: true }, { include: [ofNode, "console.d.ts"] })).toBe(
    "",
  );
}, 60_000);
