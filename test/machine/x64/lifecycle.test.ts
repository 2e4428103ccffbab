// What the x64 target takes it gives back, and nothing that happens at a bad moment can hang or crash
// the process: closing, dropping, leaving while threads run.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import { X64Device } from "../../../src/machine/x64/index.ts";
import { runChild } from "./child.ts";
import { waitingProgram } from "./long-kernel.ts";
import { widths } from "./widths.ts";

const [{ missing }] = [...widths].sort((a) => (a.missing === undefined ? -1 : 1));
const withoutMaps = process.platform === "linux" ? undefined : "/proc/self/maps is Linux's";

const mappings = () => readFileSync("/proc/self/maps", "utf8").split("\n").length;

/** Bytes of memory of no file that code runs in, and nothing writes to. */
function codeBytes(): number {
  return readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .map((line) => /^(\w+)-(\w+) r-xp \S+ \S+ 0 *$/.exec(line))
    .map((found) => (found ? Number.parseInt(found[2], 16) - Number.parseInt(found[1], 16) : 0))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A device with a program of `stages` stages, each of about so many rounds. */
async function ready(rounds = 10, stages = 1) {
  const device = await X64Device.open({ threads: 2 });
  const address = device.allocate(256);
  const program = waitingProgram(device.machine.lanes, rounds, stages);
  const load = () => device.load(program, new Map([["out", address]]));
  return {
    device,
    address,
    load,
    result: () => device.view("f32", device.addressOf(address), 1)[0],
  };
}

/** The same at the head of a child's script. */
const prelude = `
  import { X64Device } from "./src/machine/x64/index.ts";
  import { waitingProgram } from "./test/machine/x64/long-kernel.ts";
  const device = await X64Device.open({ threads: 2 });
  const states = new Map([["out", device.allocate(256)]]);
  const load = (rounds, stages) =>
    device.load(waitingProgram(device.machine.lanes, rounds, stages), states);
`;

describe.skipIf(missing !== undefined)(`the x64 device${missing ? `: ${missing}` : ""}`, () => {
  test.skipIf(withoutMaps !== undefined)(
    `keeps nothing of 100 programs that were made and dropped${withoutMaps ?? ""}`,
    async () => {
      const { device, load, result } = await ready();
      const round = async () => {
        const executable = await load();
        await executable.run([{}]);
        executable.dispose();
      };
      for (let i = 0; i < 20; i++) await round();
      const [maps, bytes] = [mappings(), process.memoryUsage.rss()];
      for (let i = 0; i < 100; i++) await round();
      expect(result()).toBe(1);
      expect(mappings() - maps).toBeLessThan(20);
      expect(process.memoryUsage.rss() - bytes).toBeLessThan(48 << 20);
      await device.close();
    },
  );

  test.skipIf(withoutMaps !== undefined)(
    `gives back the code of loads that failed, and of programs left over${withoutMaps ?? ""}`,
    async () => {
      const { device, load } = await ready(10, 4000);
      const before = codeBytes();
      const leftOver = await load();
      const each = codeBytes() - before;
      expect(each).toBeGreaterThan(2 ** 17);
      const loading = Promise.allSettled(Array.from({ length: 12 }, () => load()));
      // Some have their code, others are still being placed, a slice at a time.
      while (codeBytes() - before <= 2 * each)
        await new Promise((resolve) => setImmediate(resolve));
      await device.close();
      const refused = (await loading).filter(({ status }) => status === "rejected");
      expect(refused.length).toBeGreaterThan(0);
      for (const outcome of refused) {
        expect(String((outcome as PromiseRejectedResult).reason)).toContain("closed");
      }
      expect(codeBytes() - before).toBeLessThan(each);
      leftOver.dispose();
    },
  );

  test("opens and closes again and again", async () => {
    for (let i = 0; i < 8; i++) {
      const { device, load, result } = await ready();
      await (await load()).run([{}]);
      expect(result()).toBe(1);
      await device.close();
    }
  });

  test("refuses work once it is closed, and closes twice without harm", async () => {
    const { device, load, address } = await ready();
    const executable = await load();
    const view = device.view("f32", device.addressOf(address), 1);
    await Promise.all([device.close(), device.close()]);
    await expect(executable.run([{}])).rejects.toThrow(TargetError);
    await expect(load()).rejects.toThrow("closed");
    expect(() => device.view("f32", device.addressOf(address), 1)).toThrow("closed");
    // A view from before must not bring the process down.
    expect(view[0]).toBe(0);
    executable.dispose();
  });

  test("gives memory to what was handed out, and refuses to show what was not", async () => {
    const { device } = await ready();
    const address = device.addressOf(device.allocate(40 << 20));
    const last = address + (40 << 20) - 4;
    device.view("f32", last, 1)[0] = 3;
    expect(device.view("f32", last, 1)[0]).toBe(3);
    expect(() => device.view("f32", 2 ** 31, 1)).toThrow("outside of the device's memory");
    expect(() => device.view("f32", -4, 1)).toThrow("outside of the device's memory");
    expect(() => device.allocate(2 ** 33)).toThrow("used up");
    await device.close();
  });

  test("closes in the middle of a run, which is then refused", async () => {
    const { device, load } = await ready(1e6, 10_000);
    const executable = await load();
    const run = executable.run([{}]);
    const failed = expect(run).rejects.toThrow("closed");
    executable.dispose();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await device.close();
    await failed;
    // The whole run takes half a minute.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("keeps the memory of a program that is dropped while it runs", async () => {
    const { device, load, result } = await ready(1e5, 20);
    const executable = await load();
    const run = executable.run([{}]);
    executable.dispose();
    executable.dispose();
    const other = await load();
    await run;
    await other.run([{}]);
    expect(result()).toBe(1);
    await device.close();
  });

  test("lets a process end that never closed it", async () => {
    const script = `${prelude} await (await load(10, 1)).run([{}]); console.log("ran");`;
    expect(await runChild(script)).toEqual({ code: 0, output: "ran\n" });
  });

  test("lets a process leave before its threads have met", async () => {
    const script = `${prelude}
      const executable = await load(1e6, 10000);
      void executable.run([{}]);
      process.exit(3);`;
    expect(await runChild(script)).toEqual({ code: 3, output: "" });
  });

  test("lets a process leave at any moment while its threads load", async () => {
    const opening = `
      import { X64Device } from "./src/machine/x64/index.ts";
      import { waitingProgram } from "./test/machine/x64/long-kernel.ts";
      setTimeout(() => process.exit(5), DELAY);
      for (;;) {
        const device = await X64Device.open({ threads: 2 });
        const states = new Map([["out", device.allocate(256)]]);
        const program = waitingProgram(device.machine.lanes, 10, 1);
        await (await device.load(program, states)).run([{}]);
        void device.close();
      }`;
    for (let delay = 0; delay < 240; delay += 20) {
      const script = opening.replace("DELAY", String(delay));
      expect(await runChild(script)).toEqual({ code: 5, output: "" });
    }
  });

  test.skipIf(withoutMaps !== undefined)(
    `leaves nothing behind in a worker that ends, whether it was closed or not${withoutMaps ?? ""}`,
    async () => {
      const script = `
        import { readFileSync } from "node:fs";
        import { isMainThread, Worker, workerData } from "node:worker_threads";
        import { X64Device } from "./src/machine/x64/index.ts";
        import { waitingProgram } from "./test/machine/x64/long-kernel.ts";
        const read = (name) => {
          const status = readFileSync("/proc/self/status", "utf8");
          const line = status.split("\\n").find((text) => text.startsWith(name));
          return Number.parseInt(line.slice(name.length + 1), 10) / 1024;
        };
        if (isMainThread) {
          const work = (closes) =>
            new Promise((resolve, reject) => {
              const start = "import('TSX').then(({ register }) => (register(), import('FILE')))";
              const code = start.replace("FILE", import.meta.url);
              const worker = new Worker(code, { eval: true, workerData: closes });
              worker.on("exit", resolve).on("error", reject);
            });
          await work(true);
          const [size, resident] = [read("VmSize"), read("VmRSS")];
          for (const closes of [true, true, false, false]) await work(closes);
          console.log(read("VmSize") - size < 1024, read("VmRSS") - resident < 100);
        } else {
          const device = await X64Device.open({ threads: 2 });
          const states = new Map([["out", device.allocate(256)]]);
          device.view("u8", device.addressOf(device.allocate(64 << 20)), 64 << 20).fill(1);
          const program = waitingProgram(device.machine.lanes, 10, 1);
          await (await device.load(program, states)).run([{}]);
          if (workerData) await device.close();
        }`;
      const withTsx = script.replace("TSX", import.meta.resolve("tsx/esm/api"));
      expect(await runChild(withTsx)).toEqual({ code: 0, output: "true true\n" });
    },
  );

  test("lets a process leave in the middle of a run", async () => {
    const script = `${prelude}
      const executable = await load(1e6, 10000);
      void executable.run([{}]);
      setTimeout(() => process.exit(4), 100);`;
    expect(await runChild(script)).toEqual({ code: 4, output: "" });
  });
});

test("without koffi, an error says what to do", async () => {
  const hide = `
    export const resolve = (name, context, next) => {
      if (name === "koffi") throw new Error("hidden");
      return next(name, context);
    };`;
  const script = `
    import { register } from "node:module";
    register("data:text/javascript,${encodeURIComponent(hide)}");
    const { openDevice, describeDevice } = await import("./src/machine/open.ts");
    await openDevice({ target: "x64" }).catch((error) => console.log(error.name, error.message));
    const device = await openDevice({ threads: 1 });
    console.log(describeDevice(device));
    await device.close();`;
  const { code, output } = await runChild(script);
  expect(code).toBe(0);
  if (process.arch !== "x64") return;
  expect(output).toContain("TargetError The x64 target needs the package koffi");
  expect(output).toContain("could not be loaded: hidden.");
  expect(output).toContain("to do:    install it (npm install koffi), or use --target wasm");
  expect(output).toContain(
    "wasm, 1 thread (x64 is not available: The x64 target needs the package",
  );
});
