// The benchmark's peers as processes: lines in, records out, and what is said when one is missing.

import { describe, expect, test } from "vitest";
import { buildNetwork } from "../../bench/networks.ts";
import { Child } from "../../bench/peers/child.ts";
import { startPeers } from "../../bench/peers/index.ts";
import type { Memory } from "../../bench/peers/lines.ts";
import { cpuRefusal } from "../../bench/peers/tensorflow-js.ts";
import { timeNetwork } from "../../bench/rounds.ts";
import { openDevice } from "../../src/machine/index.ts";
import { gflopOf } from "../../src/measure/step.ts";

const settings = { threads: 1, folder: "." };

describe("a peer's process", () => {
  test("times steps, and tells its memory", async () => {
    const child = await Child.startFile("fovea-process.ts", ["wasm", "1"]);
    expect(child.version).toBe("Fovea on wasm, 1 thread");
    const { times, compile } = await child.ask<{ times: number[]; compile: number }>(
      "train lenet 128 2",
    );
    expect(times).toHaveLength(2);
    for (const time of [...times, compile]) expect(time).toBeGreaterThan(0);
    const { peak, base } = await child.ask<Memory>("memory");
    expect(base).toBeGreaterThan(20);
    expect(peak).toBeGreaterThan(base);
    await child.close();
  });

  test("that ends instead of answering is named, with its last words", async () => {
    const child = await Child.startFile("fovea-process.ts", ["wasm", "1"]);
    await expect(child.ask("train nonet 1 1")).rejects.toThrow('no network "nonet"');
  });

  test("that prints something else begins anew: its answers could belong to other questions", async () => {
    const noisy = 'console.log(JSON.stringify({ version: "Noisy 1" })); console.log("Tracing...");';
    const child = await Child.start(process.execPath, [
      "-e",
      `${noisy} setInterval(() => {}, 1e3)`,
    ]);
    // Each time it is a new process that prints its first line.
    await expect(child.ask("train lenet 1 1")).rejects.toThrow('by "Tracing..."');
    await expect(child.ask("train mnist 1 1")).rejects.toThrow('"train mnist 1 1" by "Tracing..."');
    await child.close();
  });

  test("that never begins is an error too", async () => {
    await expect(Child.start("there-is-no-such-program", [])).rejects.toThrow("ENOENT");
  });
});

test("a peer that is not installed is left out, with one line that says how to get it", async () => {
  const lines: string[] = [];
  const python = "there-is-no-such-python";
  const peers = await startPeers(["pytorch"], { ...settings, python }, (line) => lines.push(line));
  expect(peers).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(python);
  expect(lines[0]).toContain("pip install torch");
});

test("a peer that fails is one line and a gap in the table; the run goes on", async () => {
  const version = 'console.log(JSON.stringify({ version: "Broken 1" }));';
  const peer = {
    name: "Broken",
    version: "Broken 1",
    child: await Child.start(process.execPath, ["-e", version]),
    refusal: () => undefined,
    inRounds: () => true,
  };
  const device = await openDevice({ target: "wasm", threads: 1 });
  const lines: string[] = [];
  const time = await timeNetwork("lenet", "inference", {
    batch: 128,
    device,
    peak: 1,
    peers: [peer],
    repeats: 1,
    profile: false,
    say: (line) => lines.push(line),
  });
  await device.close();
  expect(lines).toEqual([
    expect.stringMatching(/^Broken is left out of lenet, inference, batch 128: Broken 1 /),
  ]);
  expect(time.peers).toEqual([{ side: "Broken", note: "failed" }]);
  expect(time.milliseconds).toBeGreaterThan(0);
});

describe("a step of TensorFlow.js's CPU backend", () => {
  test("is waited for where it is bearable, by its operations", () => {
    // 128 images of 2,763,968 multiply-adds, three times but for the first layer's.
    expect(gflopOf(buildNetwork("mnist"), "training", 128)).toBeCloseTo(2.07, 1);
    expect(cpuRefusal("training", "mnist", 128)).toBeUndefined();
    expect(cpuRefusal("training", "resnet", 128)).toMatch(/^not run: about \d+ minutes$/);
    expect(cpuRefusal("inference", "lenet", 128)).toBeUndefined();
  });
});
