// A folder of pictures becomes examples: which class and part each picture has, what is passed over and why, and that
// pixels depend on nothing but the pictures.

import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, DataError, FormatError, TargetError } from "../../src/core/errors.ts";
import { checkFiles } from "../../src/data/image-folder/check.ts";
import { noPixels } from "../../src/data/image-folder/pixel-store.ts";
import { walk } from "../../src/data/image-folder/walk.ts";
import type { ImageFolderOptions } from "../../src/data/index.ts";
import { imageFiles, imageFolder } from "../../src/data/index.ts";
import { decodeImage } from "../../src/images/decode.ts";
import { assessClassifier, layers, sequential } from "../../src/index.ts";
import { emptyFolder, pictureBytes, put, putColours } from "./pictures.ts";

const quiet: ImageFolderOptions = { size: [8, 8], onWarning: () => {} };
const below = (root: string, paths: readonly string[]) =>
  paths.map((path) => path.slice(root.length + 1));

test("each folder is a class, in the order of names, and a share of each is held out", async () => {
  const root = await emptyFolder();
  await putColours(root, 10);
  const photos = await imageFolder(root, quiet);
  expect(photos.classNames).toEqual(["blue", "green", "red"]);
  expect(photos.counts).toEqual(
    ["blue", "green", "red"].map((name) => ({ name, train: 8, validation: 2, test: 0 })),
  );
  expect(photos.train.types).toEqual({
    x: { shape: [8, 8, 3], dtype: "u8" },
    y: { shape: [], dtype: "i32" },
  });
  const { x, y } = await photos.train.read(Int32Array.of(0, 23, 9));
  expect([x.shape, [...y.data]]).toEqual([
    [3, 8, 8, 3],
    [0, 2, 1],
  ]);
  const path = photos.train.paths[23];
  const bytes = await pictureBytes("red", 2000 + Number(path.slice(-7, -4)));
  const { data } = await decodeImage(bytes, { size: [8, 8] });
  expect(x.data.subarray(192, 384)).toEqual(data);
  expect(photos.test).toBeUndefined();
  expect(photos.skipped).toEqual([]);
  await photos.close();
});

test("which pictures are held out depends on the seed alone", async () => {
  const root = await emptyFolder();
  await putColours(root, 10);
  const heldBy = async (seed: number) => {
    const photos = await imageFolder(root, { ...quiet, seed, validation: 0.3 });
    await photos.close();
    return photos.validation?.paths;
  };
  expect(await heldBy(1)).toEqual(await heldBy(1));
  expect(await heldBy(1)).not.toEqual(await heldBy(2));
  expect((await imageFolder(root, { ...quiet, validation: 0 })).validation).toBeUndefined();
});

test("the same pixels with 1, 2 and 4 workers, from memory, from a file and without a cache", async () => {
  const root = await emptyFolder();
  const cacheFolder = await emptyFolder();
  await putColours(root, 6, { size: [40, 30] });
  const rows = Int32Array.from({ length: 14 }, (_, i) => (5 * i) % 14);
  const results = [];
  for (const cache of ["memory", "file", "file", "none"] as const) {
    for (const workers of [1, 2, 4]) {
      const photos = await imageFolder(root, { ...quiet, cache, cacheFolder, workers });
      results.push(await photos.train.read(rows));
      await photos.close();
    }
  }
  for (const result of results.slice(1)) expect(result).toEqual(results[0]);
});

