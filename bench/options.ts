// The options of `npm run bench`.

import { parseArgs } from "node:util";
import { ConfigError } from "../src/core/errors.ts";
import { lookUp } from "../src/core/names.ts";
import { type MeasuredTarget, measuredTargets } from "../src/measure/targets.ts";
import { type NetworkName, networkNames, networks } from "./networks.ts";
import { type PeerName, peerKinds, peerNames } from "./peers/index.ts";

/** What to time, and how. */
export interface BenchOptions {
  readonly nets: readonly NetworkName[];
  /** `auto` takes the fastest that runs here for the networks, and all for the convolution. */
  readonly target: MeasuredTarget | "auto";
  /** Threads that compute, on every side. Default: one a core. */
  readonly threads?: number;
  /** Rounds in which all sides take their turns. */
  readonly repeats: number;
  readonly peers: readonly PeerName[];
  /** Pictures of the folder that is read; 0 leaves that part out. */
  readonly pictures: number;
  /** Steps of style transfer in each round; 0 leaves that part out. */
  readonly styleSteps: number;
  /** A Python that has torch. */
  readonly python?: string;
  /** Whether the time of every kernel is shown. */
  readonly profile: boolean;
  readonly json: boolean;
  /** Whether the tables become a page of bench/. */
  readonly write: boolean;
}

export const help = `npm run bench -- [options]
  --nets <names>      ${networkNames.join(",")}, or none (default: all)
  --target <name>     ${["auto", ...measuredTargets].join(", ")} (default: auto)
  --threads <number>  threads that compute, on every side (default: one a core)
  --repeats <number>  rounds in which all sides take their turns (default: 7)
  --peers <names>     ${peerNames.join(",")}, or none (default: all that are installed)
  --pictures <number> pictures of the folder that is read beside torchvision (default: 400; 0 leaves it out)
  --style-steps <number> steps of style transfer in each round (default: 3; 0 leaves it out)
  --python <command>  a Python that has torch (default: python3, then /usr/bin/python3)
  --profile           the time of every kernel, beside what the cost model predicts
  --json              one JSON record and no text
  --write             the tables as bench/RESULTS.md, or bench/RESULTS-<target>.md without AVX-512`;

function wholeNumber(text: string, name: string, least = 1): number {
  const value = Number(text);
  if (text !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw new ConfigError({
    what: `The option --${name} cannot be used.`,
    expected: `a whole number of at least ${least}`,
    received: text === "" ? '""' : text,
  });
}

/** Names with commas between them, each a key of `table`. */
function listOf<K extends string>(text: string, table: Record<K, unknown>, kind: string): K[] {
  const names = text.split(",") as K[];
  for (const name of names) lookUp(table, name, kind);
  return [...new Set(names)];
}

const known = {
  nets: { type: "string", default: networkNames.join(",") },
  target: { type: "string", default: "auto" },
  threads: { type: "string" },
  repeats: { type: "string", default: "7" },
  peers: { type: "string", default: peerNames.join(",") },
  pictures: { type: "string", default: "400" },
  "style-steps": { type: "string", default: "3" },
  python: { type: "string" },
  profile: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    throw new ConfigError({
      what: "The command line of npm run bench cannot be read.",
      received: (error as Error).message,
      fix: "see npm run bench -- --help",
    });
  }
}

/**
 * The options of a command line; `help` where they are asked for.
 *
 * @throws ConfigError where an option or its value cannot be used.
 */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const values = valuesOf(args);
  if (values.help) return "help";
  const { python, profile, json, write } = values;
  const targets = Object.fromEntries(["auto", ...measuredTargets].map((name) => [name, true]));
  lookUp(targets, values.target, "target");
  return {
    nets: values.nets === "none" ? [] : listOf(values.nets, networks, "network"),
    target: values.target as MeasuredTarget | "auto",
    ...(values.threads === undefined ? {} : { threads: wholeNumber(values.threads, "threads") }),
    repeats: wholeNumber(values.repeats, "repeats"),
    pictures: wholeNumber(values.pictures, "pictures", 0),
    styleSteps: wholeNumber(values["style-steps"], "style-steps", 0),
    peers: values.peers === "none" ? [] : listOf(values.peers, peerKinds, "peer"),
    ...(python === undefined ? {} : { python }),
    profile,
    json,
    write,
  };
}
