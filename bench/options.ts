// The options of `npm run bench`.

import { parseArgs } from "node:util";
import { ConfigError } from "../src/core/errors.ts";
import { lookUp } from "../src/core/names.ts";
import { type Mode, modes } from "../src/measure/step.ts";
import { type MeasuredTarget, measuredTargets } from "../src/measure/targets.ts";
import { type NetworkName, networkNames, networks } from "./networks.ts";
import { type PeerName, peerKinds, peerNames, peersLike } from "./peers/index.ts";

/** What to time, and how. */
export interface BenchOptions {
  readonly nets: readonly NetworkName[];
  /** What the networks' steps are for. */
  readonly modes: readonly Mode[];
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
  --modes <names>     ${modes.join(",")} (default: both)
  --target <name>     ${["auto", ...measuredTargets].join(", ")} (default: auto)
  --threads <number>  threads that compute, on every side (default: one a core)
  --repeats <number>  rounds in which all sides take their turns (default: 7)
  --peers <names>     ${peerNames.join(",")}, or none
                      (default: ${peersLike("wasm").join(",")} for the target wasm, else ${peersLike("auto").join(",")};
                      those that are not installed are left out)
  --pictures <number> pictures of the folder that is read beside torchvision (default: 400; 0 leaves it out)
  --style-steps <number> steps of style transfer in each round (default: 3; 0 leaves it out)
  --python <command>  a Python that has torch (default: python3, then /usr/bin/python3)
  --profile           the time of every kernel, beside what the cost model predicts
  --json              one JSON record and no text
  --write             the tables as bench/RESULTS.md, or bench/RESULTS-<target>.md without AVX-512;
                      with --profile, predictions beside times as bench/PREDICTED.md as well`;

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

function tableOf<K extends string>(names: readonly K[]): Record<K, true> {
  return Object.fromEntries(names.map((name) => [name, true])) as Record<K, true>;
}

const known = {
  nets: { type: "string", default: networkNames.join(",") },
  modes: { type: "string", default: modes.join(",") },
  target: { type: "string", default: "auto" },
  threads: { type: "string" },
  repeats: { type: "string", default: "7" },
  peers: { type: "string" },
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
  const targets = tableOf(["auto", ...measuredTargets]);
  lookUp(targets, values.target, "target");
  const target = values.target as MeasuredTarget | "auto";
  const peers = values.peers ?? peersLike(target).join(",");
  return {
    nets: values.nets === "none" ? [] : listOf(values.nets, networks, "network"),
    modes: listOf(values.modes, tableOf(modes), "mode"),
    target,
    ...(values.threads === undefined ? {} : { threads: wholeNumber(values.threads, "threads") }),
    repeats: wholeNumber(values.repeats, "repeats"),
    pictures: wholeNumber(values.pictures, "pictures", 0),
    styleSteps: wholeNumber(values["style-steps"], "style-steps", 0),
    peers: peers === "none" ? [] : listOf(peers, peerKinds, "peer"),
    ...(python === undefined ? {} : { python }),
    profile,
    json,
    write,
  };
}