describe("parts", () => {
  test.each(["val", "valid", "validation"])(
    "folders train, %s and test are parts",
    async (name) => {
      const root = await emptyFolder();
      await putColours(root, 6, { prefix: "train" });
      await putColours(root, 2, { prefix: name, from: 100 });
      await putColours(root, 3, { prefix: "test", from: 200 });
      const { counts, train, validation, test } = await imageFolder(root, quiet);
      expect(counts[0]).toEqual({ name: "blue", train: 6, validation: 2, test: 3 });
      expect([train.count, validation?.count, test?.count]).toEqual([18, 6, 9]);
    },
  );

  test("a class called train beside others is a class", async () => {
    const root = await emptyFolder();
    await putColours(root, 2, { names: ["train", "red"] });
    expect((await imageFolder(root, quiet)).classNames).toEqual(["red", "train"]);
  });

  test("a class that only another part has is listed", async () => {
    const root = await emptyFolder();
    await putColours(root, 5, { prefix: "train", names: ["red", "blue"] });
    await putColours(root, 1, { prefix: "val", names: ["red", "green"], from: 50 });
    const photos = await imageFolder(root, quiet);
    expect(photos.classNames).toEqual(["blue", "red"]);
    expect(photos.skipped).toEqual([
      {
        path: join(root, "val/green/000.jpg"),
        reason: 'is of the class "green", which has no picture to train with',
      },
    ]);
  });

  test("the same picture in two parts is a leak, and copies stay together where Fovea divides", async () => {
    const root = await emptyFolder();
    await putColours(root, 5, { prefix: "train", names: ["red", "blue"] });
    await put(root, "val/red/other.jpg", await pictureBytes("red", 2));
    await put(root, "val/red/new.jpg", await pictureBytes("red", 77));
    const parted = await imageFolder(root, quiet);
    expect(parted.leaks.map(({ paths, parts }) => [below(root, paths), parts])).toEqual([
      [
        ["train/red/002.jpg", "val/red/other.jpg"],
        ["train", "validation"],
      ],
    ]);
    expect(parted.warnings.join()).toContain("1 picture to train with is in another part as well");

    const copied = await emptyFolder();
    await putColours(copied, 10, { names: ["red", "blue"] });
    for (let i = 0; i < 10; i++) {
      await put(copied, `red/copy-${i}.jpg`, await pictureBytes("red", i));
    }
    await put(copied, "blue/also.jpg", await pictureBytes("red", 3));
    for (const seed of [1, 2, 3]) {
      const photos = await imageFolder(copied, { ...quiet, seed, validation: 0.4 });
      expect(photos.leaks).toEqual([]);
      expect(photos.copies).toHaveLength(10);
      expect(photos.warnings.join()).toContain("The same picture is in several classes");
    }
  });
});

describe("classes", () => {
  test("are the paths of folders that hold pictures, and those of a list take in what lies below", async () => {
    const root = await emptyFolder();
    await putColours(root, 5, { prefix: "warm", names: ["red"] });
    await putColours(root, 5, { prefix: "cold", names: ["blue", "green"] });
    await put(root, "cold/blue/deep/down.jpg", await pictureBytes("blue", 99));
    const nested = await imageFolder(root, quiet);
    expect(nested.classNames).toEqual(["cold/blue", "cold/green", "warm/red"]);
    expect(nested.counts[0].train + nested.counts[0].validation).toBe(6);
    const listed = await imageFolder(root, { ...quiet, classNames: ["warm", "cold"] });
    expect(listed.counts.map(({ name, train, validation }) => [name, train + validation])).toEqual([
      ["warm", 5],
      ["cold", 11],
    ]);
  });

  test("with fewer than five pictures are warned of, and weights make up for their number", async () => {
    const root = await emptyFolder();
    await putColours(root, 12, { names: ["red"] });
    await putColours(root, 4, { names: ["blue"] });
    const heard: string[] = [];
    const photos = await imageFolder(root, {
      ...quiet,
      validation: 0.25,
      onWarning: (text) => heard.push(text),
    });
    expect(heard).toEqual(['The class "blue" has only 4 pictures to learn from.']);
    expect(photos.classWeights).toEqual({ 0: 12 / (2 * 3), 1: 12 / (2 * 9) });
  });

  test("of which there is only one are warned of", async () => {
    const root = await emptyFolder();
    await putColours(root, 6, { names: ["red"] });
    const { warnings } = await imageFolder(root, quiet);
    expect(warnings).toEqual([
      'All pictures are of one class, "red": there is nothing to tell apart.',
    ]);
  });
});

