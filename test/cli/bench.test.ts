// `fovea bench`: what it measures, what it predicts, and what it refuses.

import { beforeAll, describe, expect, test } from "vitest";
import type { StepTime } from "../../src/measure/measure-step.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
});

describe("fovea bench", () => {
  test("measures peak, convolution and both kinds of step", async () => {
    const outcome = await fovea("bench --network lenet --batch-size 8 --threads 1 --json");
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(0);
    const [record] = recordsOf(outcome);
    expect(record).toMatchObject({ network: "lenet", batchSize: 8, threads: 1 });
    expect(record.peak).toBeGreaterThan(1);
    expect(record.convolutions).toHaveLength(3);
    const steps = record.steps as StepTime[];
    expect(steps.map(({ mode }) => mode)).toEqual(["training", "inference"]);
    for (const { milliseconds, predictedMilliseconds, compileMilliseconds, stages } of steps) {
      for (const time of [milliseconds, predictedMilliseconds, compileMilliseconds]) {
        expect(time).toBeGreaterThan(0);
      }
      expect(stages).toBeUndefined();
    }
  });

  test("as tables for people, and with every kernel when asked", async () => {
    const { code, stdout } = await fovea(
      "bench --network lenet --batch-size 4 --threads 1 --profile",
    );
    expect(code).toBe(0);
    for (const text of ["GFLOP/s per thread", "filter gradient", "training", "inference"]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).toMatch(/k\d+\.filterGradient .* from /);
    expect(stdout).toMatch(
      /\d+ kernels alone [\d.]+ ms, \d+ stages alone [\d.]+ ms, the whole step/,
    );
  });

  test.each([
    ["bench --target interpreter", 'no target "interpreter"'],
    ["bench --network lenett", 'did you mean "lenet'],
    ["bench --batch-size 0", "--batch-size cannot be used"],
  ])("fovea %s is refused", async (args, what) => {
    const { code, stderr } = await refusalIn(folder, args);
    expect(stderr).toContain(what);
    expect(code).toBe(2);
  });
});
