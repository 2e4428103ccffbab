// The package goes through the bundlers that people use, for browsers and for Node, and small imports
// make small bundles.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Project, projectWithFovea } from "./built.ts";
import { type BundlerName, bundlerNames, bundlers } from "./bundlers.ts";

const project: Project = projectWithFovea();
afterAll(() => project.remove());
writeFileSync(join(project.folder, "package.json"), JSON.stringify({ type: "module" }));

function entry(name: string, text: string): string {
  writeFileSync(join(project.folder, name), text);
  return name;
}

const training = `
import { encodeModel, decodeModel, layers, sequential, tensor } from "fovea";

export async function main() {
  const x = tensor(Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 8), [16, 4]);
  const y = tensor(Float32Array.from({ length: 16 }, (_, i) => i % 2), [16, 1]);
  const model = sequential([layers.dense({ units: 1, inputShape: [4] })], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  await model.fit({ x, y }, { epochs: 2, verbose: 0 });
  const { model: again } = await decodeModel(await encodeModel(model));
  const [before, after] = [await model.predict(x), await again.predict(x)];
  return before.data.length === 16 && before.data.every((value, i) => value === after.data[i]);
}
`;
const forNode = entry("node.js", `${training}\nconsole.log(await main());\n`);
const forBrowsers = entry("browser.js", training);

describe.each(bundlerNames)("%s", (name) => {
  test("bundles for browsers", async () => {
    const options = { folder: project.folder, entry: forBrowsers, host: "browser" } as const;
    await bundlers[name](options, `${name}-browser`);
    expect(readdirSync(join(project.folder, `${name}-browser`))).toContain("main.js");
  }, 120_000);

  test("bundles for Node, where the bundle trains, saves and loads", async () => {
    const options = { folder: project.folder, entry: forNode, host: "node" } as const;
    await bundlers[name](options, `${name}-node`);
    const file = join(project.folder, `${name}-node/main.js`);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("true\n");
  }, 120_000);
});

/** Kilobytes of what is loaded at once for an import; parts that load when used do not count. */
async function kilobytesOf(bundler: BundlerName, name: string, text: string): Promise<number> {
  const options = { folder: project.folder, entry: entry(`${name}.js`, text) };
  // Where esbuild splits, it loads at once what the front door and a part that loads later have in
  // common, used or not; so it does not split here.
  await bundlers[bundler]({ ...options, host: "browser", minify: true, splitting: false }, name);
  const first = new Set<string>();
  const visit = (file: string) => {
    if (first.has(file)) return;
    first.add(file);
    const source = readFileSync(join(project.folder, name, file), "utf8");
    for (const [, , next] of source.matchAll(/(import|from)\s*["'`](\.[^"'`]+)["'`]/g)) {
      visit(join(dirname(file), next));
    }
  };
  visit("main.js");
  return (
    [...first].reduce((sum, f) => sum + statSync(join(project.folder, name, f)).size, 0) / 1024
  );
}

test("a tensor costs under 10 KiB", async () => {
  const kilobytes = await kilobytesOf("esbuild", "tensor", 'export { tensor } from "fovea";');
  expect(kilobytes).toBeLessThan(10);
});

test("layers and sequential models cost under 300 KiB", async () => {
  const text = 'export { layers, sequential } from "fovea";';
  // By Vite, the bundler that most pages are made with. It leaves what is unused out of every part, and what
  // loads later is no cost at first.
  const kilobytes = await kilobytesOf("vite", "sequential", text);
  expect(kilobytes).toBeLessThan(300);
  // The model itself is there at first: the figure is that of the whole.
  expect(kilobytes).toBeGreaterThan(100);
});

test("errors keep their names where they are minified", async () => {
  const text =
    'import { ConfigError } from "fovea"; console.log(new ConfigError({ what: "No." }).name);';
  const options = { folder: project.folder, entry: entry("error.js", text), host: "node" } as const;
  await bundlers.esbuild({ ...options, minify: true }, "error");
  const file = join(project.folder, "error/main.js");
  expect(spawnSync(process.execPath, [file], { encoding: "utf8" }).stdout).toBe("ConfigError\n");
});
