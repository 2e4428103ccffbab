// What only a fresh process can tell: the most memory that training a network takes, and how long the
// first compilation does. Every network has a process of its own, on both sides.

import type { Device } from "../src/machine/device.ts";
import { type NetworkName, networks } from "./networks.ts";
import { Child } from "./peers/child.ts";
import type { Memory } from "./peers/lines.ts";
import { firstLine, type PeerSettings } from "./peers/peer.ts";
import { startPython } from "./peers/pytorch.ts";

/** What the training step of a network takes before and beside its time. */
export interface FreshStart {
  readonly network: NetworkName;
  /** From the network to code that is ready to run, in a process that compiled nothing before. */
  readonly compileMilliseconds: number;
  readonly memory: Memory;
  /** PyTorch's, in the layout that was faster; absent where it is not installed. */
  readonly pytorchMemory?: Memory;
}

const steps = 10;

/** Images in one training step. */
function batchOf(network: NetworkName): number {
  const [batch] = networks[network].batches.training;
  return batch;
}

function startFovea({ target, threads }: Device): Promise<Child> {
  return Child.startFile("fovea-process.ts", [target, String(threads)]);
}

async function pytorchMemory(
  network: NetworkName,
  layout: string,
  { settings, say }: Pick<FreshOptions, "settings" | "say">,
): Promise<Memory | undefined> {
  try {
    const child = await startPython(settings, ["--layout", layout]);
    await child.ask(`train ${network} ${batchOf(network)} ${steps}`);
    const memory = await child.ask<Memory>("memory");
    await child.close();
    return memory;
  } catch (error) {
    say(`PyTorch's memory for ${network} is left out: ${firstLine((error as Error).message)}`);
    return undefined;
  }
}

/** What the peer beside Fovea needs. */
export interface FreshOptions {
  /** PyTorch's memory layout; undefined where it takes no part. */
  readonly layout: string | undefined;
  readonly settings: PeerSettings;
  /** Takes the line that tells why a peer drops out. */
  readonly say: (line: string) => void;
}

/** Trains a network for a few steps in processes of its own. */
export async function startFresh(
  network: NetworkName,
  device: Device,
  { layout, ...options }: FreshOptions,
): Promise<FreshStart> {
  const child = await startFovea(device);
  const { compile } = await child.ask<{ readonly compile: number }>(
    `train ${network} ${batchOf(network)} ${steps}`,
  );
  const memory = await child.ask<Memory>("memory");
  await child.close();
  const beside = layout === undefined ? undefined : await pytorchMemory(network, layout, options);
  return {
    network,
    compileMilliseconds: compile,
    memory,
    ...(beside === undefined ? {} : { pytorchMemory: beside }),
  };
}