describe("a table of labels", () => {
  async function flat(): Promise<string> {
    const root = await emptyFolder();
    for (let i = 0; i < 8; i++) {
      await put(root, `images/${i}.jpg`, await pictureBytes(i % 2 === 0 ? "red" : "blue", i));
    }
    return root;
  }
  const rows = [...Array(8).keys()].map((i) => `images/${i}.jpg,${i % 2 === 0 ? "red" : "blue"}`);
  const labelled = ["images/0.jpg", "images/2.jpg", "images/4.jpg", "images/6.jpg"];

  async function redsOf(root: string, path = root, options: ImageFolderOptions = {}) {
    const photos = await imageFolder(path, { ...quiet, validation: 0, ...options });
    const reds = photos.train.paths.filter(
      (_, i) => photos.classNames[photos.train.labels[i]] === "red",
    );
    return below(root, reds);
  }

  test.each([
    ["path,label", ["path,label", ...rows]],
    ["no heading", rows],
    [
      "label,filename with semicolons",
      ["label;filename", ...rows.map((row) => row.split(",").reverse().join(";"))],
    ],
    ["names without extensions", ["id,class", ...rows.map((row) => row.replace(".jpg", ""))]],
    [
      "one column a class",
      [
        "filename,blue,red",
        ...rows.map((row) => `${row.split(",")[0]},${row.endsWith("red") ? "0,1" : "1,0"}`),
      ],
    ],
  ])("with %s says the classes", async (_, lines) => {
    const root = await flat();
    await put(root, "labels.csv", `\uFEFF${lines.join("\r\n")}\r\n`);
    expect(await redsOf(root)).toEqual(labelled);
    expect(await redsOf(root, join(root, "labels.csv"))).toEqual(labelled);
  });

  test("may have another name, and a column for parts", async () => {
    const root = await flat();
    const parts = ["train", "train", "val", "test"];
    const lines = rows.map((row, i) => `${row},${parts[Math.floor(i / 2)]}`);
    await put(root, "mine.csv", ["path,label,split", ...lines].join("\n"));
    const { train, validation, test } = await imageFolder(root, { ...quiet, labels: "mine.csv" });
    expect([train.count, validation?.count, test?.count]).toEqual([4, 2, 2]);
  });

  test("in each part's folder says its classes", async () => {
    const root = await emptyFolder();
    for (const [i, part] of ["train", "valid"].entries()) {
      await put(root, `${part}/a.jpg`, await pictureBytes("red", 10 + i));
      await put(root, `${part}/b.jpg`, await pictureBytes("blue", 20 + i));
      await put(root, `${part}/_classes.csv`, "filename,red,blue\na.jpg,1,0\nb.jpg,0,1\n");
    }
    const { counts } = await imageFolder(root, quiet);
    expect(counts).toEqual([
      { name: "blue", train: 1, validation: 1, test: 0 },
      { name: "red", train: 1, validation: 1, test: 0 },
    ]);
  });

  test("whose rows cannot be used is used as far as it can be", async () => {
    const root = await flat();
    const extra = [
      "images/9.jpg,red",
      "../out.jpg,red",
      "/etc/passwd,red",
      "images/1.jpg,red",
      "images/3.jpg,",
    ];
    await put(root, "labels.csv", ["path,label", ...rows.slice(0, 3), ...extra].join("\n"));
    const { skipped, train } = await imageFolder(root, { ...quiet, validation: 0 });
    expect(train.count).toBe(3);
    const reasons = Object.fromEntries(
      skipped.map(({ path, reason }) => [path.replace(`${root}/`, ""), reason]),
    );
    expect(reasons).toEqual({
      "images/9.jpg": "is in labels.csv, and there is no such picture",
      "../out.jpg": "leads out of the folder of labels.csv",
      "/etc/passwd": "leads out of the folder of labels.csv",
      "images/1.jpg": "has several classes in labels.csv: blue, red",
      "images/3.jpg": "has no class in the table",
      "images/4.jpg": "is not in labels.csv",
      "images/5.jpg": "is not in labels.csv",
      "images/6.jpg": "is not in labels.csv",
      "images/7.jpg": "is not in labels.csv",
    });
  });

  test("that is none is refused", async () => {
    const root = await flat();
    await put(root, "labels.csv", "a,b\n1,2\n");
    await expect(imageFolder(root, quiet)).rejects.toThrow(FormatError);
    await expect(imageFolder(root, quiet)).rejects.toThrow("is no table of labels");
  });
});

