// Run folders are always new ones, and history.csv is what Keras's CSVLogger writes.

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { createRunFolder, historyCsv, writeHistoryCsv } from "../../src/report/index.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fovea-runs-"));
});

afterEach(() => {
  chmodSync(root, 0o777);
  rmSync(root, { recursive: true });
});

describe("run folders", () => {
  test("are numbered from the second on", async () => {
    const runs = join(root, "a", "runs");
    expect(await createRunFolder({ root: runs })).toBe(join(runs, "train"));
    expect(await createRunFolder({ root: runs })).toBe(join(runs, "train-2"));
    expect(await createRunFolder({ root: runs })).toBe(join(runs, "train-3"));
    expect(await createRunFolder({ root: runs, name: "tune" })).toBe(join(runs, "tune"));
  });

  test("fill the first gap", async () => {
    mkdirSync(join(root, "train"));
    mkdirSync(join(root, "train-3"));
    expect(await createRunFolder({ root })).toBe(join(root, "train-2"));
  });

  test("asked for at the same time are all different", async () => {
    const folders = await Promise.all(Array.from({ length: 12 }, () => createRunFolder({ root })));
    expect(new Set(folders).size).toBe(12);
    expect(folders.every((folder) => statSync(folder).isDirectory())).toBe(true);
  });

  test("step around a file of that name", async () => {
    writeFileSync(join(root, "train"), "");
    expect(await createRunFolder({ root })).toBe(join(root, "train-2"));
  });

  test("of an exact name are created with the folders above, once", async () => {
    const exact = join(root, "deep", "run");
    expect(await createRunFolder({ exact })).toBe(exact);
    await expect(createRunFolder({ exact })).rejects.toThrow(ConfigError);
    await expect(createRunFolder({ exact })).rejects.toThrow(/already exists/);
  });

  test.each(["", ".", "..", "a/b", "a\\b"])("are not called %j", async (name) => {
    await expect(createRunFolder({ root, name })).rejects.toThrow(/cannot be the name of a folder/);
  });

  test("below a file say what is in the way", async () => {
    writeFileSync(join(root, "file"), "");
    const ended = createRunFolder({ root: join(root, "file") });
    await expect(ended).rejects.toThrow(ConfigError);
    await expect(createRunFolder({ root: join(root, "file") })).rejects.toThrow(/in its way/);
  });

  // Windows has no permissions that stop a folder's owner.
  test.skipIf(process.platform === "win32")("where nobody may write say so", async () => {
    chmodSync(root, 0o555);
    const isSuperUser = process.geteuid?.() === 0;
    if (isSuperUser) process.seteuid?.(65534);
    try {
      await expect(createRunFolder({ root })).rejects.toThrow(/not writable/);
      await expect(createRunFolder({ root: join(root, "new") })).rejects.toThrow(ConfigError);
    } finally {
      if (isSuperUser) process.seteuid?.(0);
    }
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("history.csv", () => {
  test("has the epoch and the sorted names, numbers in full, NA for what is missing", () => {
    const csv = historyCsv([
      { epoch: 1, seconds: 1, logs: { loss: 0.1 + 0.2, accuracy: 1 } },
      { epoch: 2, seconds: 1, logs: { loss: Number.NaN, val_loss: Infinity, accuracy: 1e-9 } },
    ]);
    expect(csv).toBe(
      "epoch,accuracy,loss,val_loss\n1,1,0.30000000000000004,NA\n2,1e-9,NaN,Infinity\n",
    );
  });

  test("quotes names that need it", () => {
    const csv = historyCsv([{ epoch: 1, seconds: 1, logs: { 'a,"b"': 2 } }]);
    expect(csv).toBe('epoch,"a,""b"""\n1,2\n');
  });

  test("without epochs is a line of names", () => {
    expect(historyCsv([])).toBe("epoch\n");
  });

  test("is replaced whole", async () => {
    const path = join(root, "history.csv");
    const history = [1, 2].map((epoch) => ({ epoch, seconds: 1, logs: { loss: epoch } }));
    await writeHistoryCsv(path, history.slice(0, 1));
    await writeHistoryCsv(path, history);
    expect(readFileSync(path, "utf8")).toBe("epoch,loss\n1,1\n2,2\n");
    expect(readdirSync(root)).toEqual(["history.csv"]);
  });
});
