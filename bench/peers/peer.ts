// What a peer is: a program that runs the same networks, beside which Fovea is timed.

import type { Mode } from "../../src/measure/step.ts";
import type { NetworkName } from "../networks.ts";
import type { Child } from "./child.ts";
import type { Timed } from "./lines.ts";

/** What a peer needs to know before it starts. */
export interface PeerSettings {
  readonly threads: number;
  /** A Python that has torch; tried are some when none is named. */
  readonly python?: string;
  /** A folder for files that live as long as the benchmark. */
  readonly folder: string;
}

/** A peer that has started. */
export interface Peer {
  /** How tables call it. */
  readonly name: string;
  readonly version: string;
  readonly child: Child;
  /** Why it does not run a network in a mode; `undefined` where it does. */
  refusal(mode: Mode, network: NetworkName, batch: number): string | undefined;
  /** What it needs before it runs a network for the first time. Default: nothing. */
  readonly prepare?: (network: NetworkName, batch: number) => Promise<void>;
  /** Whether it takes part in every round; else one step is all that can be waited for. */
  readonly inRounds: (mode: Mode) => boolean;
}

/** What the code that computes is. */
export type PeerCode = "native" | "wasm" | "JavaScript";

/** A peer that may be there. */
export interface PeerKind {
  /** A run that names no peers takes those whose code is like that of Fovea's target. */
  readonly code: PeerCode;
  /** @throws MissingPeer where it is not installed. */
  start(settings: PeerSettings): Promise<Peer>;
}

/** A peer that is not installed, and how to get it. */
export class MissingPeer extends Error {}

/** What a failure says first: the rest belongs to a log. */
export function firstLine(message: string): string {
  return message.trim().split("\n")[0];
}

const commands = { training: "train", inference: "infer" } as const satisfies Record<Mode, string>;

/** Milliseconds of `count` steps of `batch` images. */
export function timePeer(
  { child }: Peer,
  mode: Mode,
  network: NetworkName,
  batch: number,
  count: number,
): Promise<Timed> {
  return child.ask<Timed>(`${commands[mode]} ${network} ${batch} ${count}`);
}