describe("a table that marks several classes", () => {
  async function marked(lines: readonly string[]): Promise<string> {
    const root = await emptyFolder();
    for (let i = 0; i < 8; i++) await put(root, `${i}.jpg`, await pictureBytes("red", i));
    await put(root, "labels.csv", ["path,sea,boat,sky", ...lines].join("\n"));
    return root;
  }
  const lines = [
    ...["0.jpg,1,1,0", "1.jpg,0,0,0", "2.jpg,0,0,1", "3.jpg,1,0,1"],
    ...["4.jpg,1,1,1", "5.jpg,0,0,1", "6.jpg,1,0,0", "7.jpg,1,1,0"],
  ];

  test("gives 0 and 1 for each class, in the order of their names, and says so", async () => {
    const photos = await imageFolder(await marked(lines), { ...quiet, validation: 0 });
    expect(photos.classNames).toEqual(["boat", "sea", "sky"]);
    expect(photos.isMultiLabel).toBe(true);
    expect(photos.skipped).toEqual([]);
    expect(photos.counts.map(({ name, train }) => [name, train])).toEqual([
      ["boat", 3],
      ["sea", 5],
      ["sky", 4],
    ]);
    expect(photos.classWeights).toEqual({});
    const { y } = await photos.train.read(Int32Array.of(4, 1, 0));
    expect(y).toEqual({ data: Int32Array.of(1, 1, 1, 0, 0, 0, 1, 1, 0), shape: [3, 3] });
    expect(photos.train.types).toMatchObject({ y: { shape: [3], dtype: "i32" } });
    expect(photos.train.labels).toHaveLength(24);
    expect(photos.warnings.join()).toContain("marks several classes for 4 of 8 pictures");
    const wished = { ...quiet, multiLabel: true, classNames: ["sky", "sea"], validation: 0 };
    const chosen = await imageFolder(await marked(lines), wished);
    expect((await chosen.train.read(Int32Array.of(2, 3))).y.data).toEqual(
      Int32Array.of(1, 0, 1, 1),
    );
    expect(chosen.warnings.join()).not.toContain("marks several");
  });

  test("is trained on with a sigmoid for each class", async () => {
    const photos = await imageFolder(await marked(lines), { ...quiet, validation: 0 });
    const model = sequential([
      layers.flatten({ inputShape: photos.train.shape }),
      layers.dense({ units: 3, activation: "sigmoid" }),
    ]);
    const metrics = ["binaryAccuracy"] as const;
    model.compile({ optimizer: "sgd", loss: "binaryCrossentropy", metrics });
    const rows = Int32Array.from({ length: 8 }, (_, i) => i);
    const { x, y } = await photos.train.read(rows);
    const floats = { ...y, data: Float32Array.from(y.data) };
    expect(await model.evaluate(photos.train)).toEqual(await model.evaluate({ x, y: floats }));
    await expect(assessClassifier(model, photos.train)).rejects.toThrow("several classes");
    await model.dispose();
  });

  test("can be held to one class a picture", async () => {
    const one = { ...quiet, multiLabel: false, validation: 0 };
    const { skipped, train, isMultiLabel } = await imageFolder(await marked(lines), one);
    expect([train.count, isMultiLabel]).toEqual([3, false]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      "has 2 classes in the table",
      "has no class in the table",
      "has 2 classes in the table",
      "has 3 classes in the table",
      "has 2 classes in the table",
    ]);
    expect(train.types).toMatchObject({ y: { shape: [] } });
  });

  test("keeps the share of each class where some are held out, and copies with other marks are told", async () => {
    const root = await emptyFolder();
    const rows = ["path,common,rare"];
    for (let i = 0; i < 40; i++) {
      await put(root, `${i}.jpg`, await pictureBytes("red", i));
      rows.push(`${i}.jpg,1,${i % 4 === 0 ? 1 : 0}`);
    }
    await put(root, "copy.jpg", await pictureBytes("red", 8));
    await put(root, "labels.csv", [...rows, "copy.jpg,1,0"].join("\n"));
    const photos = await imageFolder(root, { ...quiet, validation: 0.25, seed: 3 });
    const { common, rare } = Object.fromEntries(photos.counts.map((one) => [one.name, one]));
    expect(rare.validation).toBeGreaterThanOrEqual(2);
    expect(rare.validation + rare.train).toBe(10);
    expect(common.validation + common.train).toBe(41);
    expect(photos.warnings.join()).toContain("The same picture is in several classes");
  });
});

