// The machine that a measurement was made on, in words.

import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** Where and when, and with what. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly fovea: string;
  readonly date: string;
  /** Processes that wanted a core just before, on average over a minute. */
  readonly load: number;
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

export function describeMachine(): Machine {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return {
    processor: processorName(),
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release().split("-")[0]} ${arch()}`,
    node: process.version,
    fovea: (JSON.parse(manifest) as { version: string }).version,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0],
  };
}
