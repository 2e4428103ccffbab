// Documentation is where an editor shows it: on hover and in completion, read from the built declarations
// as somebody who installed the package has them.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as fovea from "../../src/index.ts";
import { type Project, projectWithFovea, root } from "../package/built.ts";
import { LanguageServer } from "./language-server.ts";

const project: Project = projectWithFovea();
const server = await LanguageServer.start(project.folder);
afterAll(() => {
  server.stop();
  project.remove();
});

const settings = { module: "nodenext", target: "es2023", strict: true, noEmit: true };
writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify({ compilerOptions: settings }));

/** What is made by name: every function of these is part of the interface. */
const groups = [
  "blocks",
  "callbacks",
  "constraints",
  "datasets",
  "initializers",
  "layers",
  "losses",
  "metrics",
  "optimizers",
  "regularizers",
  "schedules",
] as const;

const namesOf = (group: (typeof groups)[number] | "images" | "operations") =>
  Object.keys(Object.entries(fovea).find(([name]) => name === group)?.[1] ?? {});

let opened = 0;
const open = (text: string) => server.open(join(project.folder, `file-${opened++}.ts`), text);

describe.each([...groups, "images", "operations"] as const)("%s", (group) => {
  const names = namesOf(group);

  test("every function shows its documentation on hover", async () => {
    const text = `import { ${group} } from "fovea";\n${names.map((name) => `${group}.${name};\n`).join("")}`;
    const file = open(text);
    const silent: string[] = [];
    for (const name of names) {
      const shown = await file.hover(text.indexOf(`\n${group}.${name};`) + group.length + 2);
      if (shown === "") silent.push(name);
    }
    expect(silent).toEqual([]);
  });

  test("every function shows its documentation in completion", async () => {
    const text = `import { ${group} } from "fovea";\n${group}.`;
    const proposals = await open(text).completions(text.length);
    const documented = proposals.filter(({ documentation }) => documentation !== "");
    const shown = new Set(documented.map(({ label }) => label));
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe.each([...groups, "images"] as const)("%s", (group) => {
  const names = namesOf(group);

  test("every option shows its documentation", async () => {
    const silent: string[] = [];
    for (const name of names) {
      // Blocks and functions on pictures take what they are applied to before their options.
      const before = group === "blocks" || group === "images" ? "null as never, " : "";
      const text = `import { ${group} } from "fovea";\n${group}.${name}(${before}{ `;
      const options = await open(`${text} });\n`).completions(text.length, globals);
      for (const { label, documentation } of options) {
        if (documentation === "") silent.push(`${name}: ${label}`);
      }
    }
    expect(silent).toEqual([]);
  });
});

/** What is proposed everywhere: the names of the language, and what every function has. */
const globals = new Set<string>(["arguments", "caller", "prototype"]);
const empty = "const nothing: object = {";
for (const { label } of await open(`${empty} };\n`).completions(empty.length)) globals.add(label);

test("the types of options can be imported by name", () => {
  const calls = groups.flatMap((group) =>
    namesOf(group).map((name) => `Parameters<typeof fovea.${group}.${name}>`),
  );
  expect(calls.length).toBeGreaterThan(150);
  const types = ["Conv2dOptions", "Optimizer", "Schedule", "Initializer", "Loss", "Metric"];
  const file = join(project.folder, "types.ts");
  writeFileSync(file, `import type { ${types.join(", ")} } from "fovea";\nexport type {};\n`);
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = spawnSync(tsc, ["-p", project.folder], { encoding: "utf8" });
  expect(stdout).toBe("");
});
