// The two ways in which systems call code. That of Windows is tried here on Linux: code that is emitted
// for it is called as Windows would call it, and what Windows would call is called as it wants it.

import { beforeAll, describe, expect, test } from "vitest";
import { bytesPerElement } from "../../../src/core/dtype.ts";
import { sizeOf } from "../../../src/core/shape.ts";
import { atOnce } from "../../../src/core/slices.ts";
import { ops } from "../../../src/graph/ops/index.ts";
import { compile } from "../../../src/kernel/compile.ts";
import { still } from "../../../src/kernel/language.ts";
import type { Program } from "../../../src/kernel/program.ts";
import { KernelWriter } from "../../../src/kernel/writer.ts";
import type { DeviceBuffer } from "../../../src/machine/device.ts";
import { Layout } from "../../../src/machine/layout.ts";
import { Assembler } from "../../../src/machine/x64/assembler.ts";
import { ConstantPool } from "../../../src/machine/x64/constant-pool.ts";
import { conventions, enter, leave } from "../../../src/machine/x64/convention.ts";
import { X64Device } from "../../../src/machine/x64/index.ts";
import { installProgram } from "../../../src/machine/x64/install.ts";
import { emitKernel } from "../../../src/machine/x64/kernel.ts";
import { DeviceMemory } from "../../../src/machine/x64/memory.ts";
import { type Native, openNative } from "../../../src/machine/x64/native.ts";
import { smallBatch, smallNet } from "../small-net.ts";
import { waitingProgram } from "./long-kernel.ts";
import { widths } from "./widths.ts";
import { type Calls, windowsCaller, windowsYield } from "./windows-call.ts";

const steps = 3;

/** A program in memory of its own, with its states filled. */
function install(native: Native, width: 512 | 256, program: Program, calls?: Partial<Calls>) {
  const memory = new DeviceMemory(native);
  const stop = memory.allocate(4);
  const states = program.states.map(({ name, dtype, shape }, i) => {
    const address = memory.allocate(bytesPerElement[dtype] * sizeOf(shape));
    const view = memory.view(dtype, address, sizeOf(shape));
    if (dtype === "f32") view.set(view.map((_, at) => Math.sin(at + i) / 8));
    return { name, address, view };
  });
  const threads = 1;
  const bufferAt = (address: number, bytes: number) => ({ address, bytes });
  const device = {
    threads,
    allocate: (bytes: number) => bufferAt(memory.allocate(bytes), bytes),
    free: (buffer: DeviceBuffer) => memory.free(device.addressOf(buffer)),
    addressOf: (buffer: DeviceBuffer) => (buffer as ReturnType<typeof bufferAt>).address,
    view: memory.view.bind(memory),
    writesTo: () => 0,
    noteWrite: () => {},
  };
  const places = new Map(
    states.map(({ name, address, view }) => [name, bufferAt(address, view.byteLength)]),
  );
  const layout = atOnce(Layout.of(device, program, places, steps));
  const { convention = native.convention, letOthersRun = native.letOthersRun } = calls ?? {};
  const code = installProgram(native, program, {
    ...{ width, layout, memory, stop },
    calls: { convention, letOthersRun },
  });
  return {
    address: code.address,
    layout,
    stop: memory.addressOf(stop, 4),
    states: () => states.map(({ view }) => Array.from(view)),
    release: () => {
      code.release();
      memory.retire();
    },
  };
}

const onLinux = process.platform === "win32" ? "this system has that convention itself" : undefined;

describe.each(widths)("$name", ({ width, missing }) => {
  const reason = missing ?? onLinux;
  if (reason !== undefined) {
    test.skip(reason);
    return;
  }
  let native: Native;
  let program: Program;
  beforeAll(async () => {
    native = await openNative();
    const device = await X64Device.open({ threads: 1, width });
    program = compile("small", smallNet(), device.machine, ops);
    await device.close();
  });

  /** Takes `steps` steps by the convention of the system, or by another one. */
  function train(calls?: Partial<Calls>) {
    const installed = install(native, width, program, calls);
    const caller = windowsCaller(native, installed.address);
    const run = calls === undefined ? native.callable(installed.address) : caller.call;
    installed.layout.stage(Array.from({ length: steps }, (_, step) => smallBatch(step)));
    run(0, 1, steps);
    const left = { states: installed.states(), outputs: installed.layout.collect(steps) };
    const changed = calls === undefined ? [] : caller.changed();
    caller.release();
    installed.release();
    return { left, changed };
  }

  test("a program for Windows computes the same bits, and gives back what Windows wants", () => {
    const expected = train();
    const received = train({ convention: conventions.windows });
    expect(received.left).toEqual(expected.left);
    expect(received.changed).toEqual([]);
  });

  test("a convention that preserves too little is noticed", () => {
    const { preserved, preservedVectors } = conventions.windows;
    const fewer = preserved.filter((register) => register !== 6 && register !== 7);
    const withoutIndices = { ...conventions.windows, preserved: fewer };
    expect(train({ convention: withoutIndices }).changed).toEqual(["rdi", "rsi"]);
    const withoutVectors = {
      ...conventions.windows,
      preservedVectors: preservedVectors.filter((register) => register !== 9),
    };
    expect(train({ convention: withoutVectors }).changed).toEqual(["xmm9"]);
  });

  test("a thread that waits calls Windows with an aligned stack and room to work in", () => {
    const other = windowsYield(native);
    const installed = install(native, width, waitingProgram(width / 32, 10), {
      convention: conventions.windows,
      letOthersRun: other.address,
    });
    other.stopsAt(installed.stop);
    const caller = windowsCaller(native, installed.address);
    // The second of two threads never comes.
    caller.call(0, 2, 1);
    expect(other.calls()).toBe(3);
    // The call put its return address where the stack was aligned.
    expect(other.stackOffset()).toBe(8);
    expect(caller.changed()).toEqual([]);
    expect(installed.states()[0][0]).not.toBe(1);
    for (const held of [caller, installed, other]) held.release();
  });

  test("a thread that waits lets others run after some microseconds", () => {
    const took = Array.from({ length: 20 }, () => {
      const other = windowsYield(native);
      const installed = install(native, width, waitingProgram(width / 32, 10), {
        convention: conventions.windows,
        letOthersRun: other.address,
      });
      other.stopsAt(installed.stop);
      const caller = windowsCaller(native, installed.address);
      const start = performance.now();
      caller.call(0, 2, 1);
      const milliseconds = performance.now() - start;
      for (const held of [caller, installed, other]) held.release();
      return milliseconds / 3;
    });
    // A core that is wanted elsewhere takes longer now and then, but not always.
    expect(Math.min(...took)).toBeLessThan(0.03);
  });

  test("a frame of several pages is touched page by page, in order", () => {
    const w = new KernelWriter("many values", width / 32);
    const values = w.buffer("values", "f32", 20_000);
    const loaded = Array.from({ length: 300 }, (_, i) =>
      w.loadVector(w.access(values, still(i * w.lanes))),
    );
    loaded.forEach((value, i) => {
      w.store(w.access(values, still((299 - i) * w.lanes)), value);
    });
    const a = new Assembler(width);
    const pool = new ConstantPool(a);
    emitKernel(w.finish(), a, pool, new Set());
    pool.write(a);
    const pushFramePointer = "55";
    // add rsp, -4096; mov [rsp], rsp.
    const nextPage = "4881c400f0ffff48892424";
    const begin = pushFramePointer + nextPage.repeat(4);
    const hex = Buffer.from(a.finish()).toString("hex");
    expect(hex.slice(0, begin.length)).toBe(begin);
    // What is left of the frame is less than a page.
    expect(hex.slice(begin.length)).toMatch(/^4881c4..f.ffff(?!48892424)/);
  });
});

