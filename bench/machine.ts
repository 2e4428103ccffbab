// The machine that a measurement was made on, in words.

import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";

/** Where and when, and with what. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly fovea: string;
  readonly date: string;
  /** Cores that other programs kept busy in the second before the run. */
  readonly busyCores: number;
}

/** `Intel(R) Xeon(R) Processor (family 6, model 207)`: names alone do not tell all processors apart. */
function processorName(): string {
  const name = cpus()[0]?.model.trim() ?? "unknown processor";
  if (platform() !== "linux") return name;
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const [, family] = /cpu family\s*:\s*(\d+)/.exec(text) ?? [];
  const [, model] = /model\s*:\s*(\d+)/.exec(text) ?? [];
  return family === undefined ? name : `${name} (family ${family}, model ${model})`;
}

/** Idle time and all time of all cores, in milliseconds. */
function coreTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((core) => core.times);
  const all = times.flatMap((each) => Object.values(each)).reduce((sum, time) => sum + time, 0);
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all };
}

/** How many cores are busy while this process waits. */
async function busyCores(): Promise<number> {
  const before = coreTimes();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = coreTimes();
  return cpus().length * (1 - (after.idle - before.idle) / (after.all - before.all));
}

export async function describeMachine(): Promise<Machine> {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return {
    processor: processorName(),
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release().split("-")[0]} ${arch()}`,
    node: process.version,
    fovea: (JSON.parse(manifest) as { version: string }).version,
    date: new Date().toISOString().slice(0, 10),
    busyCores: await busyCores(),
  };
}
