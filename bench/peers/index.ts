// The peers: one file each, one row each.

import { onnxruntime } from "./onnxruntime.ts";
import { MissingPeer, type Peer, type PeerKind, type PeerSettings } from "./peer.ts";
import { pytorch } from "./pytorch.ts";
import { tensorflowJs } from "./tensorflow-js.ts";

/** Every peer by the name that `--peers` takes. */
export const peerKinds = {
  pytorch,
  onnx: onnxruntime,
  tfjs: tensorflowJs,
} as const satisfies Record<string, PeerKind>;

export type PeerName = keyof typeof peerKinds;

export const peerNames = Object.keys(peerKinds) as readonly PeerName[];

/** Starts peers; of one that is not installed, `say` tells how to get it. */
export async function startPeers(
  names: readonly PeerName[],
  settings: PeerSettings,
  say: (line: string) => void,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const name of names) {
    try {
      peers.push(...(await peerKinds[name].start(settings)));
    } catch (error) {
      if (!(error instanceof MissingPeer)) throw error;
      say(error.message);
    }
  }
  return peers;
}
