// `fovea lr-find` as a user meets it: suggestions, a curve, and no run folder.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { faultOf } from "../report/well-formed.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn, writeData } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

const command =
  "lr-find --data ./data --network lenet --batch-size 16 --optimizer sgd --target wasm --threads 1";

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
});

describe("lr-find", () => {
  test("suggests rates, and draws the curve", async () => {
    const { code, stdout, stderr } = await fovea(command);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const name of ["valley", "steep", "minimum", "slide"]) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\d`, "m"));
    }
    expect(stdout).toMatch(/^curve {2}lr-find\.svg$/m);
    const svg = await readFile(join(folder, "lr-find.svg"), "utf8");
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toContain("Loss by learning rate");
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  test("with --json one record holds everything, the same for the same seed", async () => {
    const options = `${command} --steps 40 --end 0.1 --out curve.svg --json`;
    const [first, second] = [await fovea(options), await fovea(options)];
    const [record] = recordsOf(first);
    expect(record.learningRates).toHaveLength(40);
    expect(record.losses).toHaveLength(40);
    expect(record.suggestions).toMatchObject({ valley: expect.any(Number) });
    expect(record.file).toBe("curve.svg");
    expect(second.stdout).toBe(first.stdout);
  });

  test.each([
    ["--out curve.png", "--out"],
    ["--start 1 --end 0.1", "--end"],
    ["--steps 5", "--steps"],
  ])("%s is refused", async (options, named) => {
    const { code, stderr } = await refusalIn(folder, `${command} ${options}`);
    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });
});
