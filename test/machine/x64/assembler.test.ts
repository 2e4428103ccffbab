// The assembler's bytes, one by one: against `instructions.txt`, and that file against a real
// disassembler where one is installed (objdump of GNU binutils).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Assembler, gpr } from "../../../src/machine/x64/assembler.ts";
import { GeneralAssembler } from "../../../src/machine/x64/general-assembler.ts";
import { instructions } from "./instructions.ts";

const golden = readFileSync(new URL("instructions.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [bytes, ...text] = line.split(" ");
    return { bytes, text: text.join(" ") };
  });

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** One line an instruction: its text as Intel writes it. */
function disassemble(bytes: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), "fovea-assembler-"));
  const file = join(folder, "code.bin");
  try {
    writeFileSync(file, bytes);
    const options = ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "-w"];
    const listing = execFileSync("objdump", [...options, file], { encoding: "utf8" });
    return listing
      .split("\n")
      .map((line) => line.split("\t"))
      .filter((columns) => columns.length >= 3)
      .map((columns) => plainText(columns[2]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without what differs from one version to the next: remarks on the encoding, spaces. */
function plainText(text: string): string {
  return text
    .replace(/#.*/, "")
    .replace(/\{evex\} |\brex /g, "")
    .replace(/DWORD PTR (\[[^\]]*\])\{1to\d+\}/, "DWORD BCST $1")
    .replace(/QWORD PTR (\[[^\]]*\])\{1to\d+\}/, "QWORD BCST $1")
    .replace(/\s+/g, " ")
    .trim();
}

const withoutDisassembler = (() => {
  try {
    const formats = execFileSync("objdump", ["--info"], { encoding: "utf8" });
    return formats.includes("i386") ? undefined : "objdump here does not know x86-64";
  } catch {
    return "objdump is not installed";
  }
})();

describe("the assembler", () => {
  test("writes the bytes that are on record", () => {
    const written = instructions.map(({ width, write }) => {
      const a = new Assembler(width);
      write(a);
      return hex(a.finish());
    });
    const described = (bytes: string, i: number) => `${bytes} ${golden[i]?.text}`;
    expect(written.map(described)).toEqual(golden.map(({ bytes, text }) => `${bytes} ${text}`));
  });

  test("is on record with every method that it has", () => {
    const called = new Set<string | symbol>();
    for (const { width, write } of instructions) {
      const a = new Assembler(width);
      write(
        new Proxy(a, {
          get(target, name) {
            called.add(name);
            const member: unknown = Reflect.get(target, name, target);
            return typeof member === "function" ? member.bind(target) : member;
          },
        }),
      );
    }
    const elsewhere = [
      "constructor",
      "length",
      "finish",
      "label",
      "bind",
      "jump",
      "jumpIf",
      "call",
      "addressOf",
      "align",
      "pad",
      "append",
      // Of use to instructions only.
      "modRegister",
      "modMemory",
      "modIndexed",
    ];
    const names = [Assembler, GeneralAssembler].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype),
    );
    const missing = names.filter((name) => !called.has(name) && !elsewhere.includes(name));
    expect(missing).toEqual([]);
  });

  test.skipIf(withoutDisassembler !== undefined)(
    `writes what a disassembler reads${withoutDisassembler ? `: ${withoutDisassembler}` : ""}`,
    () => {
      const bytes = Buffer.from(golden.map((row) => row.bytes).join(""), "hex");
      expect(disassemble(bytes)).toEqual(golden.map(({ text }) => text));
    },
  );

  test("jumps and calls forwards and backwards", () => {
    const a = new Assembler(256);
    const [start, end] = [a.label(), a.label()];
    a.bind(start);
    a.jump(end);
    a.jump(start);
    a.jumpIf("below", start);
    a.jumpIf("aboveEqual", end);
    a.jumpIf("equal", start);
    a.jumpIf("notEqual", end);
    a.call(start);
    a.bind(end);
    a.return();
    const jumps = ["e917000000", "ebf9", "72f7", "0f830d000000", "74ef", "0f8505000000"];
    expect(hex(a.finish())).toBe(`${jumps.join("")}e8e4ffffffc3`);
  });

  test.each([
    { between: 126, jump: "7280" },
    { between: 127, jump: "0f827bffffff" },
  ])("jumps back over $between bytes in as few as it takes", ({ between, jump }) => {
    const a = new Assembler(256);
    const start = a.label();
    a.bind(start);
    a.append(new Uint8Array(between));
    a.jumpIf("below", start);
    expect(hex(a.finish()).slice(2 * between)).toBe(jump);
  });

  test.skipIf(withoutDisassembler !== undefined)("fills with instructions that do nothing", () => {
    for (let start = 1; start <= 64; start++) {
      const a = new Assembler(256);
      a.append(new Uint8Array(start).fill(0x90));
      a.pad(64);
      expect(a.length).toBe(64);
      for (const text of disassemble(a.finish())) expect(text).toMatch(/^(nop|xchg ax,ax)/);
    }
  });

  test("knows where data behind the code lies, at a multiple of what is asked", () => {
    const a = new Assembler(512);
    const data = a.label();
    a.addressOf(gpr.rax, data);
    a.addressOf(gpr.r15, data);
    a.align(16);
    a.bind(data);
    a.append(Uint8Array.of(1, 2, 3));
    expect(hex(a.finish())).toBe("488d05090000004c8d3d02000000cccc010203");
  });

  test("refuses to finish where a jump leads nowhere", () => {
    const a = new Assembler(512);
    a.jump(a.label());
    expect(() => a.finish()).toThrow("leads nowhere");
  });

  test("refuses numbers that do not fit their place", () => {
    const a = new Assembler(512);
    const far = { base: gpr.rax, displacement: 2 ** 31 };
    const near = { base: gpr.rax, displacement: 0 };
    expect(() => a.load(gpr.rcx, far)).toThrow("does not fit");
    expect(() => a.vector("vaddps", 1, 2, far)).toThrow("does not fit");
    expect(() => a.addConstant(gpr.rcx, 2 ** 31)).toThrow("does not fit");
    expect(() => a.addConstantTo(near, -(2 ** 31) - 1)).toThrow("does not fit");
    expect(() => a.multiplyConstant(gpr.rcx, gpr.rcx, 2 ** 32)).toThrow("does not fit");
    expect(() => a.compareConstant(gpr.rcx, 1.5)).toThrow("does not fit");
    expect(() => a.constant32(gpr.rcx, 2 ** 32)).toThrow("does not fit");
  });
});
