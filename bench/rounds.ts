// One network in one mode on all sides, in turns: whatever else the machine does in the meantime, it
// does to all of them.

import { TargetError } from "../src/core/errors.ts";
import type { Device } from "../src/machine/device.ts";
import type { StepTime } from "../src/measure/measure-step.ts";
import { predictStep } from "../src/measure/prediction.ts";
import { profile } from "../src/measure/profile.ts";
import { gflopOf, type Mode, type PreparedStep, prepareStep } from "../src/measure/step.ts";
import { median } from "../src/measure/timing.ts";
import { buildNetwork, type NetworkName, networks, trainingOf } from "./networks.ts";
import { firstLine, type Peer, timePeer } from "./peers/peer.ts";

/** What a side took, or why it took no part. */
export interface SideTime {
  readonly side: string;
  readonly milliseconds?: number;
  /** Such as a memory layout, or a reason. */
  readonly note?: string;
}

/** A network in a mode: Fovea's step, and the peers'. */
export interface NetworkTime extends StepTime {
  readonly network: NetworkName;
  readonly batch: number;
  readonly peers: readonly SideTime[];
}

/** How to time. */
export interface RoundOptions {
  /** Images in one step. */
  readonly batch: number;
  readonly device: Device;
  /** GFLOP/s of one thread. */
  readonly peak: number;
  readonly peers: readonly Peer[];
  readonly repeats: number;
  readonly profile: boolean;
  /** Takes the line that tells why a peer drops out. */
  readonly say: (line: string) => void;
}

/** What one turn of one side takes, where its steps are short enough. */
const turnMilliseconds = 100;
const mostStepsInTurn = 20;

/**
 * Threads of some libraries keep looking for work for a while after their step: each side begins when
 * those of the one before it have gone to sleep.
 */
const restMilliseconds = 250;
const rest = () => new Promise((resolve) => setTimeout(resolve, restMilliseconds));

/** One turn of Fovea. */
async function takeTurn({ stopwatch }: PreparedStep, times: number[]): Promise<void> {
  const start = performance.now();
  do times.push(await stopwatch.time());
  while (performance.now() - start < turnMilliseconds);
}

/** Whose part of which measurement. */
interface TurnOptions {
  readonly mode: Mode;
  readonly network: NetworkName;
  readonly batch: number;
  readonly say: (line: string) => void;
}

/** A peer's own part of a measurement. One that fails drops out of it, and leaves a gap in the table. */
class Turns {
  readonly peer: Peer;
  readonly #mode: Mode;
  readonly #network: NetworkName;
  readonly #batch: number;
  readonly #say: (line: string) => void;
  readonly #times: number[] = [];
  #steps = 1;
  #layout: string | undefined;
  #failed = false;

  constructor(peer: Peer, { mode, network, batch, say }: TurnOptions) {
    this.peer = peer;
    this.#mode = mode;
    this.#network = network;
    this.#batch = batch;
    this.#say = say;
  }

  /** Prepares the peer, and finds out how many steps fit a turn. */
  warmUp(): Promise<void> {
    return this.#attempt(() => this.#prepare());
  }

  /** Takes one turn. */
  take(): Promise<void> {
    return this.#attempt(() => this.#measure());
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await work();
    } catch (error) {
      this.#failed = true;
      const what = `${this.#network}, ${this.#mode}, batch ${this.#batch}`;
      this.#say(`${this.peer.name} is left out of ${what}: ${firstLine((error as Error).message)}`);
    }
  }

  async #prepare(): Promise<void> {
    await this.peer.prepare?.(this.#network, this.#batch);
    const answer = await timePeer(this.peer, this.#mode, this.#network, this.#batch, 1);
    const { times, layout, parameters = this.#parameters } = answer;
    if (parameters !== this.#parameters) {
      throw new Error(
        `${this.peer.name} has another ${this.#network}: ${parameters} parameters, ` +
          `where Fovea has ${this.#parameters}`,
      );
    }
    this.#layout = layout;
    if (!this.peer.inRounds(this.#mode)) this.#times.push(...times);
    const fitting = Math.round(turnMilliseconds / times[0]);
    this.#steps = Math.max(1, Math.min(mostStepsInTurn, fitting));
  }

  get #parameters(): number {
    return networks[this.#network].parameters;
  }

  async #measure(): Promise<void> {
    if (!this.peer.inRounds(this.#mode)) return;
    const { peer } = this;
    const { times } = await timePeer(peer, this.#mode, this.#network, this.#batch, this.#steps);
    this.#times.push(...times);
  }

  get result(): SideTime {
    if (this.#failed) return { side: this.peer.name, note: "failed" };
    const note = this.peer.inRounds(this.#mode) ? this.#layout : "one step";
    return {
      side: this.peer.name,
      milliseconds: median(this.#times),
      ...(note === undefined ? {} : { note }),
    };
  }
}

/** The time of every kernel; a line instead where that takes more memory than there is, as the step is there already. */
async function stagesOf(
  network: NetworkName,
  step: PreparedStep,
  { device, peak, say }: RoundOptions,
): Promise<Pick<NetworkTime, "stages">> {
  try {
    return { stages: await profile(device, step.program, { ...step, peak }) };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    say(`The kernels of ${network} are not timed alone: ${error.facts.what}`);
    return {};
  }
}

/** Times a network on all sides: a few steps of each in turn, several rounds, the median. */
export async function timeNetwork(
  network: NetworkName,
  mode: Mode,
  options: RoundOptions,
): Promise<NetworkTime> {
  const { device, peak, repeats, batch, say } = options;
  const refusalOf = (peer: Peer) => peer.refusal(mode, network, batch);
  const willing = options.peers.filter((peer) => refusalOf(peer) === undefined);
  const turns = willing.map((peer) => new Turns(peer, { mode, network, batch, say }));
  for (const turn of turns) await turn.warmUp();
  const built = buildNetwork(network);
  const how = { network: built, mode, batch, ...trainingOf(network) };
  const step = await prepareStep(device, how);
  await step.stopwatch.warmUp();
  const times: number[] = [];
  for (let round = 0; round < repeats; round++) {
    await rest();
    await takeTurn(step, times);
    for (const turn of turns) {
      await rest();
      await turn.take();
    }
  }
  const milliseconds = median(times);
  const gflop = gflopOf(built, mode, batch);
  const stages = options.profile ? await stagesOf(network, step, options) : {};
  step.close();
  const peers = options.peers.map((peer): SideTime => {
    const note = refusalOf(peer);
    const turn = turns.find((each) => each.peer === peer);
    return turn?.result ?? { side: peer.name, ...(note === undefined ? {} : { note }) };
  });
  return {
    network,
    mode,
    batch,
    milliseconds,
    predictedMilliseconds: predictStep(step.program, device, peak),
    gflop,
    shareOfPeak: gflop / (milliseconds / 1e3) / (peak * device.threads),
    compileMilliseconds: step.compileMilliseconds,
    peers,
    ...stages,
  };
}
