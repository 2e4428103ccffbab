// The help of every command: short enough for any terminal, in plain sentences, with examples that are
// command lines of today.

import { expect, test, vi } from "vitest";
import { z } from "zod";
import { commands } from "../../src/cli/commands/index.ts";
import { run } from "../../src/cli/run.ts";
import { flagOf } from "../../src/cli/schema.ts";

async function helpOf(...args: readonly string[]): Promise<string> {
  const said: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  try {
    expect(await run(args)).toBe(0);
  } finally {
    write.mockRestore();
  }
  return said.join("");
}

const names = Object.keys(commands) as (keyof typeof commands)[];

test("without a command, the help lists all of them in 80 columns", async () => {
  const help = await helpOf();
  for (const name of names) expect(help).toMatch(new RegExp(`^ {2}${name} +[a-z]`, "m"));
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test.each(names)("fovea %s --help fits in 80 columns", async (name) => {
  const help = await helpOf(name, "--help");
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(help).toMatch(/^Examples:$/m);
});

test.each(names)("every option of fovea %s is described in sentences", async (name) => {
  const { options } = await commands[name].load();
  const { properties = {} } = z.toJSONSchema(options, { io: "input" });
  for (const [option, field] of Object.entries(properties)) {
    const { description } = field as { description?: string };
    expect([option, description]).toEqual([option, expect.stringMatching(/^([A-Z]|\w+ ).*\.$/s)]);
  }
});

test.each(names)("the examples of fovea %s use its own options", async (name) => {
  const command = await commands[name].load();
  const flags = Object.keys(command.options.shape).map(flagOf);
  expect(command.examples.length).toBeGreaterThan(0);
  for (const [line, meaning] of command.examples) {
    expect(line.startsWith(`fovea ${name}`)).toBe(true);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    const used = line.split(" ").filter((word) => word.startsWith("--"));
    expect(used.filter((word) => !flags.includes(word))).toEqual([]);
  }
});
