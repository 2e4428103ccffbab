// The peers: one file each, one row each.

import type { MeasuredTarget } from "../../src/measure/targets.ts";
import { onnxruntime, onnxruntimeWeb } from "./onnxruntime.ts";
import { openvino } from "./openvino.ts";
import {
  firstLine,
  MissingPeer,
  type Peer,
  type PeerCode,
  type PeerKind,
  type PeerSettings,
} from "./peer.ts";
import { pytorch } from "./pytorch.ts";
import { tensorflowJs, tensorflowJsWasm } from "./tensorflow-js.ts";

/** Every peer by the name that `--peers` takes. */
export const peerKinds = {
  pytorch,
  onnx: onnxruntime,
  openvino,
  "onnx-web": onnxruntimeWeb,
  "tfjs-wasm": tensorflowJsWasm,
  tfjs: tensorflowJs,
} as const satisfies Record<string, PeerKind>;

export type PeerName = keyof typeof peerKinds;

export const peerNames = Object.keys(peerKinds) as readonly PeerName[];

/** The peers whose code is of the same kind as a target's: WebAssembly beside WebAssembly. */
export function peersLike(target: MeasuredTarget | "auto"): PeerName[] {
  const code: PeerCode = target === "wasm" ? "wasm" : "native";
  return peerNames.filter((name) => peerKinds[name].code === code);
}

/**
 * Starts peers. One that is not installed or cannot start is left out, with a line of `say` that tells
 * why.
 */
export async function startPeers(
  names: readonly PeerName[],
  settings: PeerSettings,
  say: (line: string) => void,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const name of names) {
    try {
      peers.push(await peerKinds[name].start(settings));
    } catch (error) {
      const { message } = error as Error;
      say(error instanceof MissingPeer ? message : `${name} is left out: ${firstLine(message)}`);
    }
  }
  return peers;
}
