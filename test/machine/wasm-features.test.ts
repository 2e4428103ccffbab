// What is believed of an engine, what is tried, and what is said where something is missing.

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { platform } from "#platform";
import { TargetError } from "../../src/core/errors.ts";
import { describeDevice, openDevice } from "../../src/machine/index.ts";
import { findFeatures, requireWebAssembly, roundsOnce } from "../../src/machine/wasm/features.ts";
import { WasmDevice, wasmWorkerSource } from "../../src/machine/wasm/index.ts";
import { threads as browserThreads } from "../../src/platform/browser/threads.ts";
import { trainSmallNet } from "./small-net.ts";

afterEach(() => vi.unstubAllGlobals());

describe("multiply-add", () => {
  const trial = () => ({
    memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }),
    maximumPages: 1,
    shared: false,
  });

  test("in two instructions is seen to round twice", async () => {
    const once = roundsOnce((code) => {
      const c = code.local("v128");
      code.set(c).op("f32x4.mul").get(c).op("f32x4.add");
    }, trial());
    expect(await once).toBe(false);
  });

  test("in one instruction is believed only where it rounds once", async () => {
    const { relaxedMultiplyAdd } = await findFeatures(trial());
    const once = await roundsOnce((code) => code.op("f32x4.relaxed_madd"), trial());
    expect(relaxedMultiplyAdd).toBe(once);
  });
});

describe("without shared memory", () => {
  test("wasm computes on the calling thread, and says so", async () => {
    const threaded = await WasmDevice.open({ threads: 2 });
    const digest = await trainSmallNet(threaded, 4);
    await threaded.close();
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const device = await openDevice({ target: "wasm", threads: 2 });
    expect(describeDevice(device)).toBe(
      "wasm, 1 thread (on the calling thread: there is no shared memory here)",
    );
    if (!(device instanceof WasmDevice)) throw new Error("another target");
    expect(device.view("u8", 0, 1).buffer).toBeInstanceOf(ArrayBuffer);
    expect(await trainSmallNet(device, 4)).toBe(digest);
    await device.close();
  });

  test("the calling thread lets others have their turn, by messages where there is nothing quicker", async () => {
    const turns = vi.spyOn(platform.threads, "nextTurn");
    turns.mockImplementation(browserThreads.nextTurn);
    const device = await WasmDevice.open({ threads: 1, inline: true });
    const order: string[] = [];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => order.push("message");
    port2.postMessage("before");
    await trainSmallNet(device, 1);
    order.push("step");
    expect(order).toEqual(["message", "step"]);
    expect(turns).toHaveBeenCalled();
    turns.mockRestore();
    port1.close();
    await device.close();
  });

  test("a page that is not isolated computes on its own thread", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const device = await WasmDevice.open({ threads: 2 });
    expect(device.remark).toBe("on the calling thread: the page is not cross-origin isolated");
    await device.close();
  });
});

describe("an engine that compiles no WebAssembly", () => {
  test("is named", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(requireWebAssembly).toThrow(TargetError);
    expect(requireWebAssembly).toThrow("This engine runs no WebAssembly.");
  });

  test("because of the page's policy is told what to allow", () => {
    const refuse = class {
      constructor() {
        throw new Error("Refused to compile: 'unsafe-eval' is not an allowed source of script");
      }
    };
    vi.stubGlobal("WebAssembly", { Module: refuse });
    expect(requireWebAssembly).toThrow("WebAssembly may not be compiled here.");
    expect(requireWebAssembly).toThrow("Refused to compile");
    expect(requireWebAssembly).toThrow("wasm-unsafe-eval");
  });
});

test("the worker's script in the package is the text that workers run", () => {
  const file = new URL("../../assets/wasm-worker.js", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(wasmWorkerSource);
});
