// The choice of a target: the fastest that runs here, and one line that says which and why.

import { afterEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { describeDevice, openDevice } from "../../src/machine/index.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { trainSmallNet } from "./small-net.ts";
import { widths } from "./x64/widths.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("node:worker_threads");
});

const best = widths.find(({ missing }) => missing === undefined);

test("auto takes the widest vectors of machine code, else wasm and says why", async () => {
  const device = await openDevice({ threads: 2 });
  if (best !== undefined) {
    expect(describeDevice(device)).toBe(`${best.name}, 2 threads`);
  } else {
    expect(describeDevice(device)).toMatch(/^wasm, 2 threads \(x64 is not available: .+[^.]\)$/);
  }
  await device.close();
});

test("auto says in one line why machine code does not run on another processor", async () => {
  vi.resetModules();
  vi.stubGlobal("process", Object.create(process, { arch: { value: "riscv64" } }));
  const fresh = await import("../../src/machine/index.ts");
  const device = await fresh.openDevice({ threads: 1 });
  const line = "wasm, 1 thread (x64 is not available: The x64 target does not run here)";
  expect(fresh.describeDevice(device)).toBe(line);
  await device.close();
});

test("a target that is asked for by name is taken without a remark", async () => {
  const device = await openDevice({ target: "wasm", threads: 1 });
  expect(describeDevice(device)).toBe("wasm, 1 thread");
  await device.close();
  expect(describeDevice(new InterpreterDevice())).toBe("interpreter, 1 thread");
});

test("numbers of threads that make no sense are refused", async () => {
  await expect(openDevice({ threads: 0 })).rejects.toThrow(ConfigError);
  await expect(openDevice({ threads: 1.5 })).rejects.toThrow("whole number");
});

test("auto ends at the interpreter, which always runs, and says why", async () => {
  vi.resetModules();
  vi.stubGlobal("process", Object.create(process, { arch: { value: "riscv64" } }));
  vi.stubGlobal("WebAssembly", undefined);
  const fresh = await import("../../src/machine/index.ts");
  const device = await fresh.openDevice({ threads: 2 });
  expect(fresh.describeDevice(device)).toBe(
    "interpreter, 1 thread (x64 is not available: The x64 target does not run here; wasm is not available: This engine runs no WebAssembly)",
  );
  await device.close();
});

test("every target computes on the calling thread where workers are refused, with the same bits", async () => {
  const names = ["wasm" as const, ...(best === undefined ? [] : ["x64" as const])];
  for (const target of names) {
    const threaded = await openDevice({ target, threads: 2 });
    const digest = await trainSmallNet(threaded, 4, 2);
    await threaded.close();
    vi.resetModules();
    vi.doMock("node:worker_threads", () => ({
      isMainThread: true,
      Worker: class {
        constructor() {
          throw new Error("Access to this API has been restricted");
        }
      },
    }));
    const fresh = await import("../../src/machine/index.ts");
    const device = await fresh.openDevice({ target, threads: 2 });
    expect(fresh.describeDevice(device)).toMatch(
      /, 1 thread \(on the calling thread: Error: Access to this API has been restricted\)$/,
    );
    expect(await trainSmallNet(device, 4, 2)).toBe(digest);
    await device.close();
    vi.doUnmock("node:worker_threads");
  }
});