/** Does `work` as a user whom permissions hold: root may read everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  const nobody = 65_534;
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** A picture broken in each of the ways that folders have. */
async function putBroken(root: string): Promise<void> {
  const jpeg = await pictureBytes("red", 500, { size: [64, 64] });
  const png = await pictureBytes("red", 501, { format: "png" });
  const wrong = Uint8Array.from(png, (byte, i) => (i === png.length - 20 ? byte ^ 255 : byte));
  await put(root, "red/truncated.jpg", jpeg.subarray(0, jpeg.length >> 1));
  await put(root, "red/empty.jpg", new Uint8Array(0));
  await put(root, "red/text.jpg", "no picture at all\n");
  await put(root, "red/checksum.png", wrong);
  const vast = Uint8Array.from(png);
  new DataView(vast.buffer).setUint32(16, 30_000);
  new DataView(vast.buffer).setUint32(20, 30_000);
  await put(root, "red/vast.png", vast);
  await mkdir(join(root, "red/folder.jpg"));
  await put(root, "red/secret.jpg", jpeg);
  await chmod(join(root, "red/secret.jpg"), 0);
  await put(root, "locked/secret.jpg", jpeg);
  await chmod(join(root, "locked"), 0);
  execFileSync("mkfifo", [join(root, "red/pipe.jpg")]);
  await symlink(join(root, "nowhere.jpg"), join(root, "red/dangling.jpg"));
  await put(root, "red/notes.txt", "hello");
}

test("what is broken, foreign or no file is listed, with the reason", async () => {
  const root = await emptyFolder();
  await putColours(root, 6, { names: ["red", "blue"] });
  await putBroken(root);
  // New folders are for their owner alone.
  await chmod(root, 0o755);
  const server = createServer().listen(join(root, "red/socket.jpg"));
  try {
    const options = { ...quiet, validation: 0 };
    const { skipped, train } = await asNobody(() => imageFolder(root, options));
    const reasons = Object.fromEntries(
      skipped.map(({ path, reason }) => [path.slice(root.length + 1), reason]),
    );
    expect(train.count).toBe(12);
    expect(reasons).toMatchObject({
      "red/truncated.jpg": expect.stringMatching(/ends too early|truncated|damaged|decoded/),
      "red/empty.jpg": "is empty",
      "red/text.jpg": "is not a picture",
      "red/checksum.png": expect.stringContaining("checksum"),
      "red/vast.png": expect.stringMatching(/pixels|large/),
      "red/folder.jpg": "is a folder with the name of a picture",
      "red/pipe.jpg": "is no file: a pipe, a socket or a device",
      "red/socket.jpg": "is no file: a pipe, a socket or a device",
      "red/dangling.jpg": "is a link to nothing, or may not be seen",
      "red/notes.txt": "is no picture (.txt)",
      "red/secret.jpg": "could not be read: it may not be read",
      locked: "is a folder that may not be read",
    });
    expect(Object.keys(reasons)).toHaveLength(12);
    await expect(imageFolder(root, { ...quiet, strict: true })).rejects.toThrow("strict is set");
  } finally {
    server.close();
  }
});

