// A machine where the binary of sharp is missing: Fovea loads, and pictures say what to install.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const fovea = pathToFileURL(join(root, "src/index.ts")).href;

/** What a program prints in a process that cannot load native libraries; each attempt is a line "loads". */
function printedWithoutBinaries(text: string): string {
  const program = `
    process.dlopen = () => { console.log("loads"); throw new Error("no such library"); };
    const { decodeImage, tensor, encodeImage } = await import(${JSON.stringify(fovea)});
    ${text}`;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

test("importing Fovea does not load sharp", () => {
  expect(printedWithoutBinaries('console.log("imported");')).toBe("imported\n");
}, 60_000);

test("a picture that is encoded or decoded names the package, and a way without it", () => {
  const printed = printedWithoutBinaries(`
    const black = tensor(new Uint8Array(3), [1, 1, 3]);
    const png = Uint8Array.from(atob("${onePixel}"), (c) => c.charCodeAt(0));
    for (const work of [encodeImage(black, "png"), decodeImage(png)]) {
      await work.catch((error) => console.log(error.name, error.message));
    }`);
  expect(printed.match(/loads/g)?.length).toBeGreaterThan(0);
  expect(printed.match(/TargetError Pictures cannot be decoded or encoded here/g)).toHaveLength(2);
  expect(printed).toContain("npm install --include=optional sharp");
  expect(printed).toContain("pass their pixels as tensors");
}, 60_000);

/** A PNG of one black pixel. */
const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC";
