// Files are written completely or not at all. The failures here are real ones: limits, permissions
// and full disks that the operating system imposes.

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { readWholeFile, removeLeftovers, writeFileAtomically } from "../../src/platform/files.ts";
import { temporaryPath } from "../../src/platform/temporary-file.ts";

const repository = resolve(import.meta.dirname, "../..");
const onWindows = process.platform === "win32";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-files-"));
});

afterEach(() => {
  chmodSync(folder, 0o777);
  rmSync(folder, { recursive: true });
});

/** Writes 4 MB of ones over `path` and prints how that ended. */
function program(path: string): string {
  const module = pathToFileURL(join(repository, "src/platform/files.ts")).href;
  return `
    const { writeFileAtomically } = await import(${JSON.stringify(module)});
    const ended = writeFileAtomically(${JSON.stringify(path)}, new Uint8Array(4e6).fill(1));
    console.log(await ended.then(() => "written", String));`;
}

/** What the shell `command` prints that runs the program, as `"$0" "$@"`, in its `script`. */
function outputOf(command: readonly string[], script: string, path: string): string {
  const [shell, ...options] = command;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", program(path)];
  return execFileSync(shell, [...options, script, ...node], { cwd: repository, encoding: "utf8" });
}

describe("writing", () => {
  test("makes a new file of bytes or text", async () => {
    await writeFileAtomically(join(folder, "bytes"), Uint8Array.of(1, 2, 3));
    await writeFileAtomically(join(folder, "text"), "né\n");
    expect([...readFileSync(join(folder, "bytes"))]).toEqual([1, 2, 3]);
    expect(readFileSync(join(folder, "text"), "utf8")).toBe("né\n");
    expect(readdirSync(folder).sort()).toEqual(["bytes", "text"]);
  });

  test("replaces the old file whole", async () => {
    const path = join(folder, "a");
    await writeFileAtomically(path, "a long old text");
    await writeFileAtomically(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("many times at once leaves one of the contents", async () => {
    const path = join(folder, "a");
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    expect(texts).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("into a missing folder says to create it", async () => {
    const error = await failureOf(writeFileAtomically(join(folder, "no", "a"), "x"));
    expect(error.message).toMatch(/its folder does not exist/);
    expect(error.facts.fix).toBe(`Create ${join(folder, "no")} first.`);
  });

  test("over a folder keeps the folder", async () => {
    const path = join(folder, "a");
    mkdirSync(path);
    const error = await failureOf(writeFileAtomically(path, "x"));
    expect(error.message).toMatch(/a folder has that name|may not be written/);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("below a file says that it is not a folder", async () => {
    writeFileSync(join(folder, "a"), "old");
    const error = await failureOf(writeFileAtomically(join(folder, "a", "b"), "x"));
    expect(error.message).toMatch(/is not a folder|does not exist/);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("old");
  });

  test.skipIf(onWindows)("under a name that is too long says so", async () => {
    const error = await failureOf(writeFileAtomically(join(folder, "n".repeat(300)), "x"));
    expect(error.message).toMatch(/its name is too long/);
    expect(readdirSync(folder)).toEqual([]);
  });

  // Windows has no permissions that stop a file's owner.
  test.skipIf(onWindows)("into a folder that may not be written keeps the old file", async () => {
    const path = join(folder, "a");
    writeFileSync(path, "old");
    chmodSync(folder, 0o555);
    const error = await asNobody(() => failureOf(writeFileAtomically(path, "x")));
    expect(error.message).toMatch(/its folder may not be written/);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  // Windows has no such limit.
  test.skipIf(onWindows)("that breaks off half-way keeps the old file, and nothing else", () => {
    const path = join(folder, "a");
    writeFileSync(path, "old");
    const output = outputOf(["bash", "-c"], 'ulimit -f 1024; exec "$0" "$@"', path);
    expect(output).toMatch(/larger than this process may write/);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  // Needs a system that lets a user mount a small disk; others skip it.
  test.skipIf(!canMount())("that fills the disk keeps the old file, and nothing else", () => {
    const path = join(folder, "a");
    const script = `mount -t tmpfs -o size=1m none '${folder}' && echo old >'${path}'
      "$0" "$@"
      cat '${path}'
      ls -A '${folder}'`;
    const output = outputOf(["unshare", "-rm", "bash", "-c"], script, path);
    expect(output).toMatch(/the disk is full/);
    expect(output.trimEnd().split("\n").slice(-2)).toEqual(["old", "a"]);
  });
});

function canMount(): boolean {
  if (process.platform !== "linux") return false;
  return spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0;
}

/** Runs `action` without the super-user's right to write anywhere. */
async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

async function failureOf(ended: Promise<unknown>): Promise<FormatError> {
  const error = await ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

describe("reading", () => {
  test("gives all the bytes", async () => {
    writeFileSync(join(folder, "a"), Uint8Array.of(1, 2, 3));
    expect([...(await readWholeFile(join(folder, "a")))]).toEqual([1, 2, 3]);
  });

  test("a missing file, and a folder, say so", async () => {
    expect((await failureOf(readWholeFile(join(folder, "no")))).message).toMatch(/no such file/);
    expect((await failureOf(readWholeFile(folder))).message).toMatch(/not a file|a folder/);
  });

  test("a file over the limit is refused before it is read", async () => {
    writeFileSync(join(folder, "a"), new Uint8Array(11));
    const error = await failureOf(readWholeFile(join(folder, "a"), { maximumBytes: 10 }));
    expect(error.facts).toMatchObject({ expected: "at most 10 bytes", received: "11 bytes" });
  });

  test.skipIf(onWindows)("a device without end is refused", async () => {
    symlinkSync("/dev/zero", join(folder, "a"));
    expect((await failureOf(readWholeFile(join(folder, "a")))).message).toMatch(/not a file/);
  });
});

test("what a killed process left of a file goes, and nothing else", async () => {
  const path = join(folder, "backup");
  const module = pathToFileURL(join(repository, "src/platform/files.ts")).href;
  const script = `
    import { writeFileAtomically } from ${JSON.stringify(module)};
    void writeFileAtomically(${JSON.stringify(path)}, new Uint8Array(2e8));
    const { readdirSync } = await import("node:fs");
    while (readdirSync(${JSON.stringify(folder)}).length === 0) await new Promise(setImmediate);
    process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: repository,
  });
  const [left, ...others] = readdirSync(folder);
  expect(left).toMatch(/^\.fovea-.*\.tmp$/);
  expect(others).toEqual([]);
  writeFileSync(join(folder, "other"), "");
  await removeLeftovers(join(folder, "other"));
  expect(readdirSync(folder)).toEqual([left, "other"]);
  await removeLeftovers(path);
  expect(readdirSync(folder)).toEqual(["other"]);
});

describe("temporary files", () => {
  /** What another process that writes `path` would have there. */
  function temporaryFileOf(path: string, id: number): string {
    const file = temporaryPath(path).replace(`-${process.pid}-`, `-${id}-`);
    writeFileSync(file, "half");
    return basename(file);
  }

  test("of a writer that is gone are removed by the next one; those of a writer at work stay", async () => {
    const path = join(folder, "a");
    const gone = spawnSync(process.execPath, ["--version"]).pid;
    temporaryFileOf(path, gone);
    const ours = temporaryFileOf(path, process.pid);
    const parents = temporaryFileOf(path, process.ppid);
    await writeFileAtomically(path, "new");
    expect(readdirSync(folder).sort()).toEqual([ours, parents, "a"].sort());
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("of an earlier process that had our number, and of other computers a day ago, are removed", async () => {
    const path = join(folder, "a");
    const ours = temporaryFileOf(path, process.pid);
    const born = Date.now() / 1000 - process.uptime();
    utimesSync(join(folder, ours), born - 60, born - 60);
    const here = temporaryFileOf(path, process.ppid);
    const elsewhere = here.replace(/-[0-9a-f]{6}-/, "-000000-");
    renameSync(join(folder, here), join(folder, elsewhere));
    await removeLeftovers(path);
    expect(readdirSync(folder)).toEqual([elsewhere]);
    const yesterday = Date.now() / 1000 - 90_000;
    utimesSync(join(folder, elsewhere), yesterday, yesterday);
    await removeLeftovers(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a writer does not remove what another one is writing", async () => {
    const path = join(folder, "a");
    const writers = Array.from({ length: 30 }, async (_, i) => {
      await removeLeftovers(path);
      await writeFileAtomically(path, String(i).repeat(100_000));
    });
    await Promise.all(writers);
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("a path that is no file", () => {
  test.skipIf(onWindows)("a pipe is refused at once, whoever writes to it", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect((await failureOf(readWholeFile(pipe))).message).toMatch(/it is not a file/);
  });

  test.skipIf(onWindows)("a socket is refused", async () => {
    const socket = join(folder, "socket");
    const server = createServer().listen(socket);
    await once(server, "listening");
    expect((await failureOf(readWholeFile(socket))).message).toMatch(/it is not a file/);
    server.close();
  });

  test("a misspelt name is answered with the closest file, or folder", async () => {
    writeFileSync(join(folder, "best.safetensors"), "");
    const wrong = await failureOf(readWholeFile(join(folder, "bset.safetensor")));
    expect(wrong.facts.fix).toBe(`In ${folder}: did you mean "best.safetensors"?`);
    mkdirSync(join(folder, "train-2"));
    const below = await failureOf(readWholeFile(join(folder, "trian-2", "last.safetensors")));
    expect(below.facts.fix).toBe(`In ${folder}: did you mean "train-2"?`);
    const none = await failureOf(readWholeFile(join(folder, "q")));
    expect(none.facts.fix).toBe("Check the path.");
  });
});