test("what systems leave behind is passed over without a word", async () => {
  const root = await emptyFolder();
  await putColours(root, 5);
  for (const name of [
    ".DS_Store",
    "red/.DS_Store",
    "red/Thumbs.db",
    "blue/desktop.ini",
    ".git/HEAD",
    "red/._000.jpg",
  ]) {
    await put(root, name, "left over");
  }
  const { skipped, train, classNames } = await imageFolder(root, { ...quiet, strict: true });
  expect([skipped.length, train.count, classNames.length]).toEqual([0, 12, 3]);
});

test("links are followed once", async () => {
  const root = await emptyFolder();
  const elsewhere = await emptyFolder();
  await putColours(root, 5, { names: ["red"] });
  await putColours(elsewhere, 5, { names: ["blue"] });
  await symlink(join(elsewhere, "blue"), join(root, "blue"));
  // In circles, and a second time by another name.
  await symlink(root, join(root, "red/self"));
  await symlink(join(elsewhere, "blue"), join(root, "cyan"));
  await symlink(join(root, "red"), join(root, "a-red"));
  const { classNames, counts } = await imageFolder(root, quiet);
  expect(classNames).toEqual(["blue", "red"]);
  expect(counts.map(({ train, validation }) => train + validation)).toEqual([5, 5]);
});

test("that there is no decoder here is said as such, not of each picture", async () => {
  const root = await emptyFolder();
  await putColours(root, 2, { names: ["red", "blue"] });
  const { files } = await walk(root);
  const decode = async () => {
    throw new TargetError({ what: "Pictures cannot be decoded here." });
  };
  const work = checkFiles(files, { decode, store: noPixels, workers: 2 });
  await expect(work).rejects.toThrow(TargetError);
});

describe("the cache file", () => {
  async function cached() {
    const root = await emptyFolder();
    const cacheFolder = await emptyFolder();
    await putColours(root, 5, { names: ["red", "blue"] });
    let decoded = 0;
    const open = async () => {
      decoded = 0;
      const options = { ...quiet, cache: "file", cacheFolder, validation: 0 } as const;
      return imageFolder(root, { ...options, onProgress: () => decoded++ });
    };
    return { root, cacheFolder, open, decoded: () => decoded };
  }
  const all = Int32Array.from({ length: 10 }, (_, i) => i);

  test("spares the next run the decoding, until a picture changes", async () => {
    const { root, open, decoded } = await cached();
    const first = await open();
    expect(decoded()).toBe(10);
    const pixels = await first.train.read(all);
    await first.close();
    const second = await open();
    expect(decoded()).toBe(0);
    expect(await second.train.read(all)).toEqual(pixels);
    await second.close();
    await put(root, "red/000.jpg", await pictureBytes("blue", 7));
    await utimes(join(root, "red/000.jpg"), 1, 2);
    const third = await open();
    expect(decoded()).toBe(10);
    const { x } = await third.train.read(all);
    expect(x).not.toEqual(pixels.x);
    await third.close();
  });

  test("does not keep for good that a picture could not be used", async () => {
    const { cacheFolder, open, decoded } = await cached();
    const first = await open();
    const pixels = await first.train.read(all);
    await first.close();
    const { readdirSync, readFileSync } = await import("node:fs");
    const [name] = readdirSync(cacheFolder).filter((one) => one.endsWith(".json"));
    const path = join(cacheFolder, name);
    const list = JSON.parse(readFileSync(path, "utf8"));
    list.files[3] = { ...list.files[3], problem: "takes too long to decode", checksum: undefined };
    await writeFile(path, JSON.stringify(list));
    for (const expected of [1, 0]) {
      const next = await open();
      expect(decoded()).toBe(expected);
      expect(next.skipped).toEqual([]);
      expect(await next.train.read(all)).toEqual(pixels);
      await next.close();
    }
  });

  test("that is damaged or gone costs time alone", async () => {
    const { cacheFolder, open } = await cached();
    const first = await open();
    const pixels = await first.train.read(all);
    await first.close();
    const { readdirSync, readFileSync, rmSync } = await import("node:fs");
    const [name] = readdirSync(cacheFolder).filter((one) => one.endsWith(".u8"));
    const path = join(cacheFolder, name);
    await writeFile(
      path,
      readFileSync(path).map((byte, i) => (i % 500 === 0 ? byte ^ 255 : byte)),
    );
    const second = await open();
    expect(await second.train.read(all)).toEqual(pixels);
    rmSync(cacheFolder, { recursive: true });
    await second.close();
    const third = await open();
    expect(await third.train.read(all)).toEqual(pixels);
    await third.close();
  });

  test("of a folder that is gone is removed", async () => {
    const one = await cached();
    await (await one.open()).close();
    const { rmSync, readdirSync } = await import("node:fs");
    rmSync(one.root, { recursive: true });
    const other = await emptyFolder();
    await putColours(other, 5);
    await (
      await imageFolder(other, { ...quiet, cache: "file", cacheFolder: one.cacheFolder })
    ).close();
    expect(readdirSync(one.cacheFolder)).toHaveLength(2);
  });

  test("that cannot be written is done without, and said", async () => {
    const { root, cacheFolder } = await cached();
    await put(cacheFolder, "file", "in the way");
    const options = { ...quiet, cache: "file", cacheFolder: join(cacheFolder, "file") } as const;
    const photos = await imageFolder(root, options);
    expect(photos.warnings.join()).toContain("decoded again each time");
    expect((await photos.train.read(Int32Array.of(0))).x.shape).toEqual([1, 8, 8, 3]);
  });
});

