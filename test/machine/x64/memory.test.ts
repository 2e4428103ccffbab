// Memory that the system gives piece by piece, and may refuse.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import { loadKoffi } from "../../../src/machine/x64/koffi.ts";
import { DeviceMemory } from "../../../src/machine/x64/memory.ts";
import { type Native, openNative } from "../../../src/machine/x64/native.ts";
import { kernel32Functions } from "../../../src/machine/x64/windows.ts";
import { widths } from "./widths.ts";

const [{ missing }] = [...widths].sort((a) => (a.missing === undefined ? -1 : 1));
const mebibyte = 2 ** 20;

/** The system, as if it had no more than so many bytes for one device. */
function limited(native: Native, bytes: number): Native {
  return {
    ...native,
    reserve: (wanted) => {
      const memory = native.reserve(wanted);
      return {
        address: memory.address,
        buffer: memory.buffer,
        retire: () => memory.retire(),
        release: () => memory.release(),
        get committed() {
          return memory.committed;
        },
        commit: (end) => {
          if (end > bytes) throw new TargetError({ what: "The system gave no memory." });
          memory.commit(end);
        },
      };
    },
  };
}

/** What may be done with an address, in the words of /proc/self/maps. */
function protectionAt(address: number): string {
  const ranges = readFileSync("/proc/self/maps", "utf8").matchAll(/^(\w+)-(\w+) (\S+)/gm);
  for (const [, from, to, protection] of ranges) {
    if (Number.parseInt(from, 16) <= address && address < Number.parseInt(to, 16))
      return protection;
  }
  return "nothing";
}

describe.skipIf(missing !== undefined)(`memory${missing ? `: ${missing}` : ""}`, () => {
  test("comes in pieces, zeroed, and never twice", async () => {
    const memory = (await openNative()).reserve(64 * mebibyte);
    expect(memory.committed).toBe(0);
    memory.commit(1);
    const { committed } = memory;
    expect(committed).toBeGreaterThan(0);
    expect(committed).toBeLessThanOrEqual(2 * mebibyte);
    const bytes = new Uint8Array(memory.buffer);
    bytes[0] = 7;
    memory.commit(committed);
    expect(memory.committed).toBe(committed);
    memory.commit(50 * mebibyte);
    expect(bytes[0]).toBe(7);
    expect(bytes.subarray(1, 50 * mebibyte).every((byte) => byte === 0)).toBe(true);
    memory.commit(64 * mebibyte);
    expect(memory.committed).toBe(64 * mebibyte);
    memory.retire();
  });

  test("that is refused leaves the device as it was", async () => {
    const memory = new DeviceMemory(limited(await openNative(), 32 * mebibyte));
    const first = memory.allocate(mebibyte);
    expect(() => memory.allocate(100 * mebibyte)).toThrow(TargetError);
    const second = memory.allocate(20 * mebibyte);
    expect(second).toBe(first + mebibyte);
    const bytes = memory.view("u8", second, 20 * mebibyte);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    bytes.fill(1);
    memory.free(second);
    const again = memory.view("u8", memory.allocate(20 * mebibyte), 20 * mebibyte);
    expect(again.every((byte) => byte === 0)).toBe(true);
    memory.retire();
  });

  test("is as large as the system lets it be", async () => {
    const native = await openNative();
    const asked: number[] = [];
    const limit = (bytes: number): Native => ({
      ...native,
      reserve: (wanted) => {
        asked.push(wanted / mebibyte);
        if (wanted > bytes) throw new TargetError({ what: "The system gave no address space." });
        return native.reserve(wanted);
      },
    });
    const memory = new DeviceMemory(limit(700 * mebibyte));
    expect(asked.filter((size) => size !== 512)).toEqual([4096, 3072, 2048, 1536, 1024, 768]);
    expect(() => memory.allocate(600 * mebibyte)).toThrow("at most 512 MiB in all");
    memory.view("u8", memory.allocate(400 * mebibyte), 1)[0] = 1;
    memory.retire();
    expect(() => new DeviceMemory(limit(32 * mebibyte))).toThrow("no address space");
  });

  test.skipIf(process.platform !== "linux")(
    "gives the addresses back that never had any, and all of them when nothing may look",
    async () => {
      const native = await openNative();
      const memory = native.reserve(64 * mebibyte);
      memory.commit(4 * mebibyte);
      const last = memory.address + 63 * mebibyte;
      expect(protectionAt(last)).toBe("---p");
      memory.retire();
      expect(protectionAt(last)).toBe("nothing");
      expect(new Uint8Array(memory.buffer, 0, 1)[0]).toBe(0);
      memory.release();
      memory.release();
      expect(protectionAt(memory.address)).toBe("nothing");
    },
  );

  test.skipIf(process.platform !== "linux")(
    "code lies in memory that can be run and not written, until it is released",
    async () => {
      const native = await openNative();
      const code = native.install(Uint8Array.of(0xc3));
      native.callable(code.address)(0, 0, 0);
      expect(protectionAt(code.address)).toBe("r-xp");
      code.release();
      code.release();
      expect(protectionAt(code.address)).toBe("nothing");
    },
  );

  test("the functions of Windows are declared as koffi reads declarations", async () => {
    const koffi = await loadKoffi();
    for (const [name, definition] of Object.entries(kernel32Functions)) {
      expect(koffi.proto(definition)).toMatchObject({ name });
    }
  });
});
