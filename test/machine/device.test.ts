// What every device does with memory, programs and steps, whatever its target; and what is left when
// a program, or the device, goes away.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DataError, TargetError, VerificationError } from "../../src/core/errors.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { still } from "../../src/kernel/language.ts";
import type { Program } from "../../src/kernel/program.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";
import type { HostDevice } from "../../src/machine/host-device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { loadSmallNet, smallBatch, smallNet, trainSmallNet } from "./small-net.ts";
import { widths } from "./x64/widths.ts";

const x = ops.input("x", { shape: [3], dtype: "f32" });
const total = ops.state("total", { shape: [3], dtype: "f32" });
/** Adds the input to a state, and shows the state before and the input's square. */
const adding: Graph = {
  outputs: { before: total, square: ops.multiply(x, x) },
  updates: [{ state: total, value: ops.add(total, x) }],
};

async function loadAdding(device: HostDevice, stepsAtOnce = 1) {
  const program = compile("adding", adding, device.machine, ops);
  const address = device.allocate(12);
  const executable = await device.load(program, new Map([["total", address]]), { stepsAtOnce });
  return {
    executable,
    address,
    state: () => [...device.view("f32", device.addressOf(address), 3)],
  };
}

/** Bytes of memory that the device has asked the machine for. */
const memoryOf = (device: HostDevice) => device.view("u8", 0, 1).buffer.byteLength;

/** What is no longer in use goes now. */
const collectGarbage = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

interface Target {
  readonly name: string;
  /** Whether it asks for memory when it needs some; x64 reserves addresses once and for all. */
  readonly grows: boolean;
  readonly open: () => Promise<HostDevice>;
}

const targets: readonly Target[] = [
  { name: "interpreter", grows: true, open: async () => new InterpreterDevice() },
  { name: "wasm with 1 thread", grows: true, open: () => WasmDevice.open({ threads: 1 }) },
  { name: "wasm with 2 threads", grows: true, open: () => WasmDevice.open({ threads: 2 }) },
  {
    name: "wasm on the calling thread",
    grows: true,
    open: () => WasmDevice.open({ threads: 2, inline: true }),
  },
  ...widths
    .filter(({ missing }) => missing === undefined)
    .map(({ name, width }) => {
      return { name, grows: false, open: () => X64Device.open({ threads: 2, width }) };
    }),
];

for (const { name, missing } of widths) {
  if (missing !== undefined) test.skip(`${name}: ${missing}`);
}

