// WebAssembly in processes of their own: one that opens a device and never closes it still ends, and
// the engine's two compilers give the same bits.

import { describe, expect, test } from "vitest";
import { runChild } from "./x64/child.ts";

/** Trains a small network under flags of the engine, and prints a digest of all that it left. */
const train = (flags: readonly string[]) => `
  import v8 from "node:v8";
  for (const flag of ${JSON.stringify(flags)}) v8.setFlagsFromString(flag);
  const { WasmDevice } = await import("./src/machine/wasm/index.ts");
  const { trainSmallNet } = await import("./test/machine/small-net.ts");
  const device = await WasmDevice.open({ threads: 2 });
  console.log(await trainSmallNet(device, 6, 2));
  await device.close();`;

const open = `
  const { WasmDevice } = await import("./src/machine/wasm/index.ts");
  const { loadSmallNet, smallBatch } = await import("./test/machine/small-net.ts");
  const device = await WasmDevice.open({ threads: 2 });
  const { executable } = await loadSmallNet(device, 1);`;

describe("a process", () => {
  test("ends by itself when nothing runs, though its device is open", async () => {
    const idle = `
      const { WasmDevice } = await import("./src/machine/wasm/index.ts");
      await WasmDevice.open({ threads: 2 });
      console.log("opened");`;
    expect(await runChild(idle)).toEqual({ code: 0, output: "opened\n" });
    const script = `${open}
      await executable.run([smallBatch(0)]);
      console.log("ran");`;
    expect(await runChild(script)).toEqual({ code: 0, output: "ran\n" });
  });

  test("does not end while a step runs that nobody waits for", async () => {
    const script = `${open}
      void executable.run([smallBatch(0)]).then(() => console.log("ran"));`;
    expect(await runChild(script)).toEqual({ code: 0, output: "ran\n" });
  });

  test("ends by itself when a thread has failed and others still wait for it", async () => {
    const script = `
      const { Team } = await import("./src/machine/team.ts");
      const team = await Team.start(2, \`({ buffer }) => (thread) => {
        if (thread === 1) throw new Error("the roof is leaking");
        Atomics.wait(new Int32Array(buffer), 0, 0);
      }\`);
      const id = await team.load({ buffer: new SharedArrayBuffer(4) });
      await team.run(id, 1).catch((error) => console.log(error.name));`;
    expect(await runChild(script)).toEqual({ code: 0, output: "TargetError\n" });
  });

  test("may leave in the middle of a step", async () => {
    const script = `${open}
      void executable.run([smallBatch(0)]);
      process.exit(3);`;
    expect(await runChild(script)).toEqual({ code: 3, output: "" });
  });
});

test("the engine's first and its optimising compiler give the same bits", async () => {
  const [first, optimised, both] = [
    await runChild(train(["--liftoff-only"])),
    await runChild(train(["--no-liftoff"])),
    await runChild(train([])),
  ];
  expect(first).toEqual({ code: 0, output: expect.stringMatching(/^[0-9a-f]{64}\n$/) });
  expect(optimised).toEqual(first);
  expect(both).toEqual(first);
});
