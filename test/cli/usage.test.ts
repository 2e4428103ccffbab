// Help, wrong usage and wrong input: what the command line answers, and with which exit code.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatSummary } from "../../src/nn/format-summary.ts";
import { summarize } from "../../src/nn/summary.ts";
import { zoo } from "../../src/zoo/index.ts";
import {
  commandLineIn,
  emptyFolder,
  errorOf,
  refusalIn,
  writeData,
  writeIdx,
} from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
});

describe("help", () => {
  test("lists the commands and the exit codes", async () => {
    const { code, stdout, stderr } = await fovea("--help");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const text of ["train", "evaluate", "predict", "summary", "130", "wrong usage"]) {
      expect(stdout).toContain(text);
    }
    expect((await fovea("")).stdout).toBe(stdout);
  });

  test("of a command lists its options with defaults and choices", async () => {
    const { code, stdout } = await fovea("train --help");
    expect(code).toBe(0);
    expect(stdout).toContain("--batch-size <number>");
    expect(stdout).toContain("Default: 128, or chosen");
    expect(stdout).toContain("mnist, lenet-5");
    expect(stdout).toContain("See fovea models.");
    expect((await fovea("help train")).stdout).toBe(stdout);
  });

  test("the version is the package's", async () => {
    expect((await fovea("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("the list of datasets", () => {
  test("says what each is and whether it is here", async () => {
    const { code, stdout } = await fovea("datasets");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kmnist +70,000 {2}28x28x1 +10 +21.2 MB {2}CC BY-SA 4.0 +no$/m);
    expect(stdout).toMatch(/^red-blue .* yes$/m);
    const records = (await fovea("datasets --json")).stdout.trim().split("\n");
    expect(records.map((line) => JSON.parse(line).name)).toContain("emnist-letters");
  });

  test("fetches one by name", async () => {
    const made = await fovea("datasets red-blue");
    expect(made).toMatchObject({ code: 0, stdout: "made: 800 training and 200 test images\n" });
    const { code, stderr } = await refusalIn(folder, "datasets kmnits");
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "kmnist"?');
  });
});

describe("a summary", () => {
  test.each([80, 100, 200])("fits on a screen of %i columns", async (width) => {
    const network = await zoo.build("lenet-5");
    const lines = formatSummary(summarize(network), { width }).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toContain("(AveragePooling2D)");
    expect(lines.join("\n")).toContain("(None, 28, 28, 6)");
  });
});

describe("wrong usage ends with code 2 and says what would be right", () => {
  test.each([
    ["trian", 'no command "trian"', 'did you mean "train"'],
    ["train --epoch 3", 'no option "--epoch"', 'did you mean "--epochs"'],
    [
      "train --data fashion-mnits",
      'neither a dataset nor a folder called "fashion-mnits"',
      '"fashion-mnist"',
    ],
    ["train --target wsam", 'no target "wsam"', 'did you mean "wasm"'],
    ["train --network lenett", 'no network "lenett"', 'did you mean "lenet-5"'],
    ["train --optimizer adm", 'no optimizer "adm"', 'did you mean "adam"'],
    ["summary --network minst", 'no network "minst"', 'did you mean "mnist"'],
    ["train --batch-size 0", "--batch-size cannot be used", "of at least 1"],
    ["train --epochs 2.5", "--epochs cannot be used", "received: 2.5"],
    ["train --epochs many", "--epochs cannot be used", "received: many"],
    ["train --out --json", "--out needs a value", "before --json"],
    ["train --data ./dta", "./dta cannot be read", 'did you mean "data"'],
    ["bench --batch-size 10000000", "--batch-size cannot be used", "a smaller batch size"],
    ["bench --batch 8", 'no option "--batch"', 'did you mean "--batch-size"'],
    ["lr-find --data ./data --out none/curve.svg", "cannot be written", "there is no folder none"],
    ["report", "--run is missing", "--run <folder>"],
    ["report one two", "There is no run folder one", "check the path"],
    ["train --validation 1", "--validation cannot be used", "below 1"],
    ["train --epochs", "--epochs needs a value", "--epochs <number>"],
    ["train data", '"data" belongs to no option', "--help"],
    ["--epochs 3", "comes before a command", "train"],
    ["evaluate", "--model is missing", "--model <path>"],
    ["evaluate --model nothing.safetensors", "no such file", "Check the path"],
    ["evaluate --model data", "holds no model", "best.safetensors"],
    ["train --data no/folder", "no/folder cannot be read", "no file or folder of that name"],
  ])("fovea %s", async (args, what, hint) => {
    const { code, stderr } = await refusalIn(folder, args);
    expect(stderr).toContain(what);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  test("the process tells it on stderr, and ends with that code", async () => {
    const { code, stdout, stderr } = await fovea("trian");
    expect(stderr).toMatch(/^There is no command "trian"\.\n.*did you mean "train"\?\n$/s);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("with --json the error is one line of JSON", async () => {
    const outcome = await fovea("train --json --batch-size 0");
    expect(outcome.code).toBe(2);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(errorOf(outcome)).toEqual({
      name: "ConfigError",
      what: "The option --batch-size cannot be used.",
      expected: "a whole number of at least 1",
      received: "0",
    });
  });

  test("FOVEA_DEBUG shows where an error arose", async () => {
    const { stderr } = await fovea("trian", { env: { FOVEA_DEBUG: "1" } });
    expect(stderr).toContain("    at ");
  });
});

describe("wrong input ends with code 2 and leaves no run folder", () => {
  test("a label that the training set does not have", async () => {
    await writeData(join(folder, "label"));
    await writeIdx(
      join(folder, "label"),
      "t10k-labels-idx1-ubyte",
      new Uint8Array(60).fill(9),
      [60],
    );
    const { code, stderr } = await refusalIn(folder, "train --data ./label --out none");
    expect(stderr).toContain("whole numbers from 0 to 3");
    expect(stderr).toContain("9 at index 0");
    expect(code).toBe(2);
  });

  test("a damaged label that would leave gaps between the classes", async () => {
    await writeData(join(folder, "gap"));
    const labels = Uint8Array.from({ length: 200 }, (_, i) => (i === 17 ? 200 : i % 4));
    await writeIdx(join(folder, "gap"), "train-labels-idx1-ubyte", labels, [200]);
    const { code, stderr } = await refusalIn(folder, "train --data ./gap --out none");
    expect(stderr).toContain("200 for example 17, and no 4 anywhere");
    expect(stderr).toContain("classes.txt");
    expect(code).toBe(2);
  });

  test("a truncated file of images", async () => {
    await writeData(join(folder, "short"));
    await writeFile(join(folder, "short", "train-images-idx3-ubyte"), Uint8Array.of(0, 0, 8));
    const { code, stderr } = await refusalIn(folder, "train --data ./short --out none");
    expect(stderr).toContain("ends inside its header");
    expect(code).toBe(2);
  });

  test("images that are too small for the network, with the layer", async () => {
    await writeData(join(folder, "small"), { size: 8 });
    const { code, stderr } = await refusalIn(folder, "train --data ./small --out none");
    expect(stderr).toContain("Images [null, 8, 8, 1] do not fit");
    expect(stderr).toContain("(MaxPooling2D)");
    expect(code).toBe(2);
  });

  test("a run folder that exists", async () => {
    await mkdir(join(folder, "taken"));
    await writeFile(join(folder, "taken", "notes.txt"), "mine");
    const { code, stderr } = await refusalIn(folder, "train --data ./data --out taken");
    expect(stderr).toContain("taken already exists");
    expect(code).toBe(2);
  });

  test("a run folder that cannot be made, because a file is in its way", async () => {
    await writeFile(join(folder, "file"), "");
    const { code, stderr } = await refusalIn(folder, "train --data ./data --out file/run");
    expect(stderr).toContain("a file is in its way");
    expect(code).toBe(2);
  });
});