describe.each(targets)("$name", ({ grows, open }) => {
  let device: HostDevice;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  test("reserves memory that is zero, also where it was used before", () => {
    const address = device.allocate(256);
    device.view("u8", device.addressOf(address), 256).fill(7);
    const place = device.addressOf(address);
    device.free(address);
    const again = device.allocate(256);
    expect(device.addressOf(again)).toBe(place);
    expect(device.view("u8", device.addressOf(again), 256).every((byte) => byte === 0)).toBe(true);
    device.free(again);
  });

  test.skipIf(!grows)(
    "keeps what memory holds when it grows, and programs that were there before",
    async () => {
      const { executable, address, state } = await loadAdding(device);
      await executable.run([{ x: [1, 2, 3] }]);
      const size = memoryOf(device);
      const large = device.allocate(2 * size);
      expect(memoryOf(device)).toBeGreaterThan(2 * size);
      expect(state()).toEqual([1, 2, 3]);
      const [{ before, square }] = await executable.run([{ x: [10, 20, 30] }]);
      expect([...before]).toEqual([1, 2, 3]);
      expect([...square]).toEqual([100, 400, 900]);
      expect(state()).toEqual([11, 22, 33]);
      executable.dispose();
      for (const held of [large, address]) device.free(held);
    },
  );

  test("does several steps at once as it does them one by one", async () => {
    const { executable, state } = await loadAdding(device, 3);
    const steps = [
      [1, 1, 1],
      [2, 4, 6],
      [100, 0, -1],
    ].map((values) => ({ x: values }));
    const results = await executable.run(steps);
    expect(results.map(({ before }) => [...before])).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [3, 5, 7],
    ]);
    expect(results.map(({ square }) => [...square])).toEqual([
      [1, 1, 1],
      [4, 16, 36],
      [10_000, 0, 1],
    ]);
    expect(state()).toEqual([103, 5, 6]);
    expect(await executable.run([])).toEqual([]);
    await executable.run(steps.slice(0, 2));
    expect(state()).toEqual([106, 10, 13]);
    executable.dispose();
  });

  test("keeps the inputs of calls apart that are made at the same time", async () => {
    const { executable, state } = await loadAdding(device);
    const calls = [
      [1, 2, 3],
      [10, 20, 30],
      [100, 0, 0],
    ].map((x) => executable.run([{ x }]));
    const squares = (await Promise.all(calls)).map(([{ square }]) => [...square]);
    expect(squares).toEqual([
      [1, 4, 9],
      [100, 400, 900],
      [10_000, 0, 0],
    ]);
    expect(state()).toEqual([111, 22, 33]);
    executable.dispose();
  });

  test("hands out copies: a later step does not change what an earlier one gave", async () => {
    const { executable } = await loadAdding(device);
    const [{ square }] = await executable.run([{ x: [1, 2, 3] }]);
    await executable.run([{ x: [4, 5, 6] }]);
    expect([...square]).toEqual([1, 4, 9]);
    executable.dispose();
  });

  test("runs programs that share a state one after another", async () => {
    const { executable, address, state } = await loadAdding(device);
    const reading: Graph = { outputs: { sum: ops.sum(total) }, updates: [] };
    const reader = await device.load(
      compile("reading", reading, device.machine, ops),
      new Map([["total", address]]),
    );
    const [, [{ sum }]] = await Promise.all([executable.run([{ x: [1, 2, 3] }]), reader.run([{}])]);
    expect([...sum]).toEqual([6]);
    expect(state()).toEqual([1, 2, 3]);
    executable.dispose();
    reader.dispose();
  });

  test("refuses inputs that do not fit, by name, and has changed nothing", async () => {
    const { executable, state } = await loadAdding(device, 2);
    const refuse = async (steps: Record<string, number[]>[], what: RegExp) => {
      await expect(executable.run(steps)).rejects.toThrow(DataError);
      await expect(executable.run(steps)).rejects.toThrow(what);
    };
    await refuse(
      [{ x: [1, 2] }],
      /input "x"[\s\S]*3 elements for \[3\][\s\S]*received: 2 elements/,
    );
    await refuse([{ x: [1, 2, 3] }, {}], /input "x"[\s\S]*received: nothing/);
    await refuse([{ x: [1, 2, 3, 4] }], /received: 4 elements/);
    const three = [1, 2, 3].map((value) => ({ x: [value, value, value] }));
    await refuse(three, /Too many steps[\s\S]*at most 2[\s\S]*received: 3/);
    expect(state()).toEqual([0, 0, 0]);
    executable.dispose();
  });

  test("refuses a program whose state has no place", async () => {
    const program = compile("adding", adding, device.machine, ops);
    const load = () => device.load(program, new Map());
    await expect(load()).rejects.toThrow(VerificationError);
    await expect(load()).rejects.toThrow(/a buffer for "total"/);
  });

  test("refuses a program that could leave its memory, and has run nothing", async () => {
    const { executable, address, state } = await loadAdding(device);
    const program = compile("adding", adding, device.machine, ops);
    const states = new Map([["total", address]]);
    const bad = program.stages.flat().flatMap(({ kernel, bindings }) => {
      const smaller = bindings.map((storage) => ({ ...storage, size: storage.size - 1 }));
      const w = new KernelWriter("planted", kernel.lanes);
      const beyond = w.access(w.buffer("total", "f32", 3), still(3));
      w.store(beyond, w.constant(1));
      return [
        { launch: { kernel, bindings: smaller }, says: /does not fit/ },
        {
          launch: { kernel: w.finish(), bindings: [program.states[0].storage] },
          says: /could leave its buffer/,
        },
      ];
    });
    expect(bad.length).toBeGreaterThan(0);
    const refuse = async (planted: Partial<Program>, says: RegExp) => {
      const load = device.load({ ...program, ...planted }, states);
      await expect(load).rejects.toThrow(VerificationError);
      await expect(load).rejects.toThrow(says);
    };
    for (const { launch, says } of bad) {
      await refuse({ stages: [...program.stages, [launch]] }, says);
    }
    await refuse({ arenaBytes: program.arenaBytes - 64 }, /outside of its memory/);
    const before = new Map([...program.offsets].map(([storage, at]) => [storage, at - 64]));
    await refuse({ offsets: before }, /outside of its memory/);
    await refuse({ offsets: new Map() }, /has no place/);
    const [state0] = program.states;
    await refuse({ states: [{ ...state0, shape: [2] }] }, /not as large as its shape/);
    expect(state()).toEqual([0, 0, 0]);
    executable.dispose();
  });

  test("keeps nothing of the calls that it has answered", async () => {
    const { executable, address } = await loadAdding(device);
    const alive = async (calls: number) => {
      for (let i = 0; i < calls; i++) await executable.run([{ x: [1, 2, 3] }]);
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await alive(2000);
    expect((await alive(8000)) - before).toBeLessThan(1 << 20);
    executable.dispose();
    device.free(address);
  });

  test("has its memory back when programs are dropped, a hundred of them", async () => {
    const program = compile("small", smallNet(), device.machine, ops);
    const round = async () => {
      const { executable, states } = await loadSmallNet(device, 2, program);
      if (device.target !== "interpreter") await executable.run([smallBatch(0), smallBatch(1)]);
      executable.dispose();
      for (const { buffer } of states) device.free(buffer);
    };
    const nextFree = () => {
      const buffer = device.allocate(1);
      const address = device.addressOf(buffer);
      device.free(buffer);
      return address;
    };
    const firstFree = nextFree();
    for (let i = 0; i < 20; i++) await round();
    const [bytes, resident] = [memoryOf(device), process.memoryUsage.rss()];
    for (let i = 0; i < 100; i++) await round();
    expect(nextFree()).toBe(firstFree);
    expect(memoryOf(device)).toBe(bytes);
    expect(process.memoryUsage.rss() - resident).toBeLessThan(64 << 20);
  });

  test("has all of a program's memory back when dispose says so", async () => {
    const other = await open();
    const large = other.allocate(1);
    const place = other.addressOf(large);
    const { executable, address } = await loadAdding(other);
    await executable.run([{ x: [1, 2, 3] }]);
    for (const held of [large, address]) other.free(held);
    await executable.dispose();
    expect(other.addressOf(other.allocate(2 ** 20))).toBe(place);
    await other.close();
  });

  test("goes on with the same numbers after a thread has died", async () => {
    const workers: Worker[] = [];
    const remember = (worker: Worker) => void workers.push(worker);
    process.on("worker", remember);
    const other = await open();
    if (workers.length > 0) {
      const { executable, state } = await loadAdding(other);
      await executable.run([{ x: [1, 2, 3] }]);
      const running = executable.run([{ x: [1, 1, 1] }]).catch((error) => error.message);
      await workers[0].terminate();
      const outcome = await running;
      const [before] = [state()];
      if (typeof outcome === "string") expect(outcome).toContain("A compute thread failed.");
      await workers.at(-1)?.terminate();
      for (let i = 0; i < 3; i++) await executable.run([{ x: [10, 20, 30] }]);
      expect(state()).toEqual(before.map((value, i) => value + 30 * (i + 1)));
      const { executable: another } = await loadAdding(other);
      expect([...(await another.run([{ x: [4, 5, 6] }]))[0].square]).toEqual([16, 25, 36]);
      await workers.at(-1)?.terminate();
      expect(await trainSmallNet(other, 4)).toBe(await trainSmallNet(device, 4));
    }
    process.off("worker", remember);
    await other.close();
  });

  test("closes twice without harm", async () => {
    const other = await open();
    await Promise.all([other.close(), other.close()]);
  });
});

