// The options of `npm run bench`.

import { parseArgs } from "node:util";
import { ConfigError } from "../src/core/errors.ts";
import { lookUp } from "../src/core/names.ts";
import type { TargetName } from "../src/machine/index.ts";
import { type NetworkName, networkNames, networks } from "./networks.ts";

/** What to time, and how. */
export interface BenchOptions {
  readonly nets: readonly NetworkName[];
  readonly target: TargetName | "auto";
  /** Threads that compute, on every side; one a core unless told. */
  readonly threads?: number;
  /** Rounds in which all sides take their turns. */
  readonly repeats: number;
  readonly profile: boolean;
  readonly json: boolean;
}

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ConfigError({
    what: `The option --${name} cannot be used.`,
    expected: "a whole number of at least 1",
    received: text,
  });
}

/** @throws ConfigError where a value cannot be used; TypeError where there is no such option. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string", default: networkNames.join(",") },
      target: { type: "string", default: "auto" },
      threads: { type: "string" },
      repeats: { type: "string", default: "7" },
      profile: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const nets = values.nets.split(",");
  for (const name of nets) lookUp(networks, name, "network");
  return {
    nets: nets as NetworkName[],
    target: values.target as TargetName | "auto",
    ...(values.threads === undefined ? {} : { threads: wholeNumber(values.threads, "threads") }),
    repeats: wholeNumber(values.repeats, "repeats"),
    profile: values.profile,
    json: values.json,
  };
}