describe("is refused:", () => {
  test.each<[string, (root: string) => Promise<unknown>, new () => Error, RegExp]>([
    ["an empty folder", (root) => imageFolder(root, quiet), DataError as never, /an empty folder/],
    [
      "no folder",
      (root) => imageFolder(`${root}/photo`),
      FormatError as never,
      /nothing of that name/,
    ],
    [
      "a share of all",
      (root) => imageFolder(root, { validation: 1 }),
      ConfigError as never,
      /validation/,
    ],
    [
      "a bare size",
      (root) => imageFolder(root, { size: 96 as never }),
      ConfigError as never,
      /\[96, 96\]/,
    ],
    [
      "an unknown option",
      (root) => imageFolder(root, { sise: [1, 1] } as never),
      ConfigError as never,
      /size/,
    ],
    [
      "classes by twos",
      (root) => imageFolder(root, { classNames: ["a", "a"] }),
      ConfigError as never,
      /different/,
    ],
  ])("%s", async (_, call, kind, message) => {
    const root = await emptyFolder();
    await expect(call(root)).rejects.toThrow(kind);
    await expect(call(root)).rejects.toThrow(message);
  });

  test("pictures that lie in no folder", async () => {
    const root = await emptyFolder();
    await put(root, "a.jpg", await pictureBytes("red", 1));
    await expect(imageFolder(root, quiet)).rejects.toThrow("lies in no folder of a class");
  });
});

test("files of a page are read like those of a folder", async () => {
  const root = await emptyFolder();
  await putColours(root, 5);
  const files = [];
  for (const [k, name] of ["blue", "green", "red"].entries()) {
    for (let i = 0; i < 5; i++) {
      const bytes = await pictureBytes(name, 1000 * k + i);
      const file = new File([Uint8Array.from(bytes)], `00${i}.jpg`);
      files.push(Object.assign(file, { webkitRelativePath: `photos/${name}/00${i}.jpg` }));
    }
  }
  files.push(new File(["x"], ".DS_Store"));
  const [chosen, folder] = [await imageFiles(files, quiet), await imageFolder(root, quiet)];
  const rows = Int32Array.from({ length: 12 }, (_, i) => i);
  expect(await chosen.train.read(rows)).toEqual(await folder.train.read(rows));
  expect(chosen.counts).toEqual(folder.counts);
});