/** What stands around a frame of 32 bytes, one instruction after the other. */
const frames = {
  systemV: [
    "53", // push   rbx
    "55", // push   rbp
    "4154", // push   r12
    "4155", // push   r13
    "4156", // push   r14
    "4157", // push   r15
    "4883c4e0", // add    rsp,0xffffffffffffffe0
    "4883c420", // add    rsp,0x20
    "415f", // pop    r15
    "415e", // pop    r14
    "415d", // pop    r13
    "415c", // pop    r12
    "5d", // pop    rbp
    "5b", // pop    rbx
    "c5f877", // vzeroupper
    "c3", // ret
  ],
  windows: [
    "53", // push   rbx
    "55", // push   rbp
    "57", // push   rdi
    "56", // push   rsi
    "4154", // push   r12
    "4155", // push   r13
    "4156", // push   r14
    "4157", // push   r15
    "4881c440ffffff", // add    rsp,0xffffffffffffff40
    "c5f811742420", // vmovups XMMWORD PTR [rsp+0x20],xmm6
    "c5f8117c2430", // vmovups XMMWORD PTR [rsp+0x30],xmm7
    "c57811442440", // vmovups XMMWORD PTR [rsp+0x40],xmm8
    "c578114c2450", // vmovups XMMWORD PTR [rsp+0x50],xmm9
    "c57811542460", // vmovups XMMWORD PTR [rsp+0x60],xmm10
    "c578115c2470", // vmovups XMMWORD PTR [rsp+0x70],xmm11
    "c57811a42480000000", // vmovups XMMWORD PTR [rsp+0x80],xmm12
    "c57811ac2490000000", // vmovups XMMWORD PTR [rsp+0x90],xmm13
    "c57811b424a0000000", // vmovups XMMWORD PTR [rsp+0xa0],xmm14
    "c57811bc24b0000000", // vmovups XMMWORD PTR [rsp+0xb0],xmm15
    "c5f810742420", // vmovups xmm6,XMMWORD PTR [rsp+0x20]
    "c5f8107c2430", // vmovups xmm7,XMMWORD PTR [rsp+0x30]
    "c57810442440", // vmovups xmm8,XMMWORD PTR [rsp+0x40]
    "c578104c2450", // vmovups xmm9,XMMWORD PTR [rsp+0x50]
    "c57810542460", // vmovups xmm10,XMMWORD PTR [rsp+0x60]
    "c578105c2470", // vmovups xmm11,XMMWORD PTR [rsp+0x70]
    "c57810a42480000000", // vmovups xmm12,XMMWORD PTR [rsp+0x80]
    "c57810ac2490000000", // vmovups xmm13,XMMWORD PTR [rsp+0x90]
    "c57810b424a0000000", // vmovups xmm14,XMMWORD PTR [rsp+0xa0]
    "c57810bc24b0000000", // vmovups xmm15,XMMWORD PTR [rsp+0xb0]
    "4881c4c0000000", // add    rsp,0xc0
    "415f", // pop    r15
    "415e", // pop    r14
    "415d", // pop    r13
    "415c", // pop    r12
    "5e", // pop    rsi
    "5f", // pop    rdi
    "5d", // pop    rbp
    "5b", // pop    rbx
    "c5f877", // vzeroupper
    "c3", // ret
  ],
} as const;

test.each(["systemV", "windows"] as const)("%s: the bytes around a frame are on record", (name) => {
  const a = new Assembler(512);
  enter(a, conventions[name], 32);
  leave(a, conventions[name], 32);
  expect(Buffer.from(a.finish()).toString("hex")).toBe(frames[name].join(""));
});