describe.each(widths.filter(({ missing }) => missing === undefined))("$name", ({ width }) => {
  test("computes the same bits on 1, 2, 3 and 16 threads", async () => {
    const digests = new Set<string>();
    for (const threads of [1, 2, 3, 16]) {
      const device = await X64Device.open({ threads, width });
      expect(device.threads).toBe(threads);
      digests.add(await trainSmallNet(device, 8, 4));
      await device.close();
    }
    expect(digests.size).toBe(1);
  });
});

describe("WebAssembly", () => {
  test("computes the same bits on 1, 2, 3 and 16 threads and on the calling one, step by step and several at once", async () => {
    const digests = new Set<string>();
    for (const threads of [1, 2, 3, 16, undefined]) {
      const device = await WasmDevice.open({
        threads: threads ?? 1,
        inline: threads === undefined,
      });
      for (const stepsAtOnce of [1, 4]) {
        digests.add(await trainSmallNet(device, 8, stepsAtOnce));
      }
      await device.close();
    }
    expect(digests.size).toBe(1);
  });

  test("refuses work once it is closed", async () => {
    const device = await WasmDevice.open({ threads: 2 });
    const { executable } = await loadAdding(device);
    await device.close();
    await expect(executable.run([{ x: [1, 2, 3] }])).rejects.toThrow(TargetError);
    await expect(executable.run([{ x: [1, 2, 3] }])).rejects.toThrow("The device was closed.");
    await expect(loadAdding(device)).rejects.toThrow("The device was closed.");
    executable.dispose();
  });

  test("says how much memory was wanted when there is none left", async () => {
    const device = await WasmDevice.open({ threads: 1 });
    expect(() => device.allocate(5 * 2 ** 30)).toThrow(TargetError);
    expect(() => device.allocate(5 * 2 ** 30)).toThrow(/5120 MiB more, with 0 MiB in use/);
    const { executable } = await loadAdding(device);
    const [{ square }] = await executable.run([{ x: [1, 2, 3] }]);
    expect([...square]).toEqual([1, 4, 9]);
    await device.close();
  });
});

test("wasm goes on after the machine refused memory, with zeros in what it gives next", async () => {
  const device = await WasmDevice.open({ threads: 1 });
  const bytes = 2 * memoryOf(device);
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementationOnce(() => {
    throw new RangeError("no more");
  });
  expect(() => device.allocate(bytes)).toThrow(TargetError);
  grow.mockRestore();
  const address = device.allocate(bytes);
  expect(device.view("u8", device.addressOf(address), bytes).every((byte) => byte === 0)).toBe(
    true,
  );
  await device.close();
});
