// `fovea train` where things go wrong around it: readers that leave, full disks, signals, other writers, other data,
// checkpoints that are behind. Nothing that was learnt is lost.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import {
  commandLineIn,
  emptyFolder,
  main,
  recordsOf,
  refusalIn,
  writeData,
} from "./command-line.ts";

// Each of these tests starts several processes, one after the other.
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

const withFigures =
  "train --data ./data --network lenet --batch-size 16 --schedule constant --target wasm --threads 1";
const lenet = `${withFigures} --figures no`;

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"), { train: 100, test: 20 });
  await writeData(join(folder, "long"), { train: 3000 });
  await fovea(`${withFigures} --epochs 3 --quiet --out base`);
}, 120_000);

const fileIn = (...parts: string[]) => join(folder, ...parts);
const textIn = (...parts: string[]) => readFile(fileIn(...parts), "utf8");
const copyOf = async (name: string) => {
  await cp(fileIn("base"), fileIn(name), { recursive: true });
};

async function stateIn(...parts: string[]) {
  const path = fileIn(...parts);
  const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
  return { tensors, description: JSON.parse(metadata.fovea) };
}

const epochsIn = async (...parts: string[]) =>
  (await stateIn(...parts)).description.progress.epochs;

/** Runs a line of the shell in the folder, where `fovea` is the command line; gives the status of each part. */
function shell(line: string): Promise<{ readonly codes: string; readonly stderr: string }> {
  const command = `'${process.execPath}' '${main}'`;
  const script = `fovea() { ${command} "$@"; }\n${line}; echo "codes \${PIPESTATUS[@]}" >&2`;
  const child = spawn("bash", ["-c", script], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((done) => {
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("close", () => done({ stderr, codes: /codes (.*)/.exec(stderr)?.[1] ?? "" }));
  });
}

describe("an output that goes away", () => {
  test("because its reader has seen enough does not end training", async () => {
    const { codes } = await shell(
      `${lenet.replace("train", "fovea train")} --epochs 2 --out read | head -1`,
    );
    expect(codes).toBe("0 0");
    expect(await epochsIn("read/last.safetensors")).toBe(2);
    expect(await textIn("read/report.html")).toContain("Standard output was closed during the run");
    expect((await readdir(fileIn("read"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.runIf(existsSync("/dev/full"))(
    "because its disk is full is told at the end, with code 1",
    async () => {
      const line = `${lenet.replace("train", "fovea train")} --epochs 1 --out full > /dev/full`;
      const { codes, stderr } = await shell(line);
      expect(codes).toBe("1");
      expect(stderr).toContain("its output could not be written");
      expect(stderr).not.toContain("    at ");
      expect(existsSync(fileIn("full/report.html"))).toBe(true);
    },
  );

  test.each(["2>&-", ...(existsSync("/dev/full") ? ["2>/dev/full"] : [])])(
    "does not change the code of a command that fails: %s",
    async (closed) => {
      await shell(`fovea evaluate --model nowhere ${closed}; echo $? > code`);
      expect((await textIn("code")).trim()).toBe("2");
    },
  );
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGHUP"] as const)(
    "%s ends a run saved, with code 130",
    async (signal) => {
      const long = lenet.replace("./data", "./long");
      const { code } = await fovea(`${long} --epochs 9 --json --out ${signal}`, {
        onLine: (line, child) => {
          if (JSON.parse(line).event === "epoch") child.kill(signal);
        },
      });
      expect(code).toBe(130);
      const { progress } = (await stateIn(signal, "last.safetensors")).description;
      expect(progress.iterations).toBeGreaterThan(0);
      expect(existsSync(fileIn(signal, "report.html"))).toBe(true);
      expect(existsSync(fileIn(signal, "run.lock"))).toBe(false);
    },
  );

  test("Ctrl-C while the output goes away as well ends a run saved, with code 130", async () => {
    const long = lenet.replace("./data", "./long");
    const { code } = await fovea(`${long} --epochs 9 --json --out both`, {
      onLine: (line, child) => {
        if (JSON.parse(line).event !== "epoch") return;
        child.stdout?.destroy();
        child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
    expect(existsSync(fileIn("both/report.html"))).toBe(true);
  });
});

describe("a run that is complete", () => {
  test("has its ending made again by --resume", async () => {
    await copyOf("complete");
    const before = await readFile(fileIn("complete/last.safetensors"));
    const history = await textIn("complete/history.csv");
    for (const name of ["report.html", "curves.svg", "confusion-matrix.svg"]) {
      await rm(fileIn("complete", name));
    }
    await writeFile(fileIn("complete/history.csv"), history.split("\n").slice(0, -2).join("\n"));
    const { code, stdout } = await fovea("train --resume complete");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "All 3 epochs of the run are done, so only its report is written again",
    );
    expect(stdout).toContain("Use --epochs 8 to train longer");
    expect((await readdir(fileIn("complete"))).sort()).toEqual(
      (await readdir(fileIn("base"))).sort(),
    );
    expect(await textIn("complete/history.csv")).toBe(history);
    expect(await readFile(fileIn("complete/last.safetensors"))).toEqual(before);
  });
});

test("fovea report makes the report of a run again, and changes no model", async () => {
  await copyOf("again");
  for (const name of ["report.html", "curves.svg", "confusion-matrix.svg", "history.csv"]) {
    await rm(fileIn("again", name));
  }
  const { code, stdout } = await fovea("report again");
  expect(stdout).toContain("test accuracy");
  expect(code).toBe(0);
  expect((await readdir(fileIn("again"))).sort()).toEqual((await readdir(fileIn("base"))).sort());
  for (const name of ["last.safetensors", "best.safetensors", "history.csv", "args.json"]) {
    expect(await readFile(fileIn("again", name))).toEqual(await readFile(fileIn("base", name)));
  }
  const refused = await refusalIn(folder, "report nowhere");
  expect(refused.stderr).toContain("There is no run folder nowhere");
  expect(refused.code).toBe(2);
});

describe("a checkpoint that is behind its folder", () => {
  test("goes on in a new folder, and the run stays as it is", async () => {
    await copyOf("ahead");
    await fovea("train --resume ahead --epochs 2 --quiet");
    await fovea(`${lenet} --epochs 1 --quiet --out early`);
    await cp(fileIn("early/last.safetensors"), fileIn("ahead/epoch-1.safetensors"));
    const before = await readFile(fileIn("ahead/last.safetensors"));
    const { code, stdout } = await fovea("train --resume ahead/epoch-1.safetensors --epochs 3");
    expect(code).toBe(0);
    expect(stdout).toContain("run     ahead-2");
    expect(await readFile(fileIn("ahead/last.safetensors"))).toEqual(before);
    expect((await stateIn("ahead-2/last.safetensors")).tensors).toEqual(
      (await stateIn("base/last.safetensors")).tensors,
    );
    expect(await textIn("ahead-2/history.csv")).toBe(await textIn("base/history.csv"));
    const args = JSON.parse(await textIn("ahead-2/args.json"));
    expect(args.resumedFrom).toBe(fileIn("ahead/epoch-1.safetensors"));
  });

  test("goes on in the folder that --out names", async () => {
    await copyOf("front");
    await fovea(`${lenet} --epochs 1 --quiet --out first`);
    await cp(fileIn("first/last.safetensors"), fileIn("front/epoch-1.safetensors"));
    const line = "train --resume front/epoch-1.safetensors --epochs 2 --quiet --out fork";
    expect((await fovea(line)).code).toBe(0);
    expect(await epochsIn("fork/last.safetensors")).toBe(2);
    expect(await epochsIn("front/last.safetensors")).toBe(3);
  });
});

describe("best.safetensors", () => {
  test("is made anew where a kill left it behind the last epoch", async () => {
    await copyOf("stale");
    const { description } = await stateIn("stale/best.safetensors");
    await rm(fileIn("stale/best.safetensors"));
    await fovea("train --resume stale --quiet");
    if (description.progress.epochs === 3) {
      expect(await epochsIn("stale/best.safetensors")).toBe(3);
    } else {
      expect(existsSync(fileIn("stale/best.safetensors"))).toBe(false);
    }
  });
});

describe("a run folder that another process writes into", () => {
  test("is refused", async () => {
    await copyOf("locked");
    const waiting = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    const lock = { process: waiting.pid, host: hostname(), since: "2026-01-01T00:00:00.000Z" };
    await writeFile(fileIn("locked/run.lock"), JSON.stringify(lock));
    const { code, stderr } = await refusalIn(folder, "train --resume locked --epochs 4");
    waiting.kill();
    expect(stderr).toContain("Another process is writing into the run folder locked");
    expect(stderr).toContain(`process ${waiting.pid} on ${hostname()}`);
    expect(code).toBe(2);
    expect(await epochsIn("locked/last.safetensors")).toBe(3);
  });

  test.each([
    ["that has ended", { process: 2 ** 22 + 1, host: hostname() }],
    ["whose number has another one now", { process: process.ppid, host: hostname(), begun: "1" }],
    ["that was killed in the middle of locking", undefined],
  ])("is taken over from one %s", async (_, holder) => {
    const name = `stale-${holder?.process ?? "half"}`;
    await copyOf(name);
    const text = holder === undefined ? '{"pro' : JSON.stringify({ ...holder, since: "" });
    await writeFile(fileIn(name, "run.lock"), text);
    const { code } = await fovea(`train --resume ${name} --quiet`);
    expect(code).toBe(0);
    expect(existsSync(fileIn(name, "run.lock"))).toBe(false);
  });
});

describe("the images of a run", () => {
  test("are found from any folder", async () => {
    await copyOf("moved");
    await mkdir(fileIn("elsewhere"));
    const { code } = await commandLineIn(fileIn("elsewhere"))(
      "train --resume ../moved --epochs 4 --quiet",
    );
    expect(code).toBe(0);
  });

  test("must be those that it began with, unless --data is typed again", async () => {
    await writeData(fileIn("swapped"), { train: 100, test: 20 });
    await fovea(`${lenet.replace("./data", "./swapped")} --epochs 1 --quiet --out swap`);
    await writeData(fileIn("swapped"), { train: 60, test: 20 });
    const refused = await refusalIn(folder, "train --resume swap --epochs 2");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("The images are not those that the run was trained on");
    expect(refused.stderr).toContain("--data");
    expect(await epochsIn("swap/last.safetensors")).toBe(1);
    const { code, stderr } = await fovea("train --resume swap --epochs 2 --data ./swapped");
    expect(stderr).toContain("not the images that the run was trained on before");
    expect(code).toBe(0);
  });

  test("that are gone are asked for", async () => {
    await copyOf("lonely");
    await rename(fileIn("data"), fileIn("data-away"));
    const { code, stderr } = await refusalIn(folder, "train --resume lonely --epochs 4");
    await rename(fileIn("data-away"), fileIn("data"));
    expect(stderr).toContain("cannot be loaded");
    expect(stderr).toContain("use --data to say where they are now");
    expect(code).toBe(2);
  });

  test("are not guessed where nothing says which they were", async () => {
    await cp(fileIn("base/last.safetensors"), fileIn("alone.safetensors"));
    const { code, stderr } = await refusalIn(folder, "train --resume alone.safetensors --epochs 4");
    expect(stderr).toContain("It is not known which images alone.safetensors was trained on");
    expect(code).toBe(2);
  });
});

describe("a run that was killed before its first checkpoint", () => {
  test("begins anew with --resume, and leaves its folder to --out", async () => {
    for (const name of ["barely", "barely-2"]) {
      await mkdir(fileIn(name));
      await cp(fileIn("base/args.json"), fileIn(name, "args.json"));
    }
    expect((await fovea("train --resume barely --quiet")).code).toBe(0);
    expect((await stateIn("barely/last.safetensors")).tensors).toEqual(
      (await stateIn("base/last.safetensors")).tensors,
    );
    expect((await fovea(`${lenet} --epochs 1 --quiet --out barely-2`)).code).toBe(0);
  });
});

describe("divergence", () => {
  test("leaves the last sound model, and a lower rate goes on from it", async () => {
    const mnist = lenet.replace("lenet", "mnist");
    await fovea(`${mnist} --epochs 1 --quiet --out broken`);
    const before = await readFile(fileIn("broken/last.safetensors"));
    const wild = await fovea("train --resume broken --epochs 2 --learning-rate 1e30");
    expect(wild.code).toBe(3);
    expect(await readFile(fileIn("broken/last.safetensors"))).toEqual(before);
    const sane = await fovea("train --resume broken --epochs 2 --learning-rate 0.001 --json");
    expect(sane.code).toBe(0);
    expect(recordsOf(sane).at(-1)).toMatchObject({ stopped: null, epochs: 2 });
  });
});

test("--save-every saves within an epoch, and the run goes on from there with the same bits", async () => {
  await fovea(`${lenet} --epochs 3 --quiet --save-every 2 --out steps`);
  expect((await stateIn("steps/last.safetensors")).tensors).toEqual(
    (await stateIn("base/last.safetensors")).tensors,
  );
  const long = lenet.replace("./data", "./long");
  await fovea(`${long} --epochs 2 --json --save-every 2 --out within`, {
    onLine: (line, child) => {
      if (JSON.parse(line).event === "epoch") setTimeout(() => child.kill("SIGKILL"), 400);
    },
  });
  const { steps, iterations } = (await stateIn("within/last.safetensors")).description.progress;
  expect(steps).toBeGreaterThan(0);
  expect(iterations % 2).toBe(0);
  expect((await fovea("train --resume within --quiet")).code).toBe(0);
  await fovea(`${long} --epochs 2 --quiet --out whole`);
  expect((await stateIn("within/last.safetensors")).tensors).toEqual(
    (await stateIn("whole/last.safetensors")).tensors,
  );
});
